"""Network, loss and optimizer in the C core's words, or one sentence why it has none for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from byhand.engines.bindings import ACTIVATIONS, LOSSES, MAX_LAYERS, OPTIMIZERS, Layer, Net, Rule
from byhand.layers import BatchNorm, Dense, Dropout, Identity, LeakyReLU, ReLU, Residual, Sigmoid, Softmax, Tanh
from byhand.layers import Layer as AnyLayer
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, WeightDecay
from byhand.optimizers.base import Optimizer

KNOWN_ACTIVATIONS = (Identity, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax)
KNOWN_LOSSES = (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy)
KNOWN_OPTIMIZERS = (SGD, Momentum, Nesterov, Adam, AdamW)
LEAST_EPSILON = 1e-20


class UnsupportedError(Exception):
    """The core has no word for something; the message is a sentence."""


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """A dense layer with what lies between it and the next one.

    name : of the dense layer in the network: "3", or "3.0" in a residual block   dropout : rate
    norm, norm_name : before the activation   residual : how many layers the way around passes that ends here, or 0
    """

    name: str
    n_in: int
    n_out: int
    activation: AnyLayer | None = None
    norm: BatchNorm | None = None
    norm_name: str = ""
    dropout: float = 0.0
    residual: int = 0

    @property
    def is_plain(self) -> bool:
        return not (self.norm or self.dropout or self.residual)


@dataclass(frozen=True)
class Inner:
    """An optimizer without its wrappers."""

    optimizer: Optimizer
    decay: float
    clip_norm: float


def lower_network(network: Network) -> list[DenseLayer]:
    """Return the network as dense layers, each with what lies behind it; raise UnsupportedError."""
    found: list[DenseLayer] = []
    for name, layer in _named(network.layers):
        if isinstance(layer, SkipEnd):
            found[-1] = _closed(found[-1], layer, len(found))
        elif type(layer) is Dense:
            n_in, n_out = layer.params["W"].shape
            found.append(DenseLayer(name, n_in, n_out))
        else:
            found[-1] = _followed(found[-1], name, layer)
    if any(isinstance(layer.activation, Softmax) for layer in found[:-1]):
        raise UnsupportedError("the C core knows softmax behind the last layer only")
    if isinstance(found[-1].activation, Softmax) and not found[-1].is_plain:
        raise UnsupportedError("the C core knows softmax right behind a dense layer only")
    if len(found) > MAX_LAYERS:
        raise UnsupportedError(f"the C core knows up to {MAX_LAYERS} dense layers, not {len(found)}")
    if any(array.dtype != np.float32 for array in (*network.params.values(), *network.statistics.values())):
        raise UnsupportedError("the C core computes in float32 and this network does not")
    return found


@dataclass(frozen=True)
class SkipEnd:
    """The end of a residual block. n_dense : dense layers in it   starts_dense : is its first layer one?"""

    n_dense: int
    starts_dense: bool


def _named(layers: Sequence[AnyLayer], prefix: str = "") -> Iterator[tuple[str, AnyLayer | SkipEnd]]:
    """Yield all layers under their names, those in a residual block one by one and then its end."""
    for i, layer in enumerate(layers):
        if type(layer) is Residual:
            inner = list(_named(layer.inner, f"{prefix}{i}."))
            yield from inner
            n_dense = sum(type(one) is Dense for _, one in inner)
            yield f"{prefix}{i}", SkipEnd(n_dense, bool(layer.inner) and type(inner[0][1]) is Dense)
        else:
            yield f"{prefix}{i}", layer


def _followed(last: DenseLayer, name: str, layer: AnyLayer) -> DenseLayer:
    """Return the last dense layer with one more layer behind it: normalised, bent, dropped, in this order."""
    kind = type(layer)
    if last.residual and kind in (BatchNorm, Dropout, *KNOWN_ACTIVATIONS):
        raise UnsupportedError(f"the C core knows dense layers behind a residual block, not {kind.__name__}")
    if isinstance(layer, BatchNorm) and kind is BatchNorm:
        if last.norm or last.activation or last.dropout:
            raise UnsupportedError("the C core knows BatchNorm right behind a dense layer only")
        if not (LEAST_EPSILON <= layer.epsilon < np.inf and 0 <= layer.momentum <= 1):
            raise UnsupportedError(
                f"the C core needs BatchNorm's epsilon to be {LEAST_EPSILON:g} or more, its momentum 0 … 1"
            )
        return replace(last, norm=layer, norm_name=name)
    if isinstance(layer, Dropout) and kind is Dropout:
        if last.dropout:
            raise UnsupportedError("the C core does not know two Dropouts in a row")
        return replace(last, dropout=layer.rate)
    if kind not in KNOWN_ACTIVATIONS:
        raise UnsupportedError(f"the C core does not know {kind.__name__} yet")
    if last.activation or last.dropout:
        what = "two activations in a row" if last.activation else "an activation behind Dropout"
        raise UnsupportedError(f"the C core does not know {what} yet")
    return replace(last, activation=layer)


def _closed(last: DenseLayer, way: SkipEnd, so_far: int) -> DenseLayer:
    """Return the last dense layer with the end of a residual block behind it."""
    if last.residual or not way.starts_dense or way.n_dense >= so_far:
        raise UnsupportedError(
            "the C core knows residual blocks that begin with a dense layer and end in no other block"
        )
    return replace(last, residual=way.n_dense)


def unwrap(optimizer: Optimizer) -> Inner:
    """Return the optimizer under gradient clipping and weight decay; raise UnsupportedError."""
    clip_norm = decay = 0.0
    if type(optimizer) is ClipGradNorm:
        clip_norm, optimizer = optimizer.max_norm, optimizer.inner
    if type(optimizer) is WeightDecay and type(optimizer.inner) is not AdamW:
        decay, optimizer = optimizer.decay, optimizer.inner
    if type(optimizer) not in KNOWN_OPTIMIZERS:
        raise UnsupportedError(f"the C core does not know {type(optimizer).__name__} in this place")
    if isinstance(optimizer, Adam) and optimizer.epsilon < LEAST_EPSILON:
        raise UnsupportedError(f"the C core needs Adam's epsilon to be {LEAST_EPSILON:g} or more")
    if isinstance(optimizer, AdamW):
        decay = optimizer.decay
    return Inner(optimizer, decay, clip_norm)


def unsupported_reason(network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
    """Return why the core cannot train this, or None."""
    try:
        lower_network(network)
        unwrap(optimizer)
    except UnsupportedError as reason:
        return str(reason)
    if isinstance(loss, SoftmaxCrossEntropy) and network.widths[-1] == 1:
        return "the softmax of a single output is always 1"
    return None if type(loss) in KNOWN_LOSSES else f"the C core does not know {type(loss).__name__}"


def network_table(layers: list[DenseLayer], loss: Loss) -> Net:
    """Return the table of the core."""
    rows = [_layer_row(layer) for layer in layers]
    smoothing = loss.label_smoothing if isinstance(loss, SoftmaxCrossEntropy) else 0.0
    return Net(len(rows), (Layer * len(rows))(*rows), LOSSES.index(loss.kind), smoothing)


def _layer_row(layer: DenseLayer) -> Layer:
    activation = layer.activation or Identity()
    row = Layer(layer.n_in, layer.n_out, ACTIVATIONS.index(activation.kind))
    row.slope = activation.slope if isinstance(activation, LeakyReLU) else 0.0
    row.dropout, row.skip_span = layer.dropout, layer.residual
    if layer.norm:
        row.batch_norm, row.momentum, row.epsilon = 1, layer.norm.momentum, layer.norm.epsilon
    return row


def rule_table(inner: Inner) -> Rule:
    """Return the optimizer as the core has it, with the steps it has taken."""
    optimizer = inner.optimizer
    rule = Rule(kind=OPTIMIZERS.index(optimizer.kind), weight_decay=inner.decay, clip_norm=inner.clip_norm)
    rule.steps = int(optimizer.state["step"]) if "step" in optimizer.state else 0
    if isinstance(optimizer, Momentum):
        rule.momentum = optimizer.momentum
    if isinstance(optimizer, Adam):
        rule.beta1, rule.beta2, rule.epsilon = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    return rule


def remembered_names(optimizer: Optimizer) -> tuple[str, ...]:
    """Return what the optimizer remembers of each parameter, in the core's order."""
    if isinstance(optimizer, Adam):
        return ("m", "v")
    return ("velocity",) if isinstance(optimizer, Momentum) else ()
