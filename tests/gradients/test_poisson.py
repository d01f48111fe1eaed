import numpy as np
from gradient_checks import check_loss

from byhand.losses import Poisson
from byhand.random import INIT, RandomStream


def counts(seed: int) -> np.ndarray:
    return np.floor(np.exp(RandomStream(seed, INIT, 5).normal(6, 3)))


def test_gradient_for_counts() -> None:
    check_loss(Poisson(), counts)


def test_gradient_for_one_output() -> None:
    check_loss(Poisson(), lambda seed: counts(seed)[:, 0], n_out=1)
