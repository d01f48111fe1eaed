"""Network, loss and optimizer as the C core's tables, or one sentence about what the core does not support."""

from collections.abc import Sequence
from ctypes import c_float, c_int32, pointer

import numpy as np

from byhand.engines.bindings import ACTIVATIONS, EMBEDDINGS, LOSSES, MAX_LAYERS, OPTIMIZERS, Layer, Net, Rule
from byhand.engines.bindings import Embedding as EmbeddingRow
from byhand.layers import BatchNorm, PiecewiseLinearEmbedding, Softmax
from byhand.losses import BinaryCrossEntropy, Huber, MeanOfHeads, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.lowering import EngineForm, FusedDense, UnsupportedError, lower_for_engine
from byhand.mlp import Embedding
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.optimizers.base import Optimizer
from byhand.optimizers.param_groups import EMBEDDING

SUPPORTED_LOSSES = (SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropy, Huber, Poisson, Quantile)
LOSS_PARAMETERS = {SoftmaxCrossEntropy.kind: "label_smoothing", Huber.kind: "delta", Quantile.kind: "level"}
SUPPORTED_OPTIMIZERS = (SGD, Momentum, Nesterov, Adam, AdamW)
MIN_EPSILON = 1e-20
GROUPS = {
    "b": "bias_rate",
    "scale": "scale_rate",
    "alpha": "alpha_rate",
}  # group of ParamGroups → the core's name of its factor


def unsupported_reason(network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
    """Return why the core cannot train this, or None."""
    try:
        form = lower_for_engine(network)
        _check_layers(form)
        optimizer_table(optimizer, form.layers)
        one = loss_of_one(loss, form)
    except UnsupportedError as error:
        return f"the C core does not support {error}"
    if isinstance(one, SoftmaxCrossEntropy) and form.layers[-1].n_out == 1:
        return "the softmax of a single output is always 1"
    return None


def why_not_predicted(network: Network) -> str | None:
    """Return why the core cannot predict with this, or None."""
    try:
        _check_layers(lower_for_engine(network))
    except UnsupportedError as error:
        return f"the C core does not support {error}"
    return None


def loss_of_one(loss: Loss, form: EngineForm) -> Loss:
    """Return the loss of one head, or of the network that has none. Raises UnsupportedError for another loss."""
    n_heads = len(form.copies.params["R"]) if form.copies else 0
    if (loss.n_heads if isinstance(loss, MeanOfHeads) else 0) != n_heads:
        raise UnsupportedError(f"{type(loss).__name__} of a network of {n_heads} heads")
    one = loss.inner if isinstance(loss, MeanOfHeads) else loss
    if type(one) not in SUPPORTED_LOSSES:
        raise UnsupportedError(type(one).__name__)
    return one


def _check_layers(form: EngineForm) -> None:
    """Raise UnsupportedError for what `lower_for_engine` knows and the core does not."""
    layers = form.layers
    if len(layers) > MAX_LAYERS:
        raise UnsupportedError(f"more than {MAX_LAYERS} dense layers, and this network has {len(layers)}")
    if any(layer.activation == Softmax.kind for layer in layers[:-1]):
        raise UnsupportedError("softmax before the last layer")
    last = layers[-1]
    if last.activation == Softmax.kind and (last.batch_norm or last.dropout or last.skip_span):
        raise UnsupportedError("softmax together with BatchNorm, Dropout or a residual connection")
    if any(layer.input_scale is not None for layer in layers[1:]):
        raise UnsupportedError("ScaledDense behind the first layer")
    arrays = [array for layer in layers for array in (layer.W, layer.b)]
    arrays += [array for front in (form.embedding, form.copies) if front for array in front.params.values()]
    arrays += [layer.alpha for layer in layers if layer.alpha is not None]
    if {array.dtype for array in arrays} != {np.dtype(np.float32)}:
        raise UnsupportedError("other weights than float32")
    for layer in layers:
        if layer.batch_norm:
            _check_batch_norm(layer.batch_norm)


def _check_batch_norm(layer: BatchNorm) -> None:
    if not (MIN_EPSILON <= layer.epsilon < np.inf and 0 <= layer.momentum <= 1):
        raise UnsupportedError(f"BatchNorm with an epsilon below {MIN_EPSILON:g} or a momentum outside 0 … 1")


def network_table(layers: list[FusedDense], loss: Loss, embedding: Embedding | None = None, n_heads: int = 0) -> Net:
    """Return the core's table of layers and loss, of one head if there are some, and of the embedding before them."""
    rows = [_layer_row(layer) for layer in layers]
    parameter = getattr(loss, LOSS_PARAMETERS[loss.kind]) if loss.kind in LOSS_PARAMETERS else 0.0
    is_scaled = layers[0].input_scale is not None
    table = Net(len(rows), (Layer * len(rows))(*rows), LOSSES.index(loss.kind), parameter, is_scaled)
    table.n_heads = n_heads
    if embedding:
        table.embedding = pointer(_embedding_row(embedding))
    return table


def _embedding_row(layer: Embedding) -> EmbeddingRow:
    d, m = layer.params["c"].shape
    resolution = layer.params.get("frequency", layer.params["V"]).shape[1]
    row = EmbeddingRow(EMBEDDINGS.index(layer.kind), layer.n_in, d, (c_int32 * d)(*layer.columns), resolution, m)
    if isinstance(layer, PiecewiseLinearEmbedding):
        edges = layer.statistics["edges"].astype(np.float32)
        row.edges = (c_float * edges.size).from_buffer_copy(edges.tobytes())
    return row


def _layer_row(layer: FusedDense) -> Layer:
    row = Layer(layer.n_in, layer.n_out, ACTIVATIONS.index(layer.activation), layer.negative_slope)
    row.dropout, row.skip_span, row.parametric = layer.dropout, layer.skip_span, layer.alpha is not None
    if layer.batch_norm:
        row.batch_norm, row.momentum, row.epsilon = 1, layer.batch_norm.momentum, layer.batch_norm.epsilon
    return row


def optimizer_table(optimizer: Optimizer, layers: Sequence[FusedDense]) -> tuple[Optimizer, Rule]:
    """Return the optimizer inside groups, gradient clipping and weight decay, and the core's table of all four.

    layers : of the network that it trains

    Raises UnsupportedError for another optimizer or order.
    """
    rule = Rule(bias_rate=1.0, scale_rate=1.0, embedding_rate=1.0, alpha_rate=1.0)
    if type(optimizer) is ParamGroups:
        _set_group_rates(rule, optimizer, layers)
        optimizer = optimizer.inner
    if type(optimizer) is ClipGradNorm:
        rule.clip_norm, optimizer = optimizer.max_norm, optimizer.inner
    if type(optimizer) is WeightDecay and type(optimizer.inner) is not AdamW:
        rule.weight_decay, optimizer = optimizer.decay, optimizer.inner
    if type(optimizer) not in SUPPORTED_OPTIMIZERS:
        raise UnsupportedError(f"{type(optimizer).__name__} in this place")
    rule.kind = OPTIMIZERS.index(optimizer.kind)
    rule.steps = int(optimizer.state.get("step", 0))
    if isinstance(optimizer, Momentum):
        rule.momentum = optimizer.momentum
    if isinstance(optimizer, Adam):
        if optimizer.epsilon < MIN_EPSILON:
            raise UnsupportedError(f"{type(optimizer).__name__} with an epsilon below {MIN_EPSILON:g}")
        rule.beta1, rule.beta2, rule.epsilon = optimizer.beta1, optimizer.beta2, optimizer.epsilon
    if isinstance(optimizer, AdamW):
        rule.weight_decay = optimizer.decay
    return optimizer, rule


def _set_group_rates(rule: Rule, groups: ParamGroups, layers: Sequence[FusedDense]) -> None:
    """Set the factors of the groups; raise UnsupportedError for a group that has none in the core."""
    rule.embedding_rate, *others = {groups.factors.get(group, 1.0) for group in EMBEDDING}
    if others:
        raise UnsupportedError("an embedding whose arrays learn at different rates")
    for group, factor in groups.factors.items():
        if group in GROUPS:
            setattr(rule, GROUPS[group], factor)
        elif factor != 1 and group not in EMBEDDING and group.rpartition(".")[2] != "W":
            raise UnsupportedError(f"a learning rate of its own for {group}")
    weight_rates = [groups.factor(f"{layer.name}.W") for layer in layers]
    if any(rate != 1 for rate in weight_rates):
        rule.weight_rates = (c_float * len(weight_rates))(*weight_rates)


def moment_names(optimizer: Optimizer) -> tuple[str, ...]:
    """Return the names of the optimizer's moments in its state, in the core's order."""
    if isinstance(optimizer, Adam):
        return ("m", "v")
    return ("velocity",) if isinstance(optimizer, Momentum) else ()
