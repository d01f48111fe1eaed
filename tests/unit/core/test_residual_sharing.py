"""A residual connection shows the arrays of what it wraps, and adds a way around it."""

import numpy as np
import pytest

from byhand.errors import ShapeError
from byhand.layers import BatchNorm, Dense, Dropout, ReLU, Residual
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.random import DROPOUT, INIT, RandomStream


def wrapped(width: int = 3) -> tuple[Dense, BatchNorm, Residual]:
    inner = Dense(width, width, rng=RandomStream(1, INIT)), BatchNorm(width)
    return *inner, Residual(*inner)


def test_worked_by_hand() -> None:
    # f(x) = 2x + 1, y = x + f(x): x = (1, −3) → f = (3, −5), y = (4, −8); backwards dx = dy + 2 dy = 3 dy
    inner = Dense(2, 2)
    inner.params["W"][:], inner.params["b"][:] = 2 * np.eye(2), 1
    layer = Residual(inner)
    y, saved = layer.forward(np.array([[1.0, -3.0]]))
    dx, grads = layer.backward(np.array([[1.0, 10.0]]), saved)
    assert y.tolist() == [[4, -8]]
    assert dx is not None
    assert dx.tolist() == [[3, 30]]
    assert grads["0.W"].tolist() == [[1, 10], [-3, -30]]
    assert grads["0.b"].tolist() == [1, 10]


def test_residual_shares_its_arrays_with_the_inner_layers() -> None:
    dense, norm, layer = wrapped()
    assert layer.params["0.W"] is dense.params["W"]
    assert layer.params["1.gamma"] is norm.params["gamma"]
    assert layer.statistics["1.mean"] is norm.statistics["mean"]
    assert list(layer.params) == ["0.W", "0.b", "1.gamma", "1.beta"]


def test_an_update_from_outside_reaches_the_inner_layers_also_after_a_change_of_dtype() -> None:
    _, _, layer = wrapped()
    network = Network([Dense(2, 3, rng=RandomStream(2, INIT)), layer]).astype(np.float64)
    residual = network.layers[1]
    assert isinstance(residual, Residual)
    ones = {name: np.ones_like(array) for name, array in network.params.items()}
    before = residual.inner[0].params["W"].copy()
    SGD().update(network.params, ones, 0.5)
    np.testing.assert_array_equal(residual.inner[0].params["W"], before - 0.5)
    assert residual.inner[0].params["W"] is residual.params["0.W"]


def test_the_copy_in_another_dtype_shares_nothing_with_the_original() -> None:
    _, _, layer = wrapped()
    network = Network([Dense(2, 3, rng=RandomStream(2, INIT)), layer])
    copy = network.astype(np.float32)
    for name, array in copy.params.items():
        assert not np.shares_memory(array, network.params[name])


def test_running_averages_of_an_inner_batch_norm_are_updated() -> None:
    _, norm, layer = wrapped()
    _, saved = layer.forward(RandomStream(3, INIT).normal(8, 3), training=True)
    layer.update_statistics(saved)
    assert norm.statistics["mean"].all()


def test_where_everything_inside_is_silent_the_signal_still_passes() -> None:
    inner = Dense.zeros(3, 3)
    layer = Residual(inner, ReLU())
    x = RandomStream(4, INIT).normal(2, 3)
    y, saved = layer.forward(x)
    dx, _ = layer.backward(np.ones((2, 3)), saved)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(dx, np.ones((2, 3)))


def test_training_and_rng_reach_the_inside() -> None:
    layer = Residual(Dropout(0.5))
    y, _ = layer.forward(np.ones((5, 5)), training=True, rng=RandomStream(1, DROPOUT))
    assert set(np.unique(y)) == {1, 3}  # x + 0 and x + 2x


def test_widths_must_be_equal_to_add() -> None:
    with pytest.raises(ShapeError, match="Residual got inner layers from 3 to 4; expected equal widths to add"):
        Network([Dense(2, 3), Residual(Dense(3, 4))])
