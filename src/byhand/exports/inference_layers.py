"""A network's layers as exports write them: an embedding, if there is one, and dense layers with their activations.

    e = v V + c                 for each embedded input x, from its terms v:     (1)
    v = cos(ω x + φ)            periodic embedding, ω = 2π w                     (2)
    v = [cos ω x, sin ω x]      periodic linear embedding                        (3)
    v = place of x among bins   piecewise linear embedding                       (4)
    a = (1 − α) z + α f(z)      behind a dense layer; α where it is parametric   (5)
    x[j] = x ⊙ R[j]             copy j of k, before the dense layers             (6)
    y = (1/k) Σⱼ z[j]           the mean of k heads, or of their softmax         (7)

Batch normalization, dropout, factors of inputs and, without an embedding, the scaling of the inputs are in the weights.
"""

from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError, OptionError
from byhand.layers import (
    Dense,
    HeadMean,
    Heads,
    InputCopies,
    Layer,
    LogHeadMean,
    PeriodicLinearEmbedding,
)
from byhand.layers.parametric_activation import ELEMENTWISE
from byhand.layers.periodic_embedding import TURN
from byhand.lowering import FusedDense, UnsupportedError, fold, lower_behind_embedding
from byhand.mlp import Embedding
from byhand.network import Network
from byhand.preprocessing import InputScaler

INSTEAD = "Train a network without, or use the model file: byhand predict and load_model read every layer."
# what stands above the code of an embedding and of heads, in every language
ABOUT_EMBEDDING = {
    "periodic_embedding": "Periodic embedding (PBLD): inputs x get cos(omega x + phase) V + c beside them.",
    "periodic_linear_embedding": "Periodic linear embedding (PL): inputs x become [cos(omega x), sin(omega x)] V + c.",
    "piecewise_embedding": "Piecewise linear embedding (PWL): inputs x get v V + c beside them, "
    "v[i] being the way through bin i, 0 to 1.",
}
ABOUT_HEADS = "TabM-mini: copies of x, each times its row of R, share all layers but the last; the mean is the answer."


@dataclass(frozen=True, eq=False)
class InferenceLayer:
    """A dense layer and its activation, (5), in float32.

    W, b : (n_in, n_out), (n_out,); of the last layer before a mean of heads (k, n_in, n_out), (k, n_out)
    activation, negative_slope : f by its name, and its slope below 0 if it is a leaky ReLU
    alpha : (n_out,); None: all 1
    """

    W: Array
    b: Array
    activation: str
    negative_slope: float
    alpha: Array | None

    @property
    def n_in(self) -> int:
        """How many inputs the layer has."""
        return int(self.W.shape[-2])

    @property
    def n_out(self) -> int:
        """How many units the layer has; of several heads, each of them."""
        return int(self.W.shape[-1])


@dataclass(frozen=True, eq=False)
class InferenceEmbedding:
    """An embedding of some inputs, (1), in float32.

    kind : of the layer, a key of ABOUT_EMBEDDING   n_in : how many inputs there are
    columns : places of the d inputs that are embedded   kept : of those that are passed on, before all e
    arrays : what v is computed from: "omega" and "phase" (d, f), or "edges" (d, n_bins + 1)
    V, c : (d, n_terms, m), (d, m)
    """

    kind: str
    n_in: int
    columns: tuple[int, ...]
    kept: tuple[int, ...]
    arrays: dict[str, Array]
    V: Array
    c: Array

    @property
    def keeps_all(self) -> bool:
        """Are all inputs passed on?"""
        return len(self.kept) == self.n_in

    @property
    def places(self) -> dict[str, tuple[int, ...]]:
        """Return the places that exported code needs, by its names for them."""
        return {"COLUMNS": self.columns} if self.keeps_all else {"COLUMNS": self.columns, "KEPT": self.kept}

    @property
    def tables(self) -> dict[str, Array]:
        """Return all arrays, by exported code's names for them."""
        return {name.upper(): array for name, array in {**self.arrays, "V": self.V, "c": self.c}.items()}

    @property
    def n_out(self) -> int:
        """How many numbers the first dense layer gets."""
        return len(self.kept) + self.c.size


@dataclass(frozen=True, eq=False)
class InferenceHeads:
    """Copies of what the first dense layer gets, (6), and the mean of the heads at the end, (7).

    R : (k, n_in of the first dense layer), in float32   has_softmax : is it the mean of softmax(z)?
    """

    R: Array
    has_softmax: bool


def inference_layers(
    network: Network, scaler: InputScaler | None
) -> tuple[InferenceEmbedding | None, InferenceHeads | None, list[InferenceLayer]]:
    """Return the embedding, the heads and the dense layers.

    scaler : of the inputs, made part of the first layer; None where an embedding or copies stand before it
    Raises OptionError for a layer that exports do not support, DataError for weights that are not finite.
    """
    shared, heads = _without_heads(network)
    try:
        front, fused = lower_behind_embedding(shared, inference=True)
        with np.errstate(all="ignore"):  # _float32 reports overflows
            folded = fold(fused, scaler)
    except UnsupportedError as error:
        raise OptionError(f"export does not support {error}. {INSTEAD}") from error
    if any(layer.skip_span for layer in folded):
        raise OptionError(f"export does not support residual connections. {INSTEAD}")
    embedding = None if front is None else _inference_embedding(front)
    layers = [_inference_layer(i, layer) for i, layer in enumerate(folded, start=1)]
    if heads is not None:
        layers[-1] = _by_head(layers[-1], len(heads.R))
    return embedding, heads, layers


def _without_heads(network: Network) -> tuple[Network, InferenceHeads | None]:
    """Return the network that all copies share, its heads side by side as one dense layer, and what was taken off.

    Where copies, heads and mean stand elsewhere than in a network of an estimator, nothing is taken off.
    """
    layers = network.layers
    start = 1 if isinstance(layers[0], Embedding) else 0
    copies, mean = layers[min(start, len(layers) - 1)], layers[-1]
    if not isinstance(copies, InputCopies) or not isinstance(mean, HeadMean):
        return network, None
    end = next(i for i, layer in enumerate(layers) if isinstance(layer, Heads))  # every copy meets one: check_chain
    behind = layers[end + 1 : -1]
    if mean.n_heads != len(copies.params["R"]) or any(layer.kind not in ELEMENTWISE for layer in behind):
        return network, None
    shared = Network([*layers[:start], *layers[start + 1 : end], _side_by_side(layers[end]), *behind])
    return shared, InferenceHeads(_float32("InputCopies", copies.params["R"]), isinstance(mean, LogHeadMean))


def _side_by_side(heads: Layer) -> Dense:
    """Return heads as a dense layer whose outputs are those of head 0, then of head 1 …"""
    W, b = heads.params["W"], heads.params["b"]
    k, n_in, c = W.shape
    dense = Dense.zeros(n_in, k * c)
    dense.params = {"W": W.transpose(1, 0, 2).reshape(n_in, k * c), "b": b.reshape(-1)}
    return dense


def _by_head(layer: InferenceLayer, k: int) -> InferenceLayer:
    """Return the layer that _side_by_side made of k heads with an axis for them."""
    W = layer.W.reshape(layer.n_in, k, -1).transpose(1, 0, 2)
    return replace(layer, W=np.ascontiguousarray(W), b=layer.b.reshape(k, -1))


def _inference_layer(number: int, layer: FusedDense) -> InferenceLayer:
    what = f"layer {number}"
    W, b = _float32(what, layer.W), _float32(what, layer.b)
    alpha = None if layer.alpha is None else _float32(what, layer.alpha)
    return InferenceLayer(W, b, layer.activation, layer.negative_slope, alpha)


def _inference_embedding(layer: Embedding) -> InferenceEmbedding:
    what = "the embedding"
    arrays = {name: _float32(what, array) for name, array in (layer.params | layer.statistics).items()}
    V, c = arrays.pop("V"), arrays.pop("c")
    if "frequency" in arrays:
        with np.errstate(over="ignore"):
            arrays["omega"] = _float32(what, TURN * arrays.pop("frequency"))
    kept = layer.others if isinstance(layer, PeriodicLinearEmbedding) else range(layer.n_in)
    return InferenceEmbedding(layer.kind, layer.n_in, layer.columns, tuple(kept), arrays, V, c)


def _float32(what: str, array: Array) -> Array:
    """Return an array in float32; raise DataError if it is not finite there. what : has the array, "layer 1" """
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise DataError(
            f"{what} of the model holds weights that are not finite numbers of float32, so an export of it "
            f"could not answer. Train it again, with a smaller learning rate."
        )
    return numbers
