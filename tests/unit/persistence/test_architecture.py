"""Layers as plain data: every kind there and back, nothing that is not in the table."""

import json
import tracemalloc

import numpy as np
import pytest

from byhand import layers
from byhand.layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    Dropout,
    HeadMean,
    Heads,
    InputCopies,
    Layer,
    LeakyReLU,
    LogHeadMean,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    Residual,
    ScaledDense,
)
from byhand.network import Network
from byhand.persistence.network_config import KINDS, build_network, describe_network, read_layers
from byhand.persistence.state_dict import state_dict

EVERY_LAYER = [
    *(activation() for activation in ACTIVATIONS.values()),
    LeakyReLU(0.3),
    Dropout(0.25),
    Dense(4, 4),
    ScaledDense(4, 4),
    ParametricActivation(4, "mish"),
    PeriodicEmbedding(4, [0, 2], n_frequencies=5, embedding_dim=2),
    PeriodicLinearEmbedding(4, [1, 3], n_frequencies=5, embedding_dim=2),
    PiecewiseLinearEmbedding(4, [1, 3], n_bins=5, embedding_dim=2),
    InputCopies(3, 4),
    Heads(3, 4, 2),
    HeadMean(2),
    LogHeadMean(4),
    BatchNorm(4, momentum=0.01, epsilon=1e-3),
    Residual(),
    Residual(Dense(4, 6), BatchNorm(6), LeakyReLU(0.2), Residual(Dense(6, 6), Dropout(0.5)), Dense(6, 4)),
]


def built(description, n_numbers):
    return build_network(read_layers("layers", description), n_numbers)


def size(network):
    return sum(array.size for array in state_dict(network).values())


def network_with(layer):
    """Return a network with this layer, and with what it cannot be without."""
    if isinstance(layer, InputCopies):
        return Network([layer, Heads(3, 4, 2)])
    return Network([InputCopies(3, 4) if isinstance(layer, Heads) else Dense(4, 4), layer])


@pytest.mark.parametrize("layer", EVERY_LAYER, ids=repr)
def test_every_kind_of_layer_comes_back(layer):
    network = network_with(layer)
    description = json.loads(json.dumps(describe_network(network)))
    again = built(description, size(network))
    assert repr(again) == repr(network)
    assert {n: a.shape for n, a in state_dict(again).items()} == {n: a.shape for n, a in state_dict(network).items()}


def test_every_layer_class_is_in_the_table():
    known = {getattr(layers, name) for name in layers.__all__ if name not in ("Layer", "ACTIVATIONS")}
    assert {layer.kind for layer in known} == set(KINDS)
    assert {type(layer) for layer in EVERY_LAYER} == known


def test_options_are_kept_to_the_last_bit():
    network = Network([Dense(1, 3), BatchNorm(3, 0.1 + 0.2, 1e-7 / 3)])
    again = built(json.loads(json.dumps(describe_network(network))), size(network))
    assert again.layers[1].spec() == network.layers[1].spec()


def test_a_network_may_begin_with_an_embedding():
    network = Network.mlp([4, 5, 3], embedded_columns=[1, 3])
    again = built(json.loads(json.dumps(describe_network(network))), size(network))
    assert (repr(again), again.widths) == (repr(network), [4, 10, 5, 5, 3])


def test_a_network_may_begin_with_bins():
    network = Network.mlp([4, 5, 3], embedded_columns=[1, 3], embedding="pwl")
    again = built(json.loads(json.dumps(describe_network(network))), size(network))
    assert (repr(again), again.widths) == (repr(network), [4, 36, 5, 5, 3])


DENSE = {"kind": "dense", "n_in": 2, "n_out": 3}
WAVES = {"kind": "periodic_embedding", "n_in": 3, "columns": [0, 2], "n_frequencies": 4, "embedding_dim": 2}

BINS = {"kind": "piecewise_embedding", "n_in": 3, "columns": [0, 2], "n_bins": 4, "embedding_dim": 2}


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ({"kind": "swish"}, r"layers\[1\]\.kind is 'swish'; expected one of relu, leaky_relu"),
        ({"kind": "os.system"}, "expected one of"),
        ({"kind": ["relu"]}, "expected one of"),
        ({}, r"layers\[1\]\.kind is None"),
        ("relu", r"layers\[1\] is 'relu'; expected an object"),
        ({"kind": "relu", "slope": 1}, r"the field 'slope' of layers\[1\] is unknown; expected none"),
        ({"kind": "dense", "n_in": 3}, "the field 'n_out' .* is missing; expected n_in, n_out"),
        ({**DENSE, "n_in": 0}, r"layers\[1\]\.n_in is 0; expected a whole number from 1 to 1,000,000"),
        ({**DENSE, "n_in": 1_000_001}, "whole number"),
        ({**DENSE, "n_in": 3.0}, "whole number"),
        ({**DENSE, "n_in": True}, "whole number"),
        ({"kind": "dropout", "rate": float("nan")}, "expected a number from 0 to 1"),
        ({"kind": "dropout", "rate": 1}, "Dropout got rate 1"),
        ({"kind": "leaky_relu", "slope": 0.0}, "LeakyReLU got slope 0.0"),
        ({"kind": "batch_norm", "width": 3, "momentum": -1, "epsilon": 0}, "momentum is -1"),
        ({"kind": "batch_norm", "width": 3, "momentum": 0.1, "epsilon": float("inf")}, "epsilon is inf"),
        ({**WAVES, "n_in": 0}, r"n_in is 0"),
        ({**WAVES, "columns": 2}, r"columns is 2; expected a list"),
        ({**WAVES, "columns": [0, -1]}, r"columns\[1\] is -1"),
        ({**WAVES, "columns": [1.0]}, r"columns\[0\] is 1.0"),
        ({**WAVES, "n_frequencies": 10**6}, r"n_frequencies is 1000000; expected a whole number from 1 to 1,024"),
        ({**WAVES, "embedding_dim": 10**6}, r"embedding_dim is 1000000"),
        ({"kind": "heads", "n_heads": 10**6, "n_in": 3, "n_out": 1}, r"n_heads is 1000000; expected .* 1 to 1,024"),
        ({"kind": "head_mean", "n_heads": 0}, r"n_heads is 0"),
        ({**BINS, "columns": [0, -1]}, r"columns\[1\] is -1"),
        ({**BINS, "n_bins": 10**6}, r"n_bins is 1000000; expected a whole number from 1 to 1,024"),
        (
            {"kind": "parametric_activation", "width": 3, "activation": "softmax"},
            "activation is 'softmax'; expected one",
        ),
        ({"kind": "residual", "inner": None}, r"layers\[1\]\.inner is None; expected a list"),
        ({"kind": "residual", "inner": [{"kind": "dense", "n_in": 3, "n_out": "3"}]}, r"\.inner\[0\]\.n_out is '3'"),
    ],
)
def test_what_is_not_in_the_table_or_out_of_range_is_refused(layer, sentence):
    with pytest.raises(ValueError, match=sentence):
        built([DENSE, layer], 9)


@pytest.mark.parametrize(
    ("description", "n_numbers"),
    [
        ([], 0),
        ([{"kind": "relu"}], 0),
        ([DENSE, {**DENSE, "n_in": 4}], 9 + 15),
        ([DENSE, {"kind": "batch_norm", "width": 2, "momentum": 0.1, "epsilon": 0.1}], 9 + 8),
        ([DENSE, {"kind": "parametric_activation", "width": 2, "activation": "relu"}], 9 + 2),
        ([DENSE, {"kind": "residual", "inner": [{**DENSE, "n_in": 3, "n_out": 2}]}], 9 + 8),
        ([DENSE, {**WAVES, "n_in": 4}], 9 + 36),
        ([DENSE, {**WAVES, "columns": [2, 0]}], 9 + 36),
        ([DENSE, {**WAVES, "columns": [0, 3]}], 9 + 36),
        ([DENSE, {**WAVES, "columns": []}], 9),
        ([DENSE, {**BINS, "n_in": 4}], 9 + 30),
        ([DENSE, {"kind": "head_mean", "n_heads": 2}], 9),
        ([DENSE, {"kind": "input_copies", "n_copies": 2, "n_in": 2}], 9 + 4),
        ([DENSE, {"kind": "input_copies", "n_copies": 2, "n_in": 3}], 9 + 6),
        ([DENSE, {"kind": "heads", "n_heads": 2, "n_in": 3, "n_out": 1}], 9 + 8),
        ([DENSE, {**BINS, "columns": [2, 0]}], 9 + 30),
    ],
)
def test_layers_that_make_no_network_are_refused(description, n_numbers):
    with pytest.raises(ValueError, match=r"network needs|cannot follow|Residual got|Embedding got|copies of each"):
        built(description, n_numbers)


def test_nothing_is_made_before_its_size_is_known_to_be_there():
    huge = {"kind": "dense", "n_in": 1_000_000, "n_out": 1_000_000}
    tracemalloc.start()
    try:
        waves = {**WAVES, "n_in": 1_000_000, "columns": [0] * 1000, "n_frequencies": 1024, "embedding_dim": 1024}
        bins = {**BINS, "n_in": 1_000_000, "columns": [0] * 1000, "n_bins": 1024, "embedding_dim": 1024}
        residual = {"kind": "residual", "inner": [huge] * 50}
        heads = {"kind": "heads", "n_heads": 1024, "n_in": 1_000_000, "n_out": 1_000_000}
        for description in ([huge], [DENSE, waves], [DENSE, bins], [DENSE, heads], [DENSE, residual]):
            with pytest.raises(ValueError, match=r"its layers need [\d,]+ numbers and 9 are there"):
                built(description, 9)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_layer_of_ones_own_can_be_described_but_is_not_accepted():
    class Swish(Layer):
        kind = "swish"

    description = describe_network(Network([Dense(2, 3), Swish()]))
    with pytest.raises(ValueError, match="'swish'"):
        read_layers("layers", description)


def test_options_that_are_no_plain_numbers_are_refused():
    layer = BatchNorm(3)
    layer.momentum = np.float32(0.1)  # type: ignore[assignment]
    description = describe_network(Network([Dense(2, 3), layer]))
    with pytest.raises(ValueError, match="momentum"):
        read_layers("layers", description)
