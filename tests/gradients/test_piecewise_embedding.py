"""The piecewise linear embedding: its gradients, and numbers worked by hand."""

import numpy as np
from gradient_checks import check_network

from byhand.layers import Dense, PiecewiseLinearEmbedding, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def network(seed: int) -> Network:
    """Return an embedding at the front, where dx is not needed, and one behind a bend, where it is."""
    first = PiecewiseLinearEmbedding(4, [0, 2, 3], n_bins=5, embedding_dim=3, rng=RandomStream(seed, INIT, 0))
    second = PiecewiseLinearEmbedding(5, [1, 4], n_bins=3, embedding_dim=2, rng=RandomStream(seed, INIT, 1))
    second.statistics["edges"][1] = [-0.5, 0.25, 0.25, 0.5]  # a bin without width in the middle
    dense = Dense(13, 5, rng=RandomStream(seed, INIT, 2)), Dense(9, 3, rng=RandomStream(seed, INIT, 3))
    return Network([first, dense[0], Tanh(), second, Tanh(), dense[1]])


def test_piecewise_embedding_gradient() -> None:
    check_network(network)


def embedding() -> PiecewiseLinearEmbedding:
    """Return a layer of two embedded columns, the second of which has two equal edges."""
    layer = PiecewiseLinearEmbedding(3, [0, 2], n_bins=3, embedding_dim=1)
    layer.params = {"V": np.array([[[2.0], [-1.0], [4.0]], [[1.0], [10.0], [3.0]]]), "c": np.array([[0.5], [-0.25]])}
    layer.statistics = {"edges": np.array([[0.0, 1.0, 2.0, 4.0], [-1.0, 0.0, 0.0, 1.0]])}
    return layer


def test_columns_pass_and_the_embedded_ones_are_followed_by_their_curves() -> None:
    y, _ = embedding().forward(np.array([[2.5, 7.0, 0.5], [-9.0, 8.0, 9.0], [9.0, 9.0, -0.75]]))
    # places 1, 1, ¼: 2 − 1 + 1 + 0.5; the bin without width is 0 on both sides: 1 + 1.5 − 0.25
    np.testing.assert_allclose(y[0], [2.5, 7, 0.5, 2.5, 2.25], atol=1e-12)
    np.testing.assert_allclose(y[1], [-9, 8, 9, 0.5, 3.75], atol=1e-12)  # below all bins: c; above all: 1 + 3 − 0.25
    np.testing.assert_allclose(y[2], [9, 9, -0.75, 5.5, 0.0], atol=1e-12)  # 2 − 1 + 4 + 0.5; ¼ − 0.25
    assert [embedding().input_of(unit) for unit in range(5)] == [0, 1, 2, 0, 2]


def test_the_slope_is_that_of_the_bin() -> None:
    layer = embedding()
    x = np.array([[0.5, 7.0, -0.5], [3.0, 7.0, 9.0]])
    _, saved = layer.forward(x)
    dx, _ = layer.backward(np.ones((2, 5)), saved)
    assert dx is not None
    np.testing.assert_allclose(dx, [[1 + 2, 1, 1 + 1], [1 + 2, 1, 1]], atol=1e-12)  # 4 over a width of 2; beyond: none


def test_it_starts_even_and_small() -> None:
    layer = PiecewiseLinearEmbedding(2, [0, 1], n_bins=100, rng=RandomStream(5, INIT))
    assert layer.statistics["edges"][0, [0, 50, 100]].tolist() == [-3, 0, 3]
    assert layer.params["V"].shape == (2, 100, 16)
    assert -0.1 <= layer.params["V"].min() < -0.099 < 0.099 < layer.params["V"].max() <= 0.1
