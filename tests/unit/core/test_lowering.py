"""Lowering and folding: the fused layers compute what the network computes."""

from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Heads,
    Identity,
    InputCopies,
    LeakyReLU,
    PeriodicEmbedding,
    ReLU,
    Residual,
    ScaledDense,
    Sigmoid,
    Tanh,
)
from byhand.lowering import FusedDense, UnsupportedError, fold, lower, lower_behind_embedding, lower_for_engine
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream

SCALER = InputScaler("unit", np.asarray(1 / 255), np.asarray(0.25))
ACTIVATIONS = {
    "identity": lambda z, slope: z,
    "relu": lambda z, slope: np.maximum(z, 0),
    "leaky_relu": lambda z, slope: np.where(z > 0, z, slope * z),
    "sigmoid": lambda z, slope: 1 / (1 + np.exp(-z)),
    "tanh": lambda z, slope: np.tanh(z),
}


def network_of(*layers: Any) -> Network:
    """Return a network whose arrays are all different from their initial values."""
    network = Network(layers).astype(np.float64)
    for i, array in enumerate([*network.params.values(), *network.statistics.values()]):
        array[...] = 0.1 + RandomStream(i, DATA).uniform(array.size).reshape(array.shape)
    return network


def computed(layers: list[FusedDense], x: Array) -> Array:
    """Return what folded layers compute, skip connections included."""
    inputs = []
    for i, layer in enumerate(layers):
        inputs.append(x)
        x = ACTIVATIONS[layer.activation](x @ layer.W + layer.b, layer.negative_slope)
        if layer.skip_span:
            x = x + inputs[i + 1 - layer.skip_span]
    return x


@pytest.mark.parametrize(
    "layers",
    [
        (Dense(3, 2),),
        (Dense(3, 4), BatchNorm(4), ReLU(), Dropout(0.5), Dense(4, 2), Sigmoid()),
        (ScaledDense(3, 4), ReLU(), ScaledDense(4, 2)),
        (Dense(3, 4), Dropout(0.5), Identity(), Tanh(), Dense(4, 2), BatchNorm(2)),
        (Dense(3, 4), Residual(Dense(4, 4), BatchNorm(4), LeakyReLU(0.2), Residual(Dense(4, 4)), Dense(4, 4))),
    ],
    ids=len,
)
def test_folded_layers_compute_what_the_network_predicts(layers: tuple[Any, ...]) -> None:
    network, raw = network_of(*layers), np.array([[0.0, 17, 255], [3, 0, 99]])
    wanted = network.predict(SCALER.apply(raw, np.float64))
    folded = fold(lower(network, inference=True), SCALER)
    np.testing.assert_allclose(computed(folded, raw), wanted, rtol=1e-12)
    assert all(layer.batch_norm is None and layer.input_scale is None and layer.dropout == 0 for layer in folded)


def test_lowered_layers_hold_the_networks_own_arrays_under_their_names() -> None:
    network = Network([Dense(3, 4), BatchNorm(4), Residual(Dense(4, 4), ReLU(), Dropout(0.5)), Dense(4, 2)])
    first, inner, last = lower(network)
    for layer in (first, inner, last):
        assert layer.W is network.params[f"{layer.name}.W"]
        assert layer.b is network.params[f"{layer.name}.b"]
    assert [first.name, inner.name, last.name] == ["0", "2.0", "3"]
    assert first.batch_norm is network.layers[1]
    assert first.batch_norm_name == "1"
    assert (inner.activation, inner.dropout, inner.skip_span) == ("relu", 0.5, 1)


def test_another_order_is_a_noun_phrase() -> None:
    with pytest.raises(UnsupportedError, match=r"^Tanh after Dropout$"):
        lower(Network([Dense(2, 2), Dropout(0.1), Tanh()]))
    with pytest.raises(UnsupportedError, match=r"^PeriodicEmbedding layers$"):
        lower(Network.mlp([2, 3, 1], embedded_columns=[1]))
    with pytest.raises(UnsupportedError, match=r"^PiecewiseLinearEmbedding layers$"):
        lower(Network.mlp([2, 3, 1], embedded_columns=[1], embedding="pwl"))
    with pytest.raises(UnsupportedError, match=r"^InputCopies layers$"):
        lower(Network.mlp([2, 3, 1], n_heads=4))
    with pytest.raises(UnsupportedError, match=r"^ParametricActivation layers$"):
        lower(Network.mlp([2, 3, 1], activation="parametric_mish"))


def test_engines_take_the_shares_of_parametric_activations() -> None:
    network = Network.mlp([2, 3, 1], activation="parametric_leaky_relu", batch_norm=True, dropout=0.5)
    _, (first, last) = lower_behind_embedding(network)
    assert first.alpha is network.params["2.alpha"]
    assert (first.activation, first.activation_name, first.negative_slope) == ("leaky_relu", "2", 0.01)
    assert (last.alpha, last.activation_name) == (None, "")


def test_an_embedding_stands_beside_the_layers_behind_it() -> None:
    network = Network.mlp([2, 3, 1], embedded_columns=[1])
    front, layers = lower_behind_embedding(network)
    assert front is network.layers[0]
    assert [(layer.name, layer.n_in, layer.activation) for layer in layers] == [("1", 5, "relu"), ("3", 3, "identity")]
    plain = Network([Dense(2, 3), Dropout(0.5)])
    assert lower_behind_embedding(plain)[0] is None
    assert [lower_behind_embedding(plain, inference=end)[1][0].dropout for end in (False, True)] == [0.5, 0.0]


@pytest.mark.parametrize("behind", [(), (ReLU(), Dense(5, 1)), (Residual(Dense(5, 5)),)], ids=len)
def test_an_embedding_needs_a_dense_layer_behind_it(behind: tuple[Any, ...]) -> None:
    network = Network([PeriodicEmbedding(2, [1]), *behind])
    with pytest.raises(UnsupportedError, match=r"^an embedding without a dense layer right behind it$"):
        lower_behind_embedding(network)


def test_copies_stand_beside_the_layers_and_heads_are_the_last_one() -> None:
    network = Network.mlp([2, 3, 4], embedded_columns=[1], n_heads=5)
    form = lower_for_engine(network)
    first, heads = form.layers
    assert (form.embedding, form.copies) == (network.layers[0], network.layers[1])
    assert (first.name, first.n_in, heads.name) == ("2", 5, "4")
    assert (heads.n_in, heads.n_out) == (3, 4)
    assert heads.W is network.params["4.W"]
    (alone,) = lower_for_engine(Network.mlp([2, 4], n_heads=5)).layers
    assert (alone.name, alone.W.shape) == ("1", (5, 2, 4))


def test_what_reads_layers_behind_an_embedding_has_no_place_for_copies() -> None:
    for columns in ([], [1]):
        with pytest.raises(UnsupportedError, match=r"^InputCopies layers$"):
            lower_behind_embedding(Network.mlp([2, 3, 4], n_heads=5, embedded_columns=columns))


@pytest.mark.parametrize(
    ("layers", "what"),
    [
        ((InputCopies(2, 3), Dense(3, 4), Heads(2, 4, 1), ReLU()), "InputCopies without Heads at the end"),
        ((InputCopies(1, 3), Dense(3, 4)), "InputCopies without Heads at the end"),
        ((InputCopies(1, 3),), "InputCopies without a dense layer right behind it"),
        ((InputCopies(2, 3), ReLU(), Heads(2, 3, 1)), "InputCopies without a dense layer right behind it"),
        (
            (InputCopies(2, 3), Residual(Dense(3, 3)), Heads(2, 3, 1)),
            "InputCopies without a dense layer right behind it",
        ),
        ((Dense(3, 4), InputCopies(2, 4), Heads(2, 4, 1)), "InputCopies layers"),
        ((Heads(1, 3, 2),), "Heads layers"),
        ((PeriodicEmbedding(2, [1]), Heads(1, 5, 2)), "Heads layers"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_copies_and_heads_elsewhere_are_a_noun_phrase(layers: tuple[Any, ...], what: str) -> None:
    with pytest.raises(UnsupportedError, match=f"^{what}$"):
        lower_for_engine(Network(list(layers)))


def test_an_embedding_elsewhere_is_a_noun_phrase() -> None:
    network = Network([PeriodicEmbedding(2, [1]), Dense(5, 2), PeriodicEmbedding(2, [0])])
    with pytest.raises(UnsupportedError, match=r"^PeriodicEmbedding layers$"):
        lower_behind_embedding(network)
