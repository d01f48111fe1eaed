"""Only the update phase writes: forward and backward leave layers, inputs and what was saved as they were.

The arrays are frozen (`writeable = False`), so that a single write anywhere raises, and hashed, so that none slips by.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    Dropout,
    HeadMean,
    Heads,
    InputCopies,
    Layer,
    LogHeadMean,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    Residual,
    ScaledDense,
    Tanh,
)
from byhand.losses import LOSSES
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, Optimizer, ParamGroups, WeightDecay
from byhand.random import DROPOUT, INIT, RandomStream

WIDTH = 5
LAYERS: dict[str, Layer] = {
    **{name: make() for name, make in ACTIVATIONS.items()},
    "dense": Dense(WIDTH, WIDTH, rng=RandomStream(1, INIT)),
    "scaled_dense": ScaledDense(WIDTH, WIDTH, rng=RandomStream(1, INIT)),
    "parametric_activation": ParametricActivation(WIDTH, "mish"),
    "periodic_embedding": PeriodicEmbedding(WIDTH, [0, 3], n_frequencies=4),
    "periodic_linear_embedding": PeriodicLinearEmbedding(WIDTH, [0, 3], n_frequencies=4),
    "piecewise_embedding": PiecewiseLinearEmbedding(WIDTH, [0, 3], n_bins=4),
    "input_copies": InputCopies(3, WIDTH),
    "heads": Heads(3, WIDTH, 2, rng=RandomStream(1, INIT)),
    "head_mean": HeadMean(WIDTH),
    "log_head_mean": LogHeadMean(1),
    "batch_norm": BatchNorm(WIDTH),
    "dropout": Dropout(0.4),
    "residual": Residual(Dense(WIDTH, WIDTH, rng=RandomStream(2, INIT)), BatchNorm(WIDTH), Tanh(), Dropout(0.4)),
}
OPTIMIZERS = [
    SGD(),
    Momentum(),
    Nesterov(),
    Adam(),
    AdamW(),
    WeightDecay(Momentum(), 0.1),
    ClipGradNorm(Adam(), 0.01),
    ParamGroups(Adam(), {"b": 0.1}),
]

each_layer = pytest.mark.parametrize("name", LAYERS)


def arrays_in(thing: Any) -> Iterator[Array]:
    """Yield every array in whatever a layer or a loss may save."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from arrays_in(part)
    elif isinstance(thing, dict):
        yield from arrays_in(list(thing.values()))
    elif is_dataclass(thing):
        yield from arrays_in([getattr(thing, field.name) for field in fields(thing)])


def freeze(*things: Any) -> None:
    for array in arrays_in(list(things)):
        array.flags.writeable = False


def digest(*things: Any) -> str:
    found = hashlib.sha256()
    for array in arrays_in(list(things)):
        found.update(array.tobytes())
    return found.hexdigest()


def everything_of(layer: Layer) -> list[Any]:
    inner = getattr(layer, "inner", ())
    return [layer.params, layer.statistics, *[everything_of(each) for each in inner]]


def in_float64(name: str) -> Layer:
    layer = LAYERS[name]
    layer.astype(np.dtype(np.float64))  # a copy of the arrays: nothing frozen before is met again
    return layer


def gradient_for(layer: Layer, x: Array) -> Array:
    """Return a gradient in the shape of the layer's output for x."""
    return RandomStream(4, INIT).normal(*layer.forward(x)[0].shape)


@each_layer
@pytest.mark.parametrize("training", [False, True])
def test_forward_and_backward_write_nothing(name: str, training: bool) -> None:
    layer, x = in_float64(name), RandomStream(3, INIT).normal(6, WIDTH)
    dy = gradient_for(layer, x)
    freeze(everything_of(layer), x, dy)
    before = digest(everything_of(layer), x, dy)
    y, saved = layer.forward(x, training=training, rng=RandomStream(5, DROPOUT))
    freeze(y, saved)
    between = digest(y, saved)
    for need_dx in (True, False):
        layer.backward(dy, saved, need_dx=need_dx)
    assert digest(y, saved) == between
    assert digest(everything_of(layer), x, dy) == before


@each_layer
def test_backward_twice_gives_the_same(name: str) -> None:
    layer, x = in_float64(name), RandomStream(3, INIT).normal(6, WIDTH)
    dy = gradient_for(layer, x)
    _, saved = layer.forward(x, training=True, rng=RandomStream(5, DROPOUT))
    assert digest(layer.backward(dy, saved)) == digest(layer.backward(dy, saved))


@each_layer
def test_gradients_have_the_names_and_shapes_of_the_parameters(name: str) -> None:
    layer = in_float64(name)
    y, saved = layer.forward(RandomStream(3, INIT).normal(6, WIDTH), training=True, rng=RandomStream(5, DROPOUT))
    dx, grads = layer.backward(y, saved)
    assert {key: gradient.shape for key, gradient in grads.items()} == {
        key: array.shape for key, array in layer.params.items()
    }
    assert dx is not None
    assert dx.shape == (6, WIDTH)


@each_layer
def test_nothing_is_kept_in_the_layer(name: str) -> None:
    layer = in_float64(name)
    attributes = set(vars(layer))
    y, saved = layer.forward(np.ones((3, WIDTH)), training=True, rng=RandomStream(5, DROPOUT))
    layer.backward(np.ones_like(y), saved)
    assert set(vars(layer)) == attributes


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_writes_nothing(name: str) -> None:
    loss, output, target = LOSSES[name](), RandomStream(3, INIT).normal(6, 3), np.array([0, 1, 2, 2, 1, 0])
    freeze(output, target)
    before = digest(output, target)
    _, saved = loss.forward(output, target)
    freeze(saved)
    between = digest(saved)
    assert digest(loss.backward(saved)) == digest(loss.backward(saved))
    assert digest(saved) == between
    assert digest(output, target) == before


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.kind)
def test_an_optimizer_leaves_the_gradients_as_they_are(optimizer: Optimizer) -> None:
    params = {"0.W": np.ones((3, 2)), "0.b": np.ones(2)}
    grads = {"0.W": np.full((3, 2), 0.5), "0.b": np.full(2, -2.0)}
    freeze(grads)
    before = digest(grads)
    arrays = dict(params)
    for _ in range(3):
        optimizer.update(params, grads, 0.1)
    assert digest(grads) == before
    assert all(params[name] is array for name, array in arrays.items())  # changed in place
    assert digest(params) != digest({"0.W": np.ones((3, 2)), "0.b": np.ones(2)})


def test_a_whole_network_of_frozen_arrays_can_be_walked() -> None:
    network = Network.mlp([4, 5, 5, 3], batch_norm=True, residual=True, dropout=0.2, seed=1)
    x, y = RandomStream(3, INIT).normal(6, 4), np.array([0, 1, 2, 2, 1, 0])
    freeze(network.params, network.statistics, x, y)
    for make in LOSSES.values():
        loss = make()
        trace = network.forward(x, training=True, rng=RandomStream(5, DROPOUT))
        _, saved = loss.forward(trace.output, y)
        assert network.backward(loss.backward(saved), trace).keys() == network.params.keys()
    network.predict(x)
