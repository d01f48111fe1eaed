from gradient_checks import check_loss

from byhand.losses import BinaryCrossEntropy
from byhand.random import INIT, RandomStream


def test_gradient_for_one_logit() -> None:
    check_loss(BinaryCrossEntropy(), lambda seed: RandomStream(seed, INIT, 5).integers(0, 1, 6), n_out=1)


def test_gradient_for_several_questions_at_once() -> None:
    check_loss(BinaryCrossEntropy(), lambda seed: RandomStream(seed, INIT, 5).uniform(6, 3))
