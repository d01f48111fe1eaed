"""A network as dense layers, each with what follows it fused in; engines, explanations and exports read this form.

    y = dropout(f(batch_norm((x ⊙ s) W + b))) + skip                                     (1)

An embedding in front is no such layer, nor are copies of the inputs and the heads that join them, and a parametric
activation has (1 − α) z + α f(z) in the place of f(z). Engines take these; nothing else has a place for them.

At inference dropout does nothing, and batch normalization, s and the scaling of the inputs fold into the weights:

    z = (raw · scale + shift) W + b = raw (scale · W) + (b + shift W)                    (2)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.layers import (
    SELU,
    BatchNorm,
    Dense,
    Dropout,
    Exp,
    Heads,
    Identity,
    InputCopies,
    LeakyReLU,
    Mish,
    ParametricActivation,
    ReLU,
    Residual,
    ScaledDense,
    Sigmoid,
    Softmax,
    Tanh,
)
from byhand.layers.base import Layer
from byhand.mlp import Embedding
from byhand.network import Network
from byhand.preprocessing import InputScaler

ACTIVATIONS = (Identity, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax, Exp, SELU, Mish)


class UnsupportedError(Exception):
    """The message is a noun phrase: what is not supported."""


@dataclass(frozen=True, eq=False)
class FusedDense:
    """One line of (1).

    name : of the dense layer in the network: "3", or "3.0" inside a residual block
    W, b : (n_in, n_out), (n_out,), the network's own arrays, not copies; of heads (k, n_in, n_out), (k, n_out)
    activation, negative_slope : f by its name, and its slope below 0 if it is a leaky ReLU
    alpha, activation_name : α of a parametric activation, (n_out,), or None, and its name in the network
    batch_norm, batch_norm_name : before the activation, and its name in the network
    input_scale : s, (n_in,); None: all 1
    dropout : rate   skip_span : how many layers the residual connection spans that ends here, or 0
    """

    name: str
    W: Array
    b: Array
    activation: str = Identity.kind
    negative_slope: float = 0.0
    alpha: Array | None = None
    activation_name: str = ""
    batch_norm: BatchNorm | None = None
    batch_norm_name: str = ""
    input_scale: Array | None = None
    dropout: float = 0.0
    skip_span: int = 0

    @property
    def n_in(self) -> int:
        """How many inputs the layer has."""
        return int(self.W.shape[-2])

    @property
    def n_out(self) -> int:
        """How many units the layer has."""
        return int(self.b.shape[-1])

    @property
    def is_linear(self) -> bool:
        """Does the layer have no activation?"""
        return self.activation == Identity.kind


def lower(network: Network, *, inference: bool = False) -> list[FusedDense]:
    """Return the network's layers in the form (1). inference : leave out dropout.

    Raises UnsupportedError where the layers stand in another order, or an activation is parametric.
    """
    fused = _lower(network.layers, 0, inference)
    if any(layer.alpha is not None for layer in fused):
        raise UnsupportedError(f"{ParametricActivation.__name__} layers")
    return fused


@dataclass(frozen=True, eq=False)
class EngineForm:
    """A network as engines take it: an embedding, then copies of the inputs, or None, and layers in the form (1).

    layers : with α of parametric activations; with copies the last one is Heads
    """

    embedding: Embedding | None
    copies: InputCopies | None
    layers: list[FusedDense]


def lower_for_engine(network: Network, *, inference: bool = False) -> EngineForm:
    """Return the network as engines take it. inference : leave out dropout.

    Raises UnsupportedError where the layers stand in another order.
    """
    embedding, copies, rest = _front(network.layers)
    place = len(network) - len(rest)
    if place and (not rest or type(rest[0]) not in (Dense, ScaledDense, Heads)):
        front = InputCopies.__name__ if copies else "an embedding"
        raise UnsupportedError(f"{front} without a dense layer right behind it")
    if not copies:
        return EngineForm(embedding, None, _lower(rest, place, inference))
    heads = rest[-1]
    if not isinstance(heads, Heads):
        raise UnsupportedError(f"{InputCopies.__name__} without {Heads.__name__} at the end")
    last = FusedDense(str(len(network) - 1), heads.params["W"], heads.params["b"])
    return EngineForm(embedding, copies, [*_lower(rest[:-1], place, inference), last])


def lower_behind_embedding(network: Network, *, inference: bool = False) -> tuple[Embedding | None, list[FusedDense]]:
    """Return the embedding that the network begins with, if it does, and the other layers in the form (1), α and all.

    Raises UnsupportedError as `lower_for_engine`, and for copies.
    """
    if _front(network.layers)[1]:
        raise UnsupportedError(f"{InputCopies.__name__} layers")
    form = lower_for_engine(network, inference=inference)
    return form.embedding, form.layers


def _front(layers: Sequence[Layer]) -> tuple[Embedding | None, InputCopies | None, Sequence[Layer]]:
    """Return the embedding and the copies that layers begin with, or None, and the layers behind them."""
    embedding = layers[0] if isinstance(layers[0], Embedding) else None
    rest = layers[1:] if embedding else layers
    copies = rest[0] if rest and isinstance(rest[0], InputCopies) else None
    return embedding, copies, rest[1:] if copies else rest


def _lower(layers: Sequence[Layer], place: int, inference: bool) -> list[FusedDense]:
    """Return layers in the form (1). place : of the first one in the network"""
    fused: list[FusedDense] = []
    _append(fused, enumerate(layers, place), "", inference)
    return fused


def _append(fused: list[FusedDense], layers: Iterable[tuple[int, Layer]], prefix: str, inference: bool) -> None:
    """Append layers, each with its place in the network, to what comes before them."""
    for i, layer in layers:
        name = f"{prefix}{i}"
        if type(layer) is Dense:
            fused.append(FusedDense(name, layer.params["W"], layer.params["b"]))
        elif type(layer) is ScaledDense:
            fused.append(FusedDense(name, layer.params["W"], layer.params["b"], input_scale=layer.params["scale"]))
        elif type(layer) is Residual:
            _append_residual(fused, layer, name, inference)
        elif isinstance(layer, Embedding) or not fused:
            raise UnsupportedError(f"{type(layer).__name__} layers")
        elif not (type(layer) is Identity or (inference and type(layer) is Dropout)):
            fused[-1] = _fuse(fused[-1], layer, name)


def _append_residual(fused: list[FusedDense], block: Residual, name: str, inference: bool) -> None:
    if not _begins_with_dense(block.inner):
        raise UnsupportedError("a residual block that does not begin with a dense layer")
    n_before = len(fused)
    _append(fused, enumerate(block.inner), f"{name}.", inference)
    if fused[-1].skip_span:
        raise UnsupportedError("a residual block that ends with another one")
    fused[-1] = replace(fused[-1], skip_span=len(fused) - n_before)


def _begins_with_dense(layers: Sequence[Layer]) -> bool:
    first = layers[0] if layers else None
    return type(first) in (Dense, ScaledDense) or (type(first) is Residual and _begins_with_dense(first.inner))


def _fuse(last: FusedDense, layer: Layer, name: str) -> FusedDense:
    """Return a dense layer with one more layer behind it: batch norm, activation and dropout, in this order."""
    if type(layer) not in (BatchNorm, Dropout, ParametricActivation, *ACTIVATIONS):
        raise UnsupportedError(f"{type(layer).__name__} layers")
    if last.skip_span:
        raise UnsupportedError(f"{type(layer).__name__} after a residual block")
    if type(layer) is BatchNorm:
        if last.batch_norm or last.dropout or not last.is_linear:
            raise UnsupportedError("BatchNorm that does not directly follow a dense layer")
        return replace(last, batch_norm=layer, batch_norm_name=name)
    if last.dropout:
        raise UnsupportedError(f"{type(layer).__name__} after Dropout")
    if type(layer) is Dropout:
        return replace(last, dropout=layer.rate)
    if not last.is_linear:
        raise UnsupportedError("two activations in a row")
    if type(layer) is ParametricActivation:
        last, layer = replace(last, alpha=layer.params["alpha"], activation_name=name), layer.function
    return replace(last, activation=layer.kind, negative_slope=getattr(layer, "slope", 0.0))


def fold(layers: Sequence[FusedDense], scaler: InputScaler | None = None) -> list[FusedDense]:
    """Return float64 layers that compute the same at inference without batch norm, dropout and scales of inputs.

    scaler : folded into the first layer, which then takes raw inputs, (2)
    Raises UnsupportedError for a scaler that clips: its formula is not linear.
    """
    if scaler is not None and scaler.clip is not None:
        raise UnsupportedError("inputs that are clipped, as part of the first layer")
    folded = [_fold_layer(layer) for layer in layers]
    if scaler is not None:
        first = folded[0]
        scale, shift = (np.broadcast_to(array, first.n_in) for array in (scaler.scale, scaler.shift))
        folded[0] = replace(first, W=scale[:, None] * first.W, b=first.b + shift @ first.W)  # (2)
    return folded


def _fold_layer(layer: FusedDense) -> FusedDense:
    W, b = layer.W.astype(np.float64), layer.b.astype(np.float64)
    if layer.input_scale is not None:
        W = layer.input_scale[:, None] * W
    if layer.batch_norm:
        W, b = layer.batch_norm.fold_into(W, b)
    return replace(layer, W=W, b=b, batch_norm=None, batch_norm_name="", input_scale=None, dropout=0.0)
