"""Heads: their gradients, and numbers worked by hand."""

import numpy as np
import pytest
from gradient_checks import check_network

from byhand.errors import ShapeError
from byhand.layers import Dense, Heads, InputCopies, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def network(seed: int) -> Network:
    """Return a network of two heads with several outputs each, and a dense layer that needs their order."""
    layers = [Dense(4, 5, rng=RandomStream(seed, INIT, 1)), Heads(2, 5, 4, rng=RandomStream(seed, INIT, 2))]
    copies, last = InputCopies(2, 4, rng=RandomStream(seed, INIT, 0)), Dense(8, 3, rng=RandomStream(seed, INIT, 3))
    return Network([copies, layers[0], Tanh(), layers[1], Tanh(), last])


def test_heads_gradient() -> None:
    check_network(network)


def test_answers_to_one_example_stand_side_by_side() -> None:
    layer = Heads(2, 1, 2)
    layer.params = {"W": np.array([[[1.0, 10.0]], [[2.0, 20.0]]]), "b": np.array([[0.0, 0.5], [0.25, 0.0]])}
    z, saved = layer.forward(np.array([[1.0], [2.0], [3.0], [4.0]]))  # example 0 is in rows 0 and 2
    assert z.tolist() == [[1, 10.5, 6.25, 60], [2, 20.5, 8.25, 80]]
    dx, grads = layer.backward(np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]]), saved)
    assert grads["W"].tolist() == [[[1, 2]], [[4, 3]]]
    assert grads["b"].tolist() == [[1, 1], [1, 1]]
    assert dx is not None
    assert dx.tolist() == [[1], [10], [20], [2]]


def test_every_head_starts_otherwise() -> None:
    W = Heads(4, 50, 3, rng=RandomStream(5, INIT)).params["W"]
    assert len({head.tobytes() for head in W}) == 4
    assert 0.15 < W.std() < 0.25  # he: √(2/50) = 0.2


def test_rows_that_are_no_copies_are_refused() -> None:
    with pytest.raises(ShapeError, match="Heads got 5 rows; expected 2 copies"):
        Heads(2, 3, 1).forward(np.zeros((5, 3)))
