"""Everything together: depth, every activation under every loss, normalisation, dropout and ways around."""

import numpy as np
import pytest

from byhand.inspection.gradcheck import gradient_check
from byhand.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Identity,
    LeakyReLU,
    ReLU,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
)
from byhand.losses import BinaryCrossEntropy, Huber, Loss, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.random import INIT, RandomStream

ACTIVATIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "selu", "mish", "identity", "softmax"]
LOSSES = [SoftmaxCrossEntropy(0.1), SquaredError(), BinaryCrossEntropy(), Huber(), Poisson(), Quantile(0.9)]


def check(network: Network, loss: Loss, seed: int, *, training: bool = True) -> None:
    for i, (name, array) in enumerate(network.params.items()):
        if name.endswith("b"):  # where all inputs of a ReLU are off, a bias of 0 puts it exactly on its kink
            array += 0.1 * RandomStream(seed, INIT, 100 + i).normal(*array.shape)
    x = RandomStream(seed, INIT, 80).normal(5, network.widths[0])
    y = RandomStream(seed, INIT, 81).integers(0, network.widths[-1] - 1, 5)
    found = gradient_check(network, loss, x, y, training=training, seed=seed)
    assert found.is_right, f"seed {seed}, {network}\n{found}"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_three_dense_layers(activation: str, loss: Loss) -> None:
    for seed in range(10):
        check(Network.mlp([4, 6, 5, 3], activation=activation, seed=seed), loss, seed)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_with_batch_norm_dropout_and_residual_together(activation: str) -> None:
    for seed in range(10):
        network = Network.mlp(
            [4, 6, 6, 6, 3], activation=activation, batch_norm=True, dropout=0.3, residual=True, seed=seed
        )
        check(network, SoftmaxCrossEntropy(), seed, training=seed > 0)  # one of the ten as in prediction


def test_every_kind_of_layer_in_one_deep_row() -> None:
    for seed in range(5):
        dense = [Dense(6, 6, rng=RandomStream(seed, INIT, i)) for i in range(7)]
        kinds = [LeakyReLU(0.1), Sigmoid(), BatchNorm(6), Tanh(), Dropout(0.3), ReLU(), Identity()]
        row = [layer for pair in zip(dense, kinds, strict=True) for layer in pair]
        inner = Residual(
            Dense(6, 6, rng=RandomStream(seed, INIT, 8)), BatchNorm(6), Residual(Tanh(), Dropout(0.2)), ReLU()
        )
        check(Network([*row, inner, Dense(6, 3, rng=RandomStream(seed, INIT, 9)), Softmax()]), SquaredError(), seed)


@pytest.mark.full
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_two_hundred_random_networks(activation: str, loss: Loss) -> None:
    for seed in range(200):
        rng = RandomStream(seed, INIT, 90)
        sizes = [int(width) for width in rng.integers(2, 5, int(rng.integers(2, 5)))]
        batch_norm = bool(rng.integers(0, 1)) and activation != "softmax"
        # What two or three hidden softmax units pass on hardly varies from example to example: to normalise it is to
        # multiply by up to 1/√ε = 316, and rounding with it, the checker's own too (6e-11 was the worst).
        check(Network.mlp(sizes, activation=activation, batch_norm=batch_norm, seed=seed), loss, seed)


def test_the_network_is_left_as_it_was() -> None:
    network = Network.mlp([4, 6, 3], seed=1)
    before = {name: array.copy() for name, array in network.params.items()}
    gradient_check(network, SquaredError(), np.ones((2, 4)), np.array([0, 2]))
    assert all(np.array_equal(before[name], array) for name, array in network.params.items())
