"""The periodic embedding: its gradients, and numbers worked by hand."""

import numpy as np
from gradient_checks import check_network

from byhand.layers import Dense, PeriodicEmbedding, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def network(seed: int) -> Network:
    """Return an embedding at the front, where dx is not needed, and one behind a bend, where it is."""
    first = PeriodicEmbedding(4, [0, 2, 3], n_frequencies=5, rng=RandomStream(seed, INIT, 0))
    second = PeriodicEmbedding(5, [1, 4], n_frequencies=3, embedding_dim=2, rng=RandomStream(seed, INIT, 1))
    dense = Dense(13, 5, rng=RandomStream(seed, INIT, 2)), Dense(9, 3, rng=RandomStream(seed, INIT, 3))
    return Network([first, dense[0], Tanh(), second, Tanh(), dense[1]])


def test_periodic_embedding_gradient() -> None:
    check_network(network)


def test_columns_pass_and_the_embedded_ones_are_followed_by_their_waves() -> None:
    layer = PeriodicEmbedding(3, [0, 2], n_frequencies=2, embedding_dim=1)
    layer.params = {
        "frequency": np.array([[0.5, 0.25], [1.0, 0.0]]),
        "phase": np.array([[0.0, np.pi / 2], [0.0, np.pi]]),
        "V": np.array([[[3.0], [5.0]], [[2.0], [1.0]]]),
        "c": np.array([[0.5], [-0.25]]),
    }
    y, _ = layer.forward(np.array([[1.0, 7.0, 0.5], [2.0, 8.0, 1.0]]))
    # cos π = −1, cos(π/2 + π/2) = −1: −3 − 5 + 0.5; cos π = −1, cos π = −1: −2 − 1 − 0.25
    np.testing.assert_allclose(y[0], [1, 7, 0.5, -7.5, -3.25], atol=1e-12)
    # cos 2π = 1, cos(π + π/2) = 0: 3 + 0.5; cos 2π = 1: 2 − 1 − 0.25
    np.testing.assert_allclose(y[1], [2, 8, 1, 3.5, 0.75], atol=1e-12)
    assert [layer.input_of(unit) for unit in range(5)] == [0, 1, 2, 0, 2]


def test_it_starts_as_realmlp_does() -> None:
    layer = PeriodicEmbedding(200, range(200), rng=RandomStream(5, INIT))
    frequency, phase, V, c = (layer.params[name] for name in ("frequency", "phase", "V", "c"))
    assert (frequency.shape, V.shape, c.shape) == ((200, 16), (200, 16, 3), (200, 3))
    assert abs(frequency.std() - 0.1) < 0.005  # 3200 draws: a standard error of 0.00125
    assert abs(frequency.mean()) < 0.01
    assert -np.pi <= phase.min() < -3 < 3 < phase.max() <= np.pi
    for array in (V, c):
        assert -0.25 <= array.min() < -0.24 < 0.24 < array.max() <= 0.25
