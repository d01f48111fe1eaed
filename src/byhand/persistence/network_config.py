"""A network's layers as plain data, and back: [{"kind": "dense", "n_in": 784, "n_out": 128}, {"kind": "relu"}, …].

A description can use only the kinds in the table KINDS; no other name is ever looked up. The number of parameters is
counted before the first array is allocated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from byhand.layers.input_copies import MAX_COPIES
from byhand.layers.parametric_activation import ELEMENTWISE
from byhand.layers.periodic_embedding import MAX_DIM, MAX_FREQUENCIES
from byhand.layers.periodic_embedding import n_numbers as n_numbers_of_waves
from byhand.layers.periodic_linear_embedding import n_numbers as n_numbers_of_turns
from byhand.layers.piecewise_embedding import MAX_BINS
from byhand.layers.piecewise_embedding import n_numbers as n_numbers_of_bins
from byhand.network import Network
from byhand.persistence.schema import Reader, integer, list_of, object_of, one_of, plain_object, real

_width: Reader = integer(1, 1_000_000)
_share: Reader = real(0, 1)
_copies: Reader = integer(1, MAX_COPIES)
_EMBEDDING = {"n_in": _width, "columns": list_of(integer(0, 999_999)), "embedding_dim": integer(1, MAX_DIM)}


@dataclass(frozen=True)
class LayerKind:
    """How one kind of layer is read and made.

    make : fields → the layer
    fields : what its spec() has, name → reader
    n_numbers : fields → the total size of its arrays, running averages included
    """

    make: Callable[..., Layer]
    fields: Mapping[str, Reader]
    n_numbers: Callable[..., int]


@dataclass(frozen=True)
class LayerConfig:
    """A layer's validated description."""

    kind: LayerKind
    fields: dict[str, Any]

    def n_numbers(self) -> int:
        """Return the total size of the layer's arrays, running averages included."""
        return self.kind.n_numbers(**self.fields)

    def make(self) -> Layer:
        """Return the layer, its arrays newly allocated."""
        return self.kind.make(**self.fields)


def _layer(name: str, value: Any) -> LayerConfig:
    """Read one layer's description; MAX_DEPTH of plain data limits how deep residual blocks nest."""
    fields = dict(plain_object(name, value))
    kind = KINDS[one_of(*KINDS)(f"{name}.kind", fields.pop("kind", None))]
    return LayerConfig(kind, object_of(kind.fields)(name, fields))


read_layers: Reader = list_of(_layer)


def _without_numbers(make: Callable[..., Layer], **fields: Reader) -> LayerKind:
    return LayerKind(make, fields, lambda **_: 0)


KINDS: dict[str, LayerKind] = {
    **{kind: _without_numbers(layer) for kind, layer in ACTIVATIONS.items()},
    LeakyReLU.kind: _without_numbers(LeakyReLU, slope=_share),
    Dropout.kind: _without_numbers(Dropout, rate=_share),
    Dense.kind: LayerKind(Dense.zeros, {"n_in": _width, "n_out": _width}, lambda n_in, n_out: (n_in + 1) * n_out),
    ScaledDense.kind: LayerKind(
        ScaledDense.zeros, {"n_in": _width, "n_out": _width}, lambda n_in, n_out: n_in + (n_in + 1) * n_out
    ),
    ParametricActivation.kind: LayerKind(
        ParametricActivation, {"width": _width, "activation": one_of(*ELEMENTWISE)}, lambda width, **_: width
    ),
    PeriodicEmbedding.kind: LayerKind(
        PeriodicEmbedding,
        {**_EMBEDDING, "n_frequencies": integer(1, MAX_FREQUENCIES)},
        lambda n_in, **sizes: n_numbers_of_waves(**sizes),
    ),
    PeriodicLinearEmbedding.kind: LayerKind(
        PeriodicLinearEmbedding,
        {**_EMBEDDING, "n_frequencies": integer(1, MAX_FREQUENCIES)},
        lambda n_in, **sizes: n_numbers_of_turns(**sizes),
    ),
    PiecewiseLinearEmbedding.kind: LayerKind(
        PiecewiseLinearEmbedding,
        {**_EMBEDDING, "n_bins": integer(1, MAX_BINS)},
        lambda n_in, **sizes: n_numbers_of_bins(**sizes),
    ),
    InputCopies.kind: LayerKind(
        InputCopies, {"n_copies": _copies, "n_in": _width}, lambda n_copies, n_in: n_copies * n_in
    ),
    Heads.kind: LayerKind(
        Heads.zeros,
        {"n_heads": _copies, "n_in": _width, "n_out": _width},
        lambda n_heads, n_in, n_out: n_heads * (n_in + 1) * n_out,
    ),
    HeadMean.kind: _without_numbers(HeadMean, n_heads=_copies),
    LogHeadMean.kind: _without_numbers(LogHeadMean, n_heads=_copies),
    BatchNorm.kind: LayerKind(
        BatchNorm, {"width": _width, "momentum": _share, "epsilon": _share}, lambda width, **_: 4 * width
    ),
    Residual.kind: LayerKind(
        lambda inner: Residual(*(layer.make() for layer in inner)),
        {"inner": read_layers},
        lambda inner: sum(layer.n_numbers() for layer in inner),
    ),
}


def describe_network(network: Network) -> list[dict[str, Any]]:
    """Return the layers as plain data; read_layers accepts it if every kind is in the table."""
    return [{"kind": layer.kind, **layer.spec()} for layer in network.layers]


def build_network(layers: list[LayerConfig], n_numbers: int) -> Network:
    """Return the network described, with all weights zero, to be filled.

    layers : what read_layers made of a description
    n_numbers : how many numbers the file has for it; if the layers need more or fewer, nothing is allocated
    Raises ValueError (or its subclasses ShapeError and OptionError) when the layers do not form a network.
    """
    needed = sum(layer.n_numbers() for layer in layers)
    if needed != n_numbers:
        raise ValueError(f"its layers need {needed:,} numbers and {n_numbers:,} are there")
    return Network([layer.make() for layer in layers])
