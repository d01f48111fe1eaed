"""Copies of the input: their gradients, and numbers worked by hand."""

import numpy as np
import pytest
from gradient_checks import check_network

from byhand.errors import ShapeError
from byhand.layers import Dense, Heads, InputCopies, Residual, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def at_the_front(seed: int) -> Network:
    """Return copies at the front, where dx is not needed. The three heads are the three outputs."""
    copies = InputCopies(3, 4, rng=RandomStream(seed, INIT, 0))
    copies.params["R"] *= np.linspace(0.5, 2, 12, dtype=np.float32).reshape(3, 4)
    dense, heads = Dense(4, 5, rng=RandomStream(seed, INIT, 1)), Heads(3, 5, 1, rng=RandomStream(seed, INIT, 2))
    return Network([copies, Tanh(), dense, Tanh(), heads])


def behind_a_bend(seed: int) -> Network:
    """Return copies behind a layer that needs their dx."""
    first, second = Dense(4, 5, rng=RandomStream(seed, INIT, 0)), Dense(5, 6, rng=RandomStream(seed, INIT, 2))
    copies, heads = InputCopies(3, 5, rng=RandomStream(seed, INIT, 1)), Heads(3, 6, 1, rng=RandomStream(seed, INIT, 3))
    return Network([first, Tanh(), copies, Tanh(), second, Tanh(), heads])


def test_input_copies_gradient() -> None:
    check_network(at_the_front)
    check_network(behind_a_bend)


def test_all_examples_come_as_copy_0_then_as_copy_1() -> None:
    layer = InputCopies(2, 2)
    layer.params["R"] = np.array([[1.0, -1.0], [0.5, 2.0]])
    y, saved = layer.forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert y.tolist() == [[1, -2], [3, -4], [0.5, 4], [1.5, 8]]
    dx, grads = layer.backward(np.array([[1.0, 1.0], [0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]), saved)
    assert grads["R"].tolist() == [[1, 6], [5, 4]]
    assert dx is not None
    assert dx.tolist() == [[2, -1], [0.5, 1]]


def test_it_starts_with_signs_that_differ() -> None:
    R = InputCopies(32, 200, rng=RandomStream(5, INIT)).params["R"]
    assert set(R.ravel().tolist()) == {-1.0, 1.0}
    assert abs(R.mean()) < 0.05  # 6400 signs: a standard error of 0.0125
    assert len({row.tobytes() for row in R}) == 32


@pytest.mark.parametrize(
    "layers",
    [
        [InputCopies(3, 4), Dense(4, 2)],
        [InputCopies(3, 4), Heads(2, 4, 2)],
        [Dense(4, 4), Heads(3, 4, 2)],
        [InputCopies(3, 4), InputCopies(3, 4), Heads(3, 4, 2)],
        [InputCopies(3, 4), Heads(3, 4, 2), Heads(3, 6, 2)],
        [Dense(4, 4), Residual(InputCopies(3, 4)), Heads(3, 4, 2)],
        [Dense(4, 4), Residual(InputCopies(2, 4), Heads(2, 4, 2))],
    ],
)
def test_a_network_joins_what_it_copies(layers: list[Dense]) -> None:
    if len(layers) == 2 and isinstance(layers[1], Residual):
        Network(layers)  # copied and joined inside
    else:
        with pytest.raises(ShapeError, match="copies of each example"):
            Network(layers)
