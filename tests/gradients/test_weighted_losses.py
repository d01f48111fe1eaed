"""Weights of examples in the losses: exact by the complex step, and whole weights are repetitions."""

import numpy as np
import pytest

from byhand.losses import BinaryCrossEntropy, Huber, Loss, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.random import INIT, RandomStream

CASES = [
    (SquaredError(), RandomStream(1, INIT, 5).normal(5, 3)),
    (Huber(0.7), RandomStream(1, INIT, 5).normal(5, 3)),
    (Quantile(0.9), RandomStream(1, INIT, 5).normal(5, 3)),
    (Poisson(), np.array([[0.0, 1, 4], [2, 0, 0], [0.5, 0, 3], [1, 7, 1], [0, 1, 0]])),
    (SoftmaxCrossEntropy(0.1), np.array([0, 2, 1, 1, 0])),
    (BinaryCrossEntropy(), np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 1], [0, 1, 0]])),
]
WEIGHT = np.array([0.5, 2.0, 0.0, 1.0, 1.5])


@pytest.mark.parametrize(("loss", "target"), CASES)
def test_the_gradient_is_that_of_the_weighted_value(loss: Loss, target: np.ndarray) -> None:
    z = RandomStream(2, INIT, 5).normal(5, 3)
    _, saved = loss.forward(z, target, WEIGHT)
    gradient = loss.backward(saved)
    for i, j in np.ndindex(z.shape):
        moved = z.astype(np.complex128)
        moved[i, j] += 1e-30j
        assert gradient[i, j] == pytest.approx(loss.forward(moved, target, WEIGHT)[0].imag / 1e-30, abs=1e-14)


@pytest.mark.parametrize(("loss", "target"), CASES)
def test_a_weight_of_two_is_two_examples(loss: Loss, target: np.ndarray) -> None:
    z, times = RandomStream(2, INIT, 5).normal(5, 3), np.array([1, 2, 0, 1, 3])
    rows = np.repeat(np.arange(5), times)
    weighted, _ = loss.forward(z, target, times * 5 / times.sum())  # whose mean is 1
    assert weighted == pytest.approx(loss.forward(z[rows], target[rows])[0])
