from gradient_checks import check_loss

from byhand.losses import Quantile
from byhand.random import INIT, RandomStream


def test_gradient_for_numbers_to_predict() -> None:
    check_loss(Quantile(0.9), lambda seed: RandomStream(seed, INIT, 5).normal(6, 3))


def test_gradient_for_one_output() -> None:
    check_loss(Quantile(0.9), lambda seed: RandomStream(seed, INIT, 5).normal(6), n_out=1)
