from gradient_checks import check_loss

from byhand.losses import SquaredError
from byhand.random import INIT, RandomStream


def test_gradient_for_numbers_to_predict() -> None:
    check_loss(SquaredError(), lambda seed: RandomStream(seed, INIT, 5).normal(6, 3))


def test_gradient_for_class_numbers_made_one_hot() -> None:
    check_loss(SquaredError(), lambda seed: RandomStream(seed, INIT, 5).integers(0, 2, 6))


def test_gradient_for_one_output() -> None:
    check_loss(SquaredError(), lambda seed: RandomStream(seed, INIT, 5).normal(6), n_out=1)
