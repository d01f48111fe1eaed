"""The mean of the losses of heads: gradients for every loss, and that it is the mean."""

import numpy as np
import pytest
from gradient_checks import check_loss

from byhand.errors import OptionError, ShapeError
from byhand.layers.softmax import softmax
from byhand.losses import (
    BinaryCrossEntropy,
    Huber,
    Loss,
    MeanOfHeads,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from byhand.random import INIT, RandomStream

INNER = [SquaredError(), Huber(0.7), Quantile(0.9), Poisson(), BinaryCrossEntropy()]


def numbers(seed: int) -> np.ndarray:
    """Return targets between 0 and 1, which every loss takes."""
    return RandomStream(seed, INIT, 5).uniform(6, 2)


@pytest.mark.parametrize("inner", INNER, ids=lambda loss: loss.kind)
def test_mean_of_heads_gradient(inner: Loss) -> None:
    check_loss(MeanOfHeads(inner, 3), numbers, n_out=6)


def test_gradient_for_classes() -> None:
    check_loss(MeanOfHeads(SoftmaxCrossEntropy(0.1), 2), lambda seed: np.array([0, 2, 1, 1, 0, 2]), n_out=6)


@pytest.mark.parametrize("inner", [*INNER, SoftmaxCrossEntropy(0.1)], ids=lambda loss: loss.kind)
def test_it_is_the_mean_of_the_losses(inner: Loss) -> None:
    z, t = RandomStream(2, INIT).normal(5, 6), RandomStream(3, INIT).uniform(5, 2)
    t /= t.sum(axis=1, keepdims=True)
    weight = np.array([0.5, 2.0, 0.0, 1.0, 1.5])
    for w in (None, weight):
        value, saved = MeanOfHeads(inner, 3).forward(z, t, w)
        each = [inner.forward(z[:, 2 * j : 2 * j + 2], t, w) for j in range(3)]
        assert value == pytest.approx(np.mean([one for one, _ in each]), abs=1e-14)
        wanted = np.hstack([inner.backward(kept) / 3 for _, kept in each])
        np.testing.assert_allclose(MeanOfHeads(inner, 3).backward(saved), wanted, atol=1e-15)


def test_the_answer_is_the_mean_of_probabilities_or_numbers() -> None:
    z = np.array([[2.0, 0.0, -1.0, 1.0]])
    mean = (softmax(z[:, :2]) + softmax(z[:, 2:])) / 2
    np.testing.assert_allclose(softmax(MeanOfHeads(SoftmaxCrossEntropy(), 2).answer(z)), mean)
    assert MeanOfHeads(SquaredError(), 2).answer(z).tolist() == [[0.5, 0.5]]
    assert SquaredError().answer(z) is z


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected \(n, c\) of 4 heads each"):
        MeanOfHeads(SquaredError(), 4).forward(np.zeros((2, 6)), np.zeros((2, 1)))
    with pytest.raises(OptionError, match="inner"):
        MeanOfHeads("squared_error", 4)  # type: ignore[arg-type]
