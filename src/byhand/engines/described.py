"""Network, loss and optimizer in the C core's words, or one sentence why it has none for them."""

from dataclasses import dataclass

import numpy as np

from byhand.engines.library import ACTIVATIONS, LOSSES, MAX_LAYERS, OPTIMIZERS, Layer, Net, Rule
from byhand.layers import Dense, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from byhand.layers import Layer as AnyLayer
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, GradientClipping, Momentum, Nesterov, WeightDecay
from byhand.optimizers.base import Optimizer

KNOWN_ACTIVATIONS = (Identity, ReLU, LeakyReLU, Sigmoid, Tanh, Softmax)
KNOWN_LOSSES = (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy)
KNOWN_OPTIMIZERS = (SGD, Momentum, Nesterov, Adam, AdamW)
LEAST_EPSILON = 1e-20


class NotKnown(Exception):  # noqa: N818 — a finding, not a fault
    """The core has no word for something; the message is a sentence."""


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """A dense layer with the activation behind it; position : of the dense layer in the network."""

    position: int
    n_in: int
    n_out: int
    activation: AnyLayer


@dataclass(frozen=True)
class Inner:
    """An optimizer without its wrappers."""

    optimizer: Optimizer
    decay: float
    clip_norm: float


def dense_layers(network: Network) -> list[DenseLayer]:
    """Return the network as dense layers with one activation each; raise NotKnown."""
    found: list[DenseLayer] = []
    may_bend = False
    for i, layer in enumerate(network.layers):
        if type(layer) is Dense:
            n_in, n_out = layer.params["W"].shape
            found.append(DenseLayer(i, n_in, n_out, Identity()))
            may_bend = True
        elif type(layer) in KNOWN_ACTIVATIONS and may_bend:
            last = found[-1]
            found[-1] = DenseLayer(last.position, last.n_in, last.n_out, layer)
            may_bend = False
        else:
            what = "two activations in a row" if type(layer) in KNOWN_ACTIVATIONS else type(layer).__name__
            raise NotKnown(f"the C core does not know {what} yet")
    if any(isinstance(layer.activation, Softmax) for layer in found[:-1]):
        raise NotKnown("the C core knows softmax behind the last layer only")
    if len(found) > MAX_LAYERS:
        raise NotKnown(f"the C core knows up to {MAX_LAYERS} dense layers, not {len(found)}")
    if any(array.dtype != np.float32 for array in network.params.values()):
        raise NotKnown("the C core computes in float32 and this network does not")
    return found


def unwrapped(optimizer: Optimizer) -> Inner:
    """Return the optimizer under gradient clipping and weight decay; raise NotKnown."""
    clip_norm = decay = 0.0
    if type(optimizer) is GradientClipping:
        clip_norm, optimizer = optimizer.max_norm, optimizer.inner
    if type(optimizer) is WeightDecay and type(optimizer.inner) is not AdamW:
        decay, optimizer = optimizer.decay, optimizer.inner
    if type(optimizer) not in KNOWN_OPTIMIZERS:
        raise NotKnown(f"the C core does not know {type(optimizer).__name__} in this place")
    if isinstance(optimizer, Adam) and optimizer.epsilon < LEAST_EPSILON:
        raise NotKnown(f"the C core needs Adam's epsilon to be {LEAST_EPSILON:g} or more")
    if isinstance(optimizer, AdamW):
        decay = optimizer.decay
    return Inner(optimizer, decay, clip_norm)


def why_not(network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
    """Return why the core cannot train this, or None."""
    try:
        dense_layers(network)
        unwrapped(optimizer)
    except NotKnown as reason:
        return str(reason)
    if isinstance(loss, SoftmaxCrossEntropy) and network.widths[-1] == 1:
        return "the softmax of a single output is always 1"
    return None if type(loss) in KNOWN_LOSSES else f"the C core does not know {type(loss).__name__}"


def network_table(layers: list[DenseLayer], loss: Loss) -> Net:
    """Return the table of the core."""
    rows = [
        Layer(
            layer.n_in,
            layer.n_out,
            ACTIVATIONS.index(layer.activation.kind),
            layer.activation.slope if isinstance(layer.activation, LeakyReLU) else 0.0,
        )
        for layer in layers
    ]
    smoothing = loss.label_smoothing if isinstance(loss, SoftmaxCrossEntropy) else 0.0
    return Net(len(rows), (Layer * len(rows))(*rows), LOSSES.index(loss.kind), smoothing)


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
