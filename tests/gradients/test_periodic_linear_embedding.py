"""The periodic linear embedding: its gradients, and numbers worked by hand."""

import numpy as np
from gradient_checks import check_network

from byhand.layers import Dense, PeriodicLinearEmbedding, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def network(seed: int) -> Network:
    """Return an embedding at the front, where dx is not needed, and one behind a bend, where it is."""
    first = PeriodicLinearEmbedding(4, [0, 2, 3], n_frequencies=5, rng=RandomStream(seed, INIT, 0))
    second = PeriodicLinearEmbedding(5, [1, 4], n_frequencies=3, embedding_dim=2, rng=RandomStream(seed, INIT, 1))
    dense = Dense(13, 5, rng=RandomStream(seed, INIT, 2)), Dense(7, 3, rng=RandomStream(seed, INIT, 3))
    return Network([first, dense[0], Tanh(), second, Tanh(), dense[1]])


def test_periodic_linear_embedding_gradient() -> None:
    check_network(network)


def test_other_columns_pass_and_the_embedded_ones_become_waves() -> None:
    layer = PeriodicLinearEmbedding(3, [0, 2], n_frequencies=1, embedding_dim=1)
    layer.params = {
        "frequency": np.array([[0.25], [0.5]]),
        "V": np.array([[[3.0], [5.0]], [[2.0], [1.0]]]),
        "c": np.array([[0.5], [-0.25]]),
    }
    y, _ = layer.forward(np.array([[1.0, 7.0, 1.0], [2.0, 8.0, 0.5]]))
    # cos π/2 = 0, sin π/2 = 1: 5 + 0.5; cos π = −1, sin π = 0: −2 − 0.25
    np.testing.assert_allclose(y[0], [7, 5.5, -2.25], atol=1e-12)
    # cos π = −1, sin π = 0: −3 + 0.5; cos π/2 = 0, sin π/2 = 1: 1 − 0.25
    np.testing.assert_allclose(y[1], [8, -2.5, 0.75], atol=1e-12)
    assert [layer.input_of(unit) for unit in range(3)] == [1, 0, 2]


def test_it_starts_small() -> None:
    layer = PeriodicLinearEmbedding(200, range(200), rng=RandomStream(5, INIT))
    frequency, V, c = (layer.params[name] for name in ("frequency", "V", "c"))
    assert (frequency.shape, V.shape, c.shape) == ((200, 16), (200, 32, 4), (200, 4))
    assert abs(frequency.std() - 0.1) < 0.005  # 3200 draws: a standard error of 0.00125
    assert -0.1768 <= V.min() < -0.17 < 0.17 < V.max() <= 0.1768  # 1/√32
