from gradient_checks import check_network

from byhand.layers import Dense, ScaledDense, Tanh
from byhand.network import Network
from byhand.random import INIT, RandomStream


def network(seed: int) -> Network:
    """Return a scaled layer at the front, where dx is not needed, and one behind a bend, where it is."""
    first = ScaledDense(4, 5, rng=RandomStream(seed, INIT, 0))
    second = ScaledDense(5, 6, rng=RandomStream(seed, INIT, 1))
    for i, layer in enumerate((first, second)):
        layer.params["scale"] += RandomStream(seed, INIT, 50 + i).normal(len(layer.params["scale"])).astype("float32")
    return Network([first, Tanh(), second, Tanh(), Dense(6, 3, rng=RandomStream(seed, INIT, 9))])


def test_scaled_dense_gradient() -> None:
    check_network(network)
