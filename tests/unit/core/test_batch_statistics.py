"""Batch normalisation: what it does to a batch, and what it remembers of the batches it has seen."""

import numpy as np
import pytest

from byhand.errors import ShapeError
from byhand.layers import BatchNorm
from byhand.random import INIT, RandomStream


def normaliser(width: int = 2, **options: float) -> BatchNorm:
    layer = BatchNorm(width, **options)
    layer.astype(np.dtype(np.float64))
    return layer


def test_worked_by_hand() -> None:
    # the column (1, 3) has mean 2 and variance 1 → x̂ = (−1, 1); the column (0, 4): mean 2, variance 4 → (−1, 1)
    layer = normaliser(epsilon=0.0)
    layer.params["gamma"][:], layer.params["beta"][:] = [2, 3], [10, 20]
    y, saved = layer.forward(np.array([[1.0, 0.0], [3.0, 4.0]]), training=True)
    assert y.tolist() == [[8, 17], [12, 23]]
    # dy = ((1, 0), (0, 1)): dγ = Σ dy x̂ = (−1, 1), dβ = (1, 1);
    # two values always become −1 and 1, whatever they are: x has no influence, dx = 0
    dx, grads = layer.backward(np.array([[1.0, 0.0], [0.0, 1.0]]), saved)
    assert grads["gamma"].tolist() == [-1, 1]
    assert grads["beta"].tolist() == [1, 1]
    assert dx is not None
    np.testing.assert_allclose(dx, 0, atol=1e-15)


def test_a_training_batch_leaves_with_mean_beta_and_spread_gamma() -> None:
    layer = normaliser(3)
    layer.params["gamma"][:], layer.params["beta"][:] = [1, 2, 3], [-1, 0, 1]
    y, _ = layer.forward(5 + 10 * RandomStream(0, INIT).normal(200, 3), training=True)
    np.testing.assert_allclose(y.mean(axis=0), [-1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), [1, 2, 3], rtol=1e-6)  # ε = 1e-5 beside a variance of 100


def test_running_averages_move_by_the_momentum_and_the_variance_without_bias() -> None:
    layer = normaliser(1, momentum=0.1)
    _, saved = layer.forward(np.array([[1.0], [3.0]]), training=True)
    assert layer.statistics == {"mean": [0], "variance": [1]}  # forward writes nothing
    layer.update_statistics(saved)
    # mean 0 + 0.1 (2 − 0); variance 1 + 0.1 (1 · 2/(2 − 1) − 1)
    np.testing.assert_allclose(layer.statistics["mean"], 0.2, rtol=1e-15)
    np.testing.assert_allclose(layer.statistics["variance"], 1.1, rtol=1e-15)


def test_prediction_uses_the_running_averages_whatever_the_batch() -> None:
    layer = normaliser(1, epsilon=0.0)
    layer.statistics["mean"][:], layer.statistics["variance"][:] = 4, 9
    y, _ = layer.forward(np.array([[10.0]]))
    assert y.tolist() == [[2]]
    together, _ = layer.forward(np.array([[10.0], [-500.0]]))
    assert together[0].tolist() == [2]


def test_prediction_and_its_trace_leave_the_averages_alone() -> None:
    layer = normaliser(1)
    _, saved = layer.forward(np.array([[10.0], [11.0]]))
    layer.update_statistics(saved)
    assert layer.statistics == {"mean": [0], "variance": [1]}


def test_running_averages_settle_on_the_data() -> None:
    layer = normaliser(2)
    rng = RandomStream(1, INIT)
    for _ in range(300):
        _, saved = layer.forward(np.array([3.0, -7.0]) + np.array([2.0, 0.5]) * rng.normal(64, 2), training=True)
        layer.update_statistics(saved)
    np.testing.assert_allclose(layer.statistics["mean"], [3, -7], atol=0.2)
    np.testing.assert_allclose(layer.statistics["variance"], [4, 0.25], rtol=0.1)


def test_a_constant_feature_becomes_beta_and_no_division_by_zero() -> None:
    layer = normaliser(1)
    y, saved = layer.forward(np.full((5, 1), 7.0), training=True)
    dx, _ = layer.backward(np.ones((5, 1)), saved)
    assert y.ravel().tolist() == [0] * 5
    assert dx is not None
    assert np.isfinite(dx).all()


def test_one_example_has_no_spread_to_learn_from() -> None:
    with pytest.raises(ShapeError, match=r"BatchNorm got a batch of one example; expected two or more\. Use a batch"):
        normaliser().forward(np.ones((1, 2)), training=True)
