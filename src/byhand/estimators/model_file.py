"""An estimator as one of byhand's models, and back: what `save`, `load` and `export` do.

The model file has the columns, their categories and scaling, the network, class names and the range of the targets, so
`byhand predict`, `evaluate`, `explain` and `export` take it, and a CSV file whose columns are in another order. The
temperature of a calibrated classifier and the scale of a regressor's targets are in the last layer's weights:

    (h W + b) / T = h (W/T) + b/T,      spread · (h W + b) + center = h (spread · W) + (spread · b + center)
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.schema import TableSchema
from byhand.data.tables.target import class_texts
from byhand.errors import OptionError
from byhand.estimators.encoder import TableEncoder
from byhand.layers import Dense, Exp, HeadMean, Heads, LogHeadMean, ParametricActivation, ScaledDense
from byhand.layers.parametric_activation import PREFIX
from byhand.network import Network
from byhand.persistence.model import LABELS, Model
from byhand.persistence.output import Output
from byhand.persistence.provenance import environment
from byhand.summary import is_counted

MEANS = {Output.SOFTMAX_LOGITS: LogHeadMean, Output.REGRESSION: HeadMean}  # what makes one answer of several heads
WORDS, WHOLE, NUMBERS, FLAGS = LABELS
KINDS = {"i": WHOLE, "u": WHOLE, "f": NUMBERS, "b": FLAGS}


def scale_outputs(network: Network, scale: Any, shift: Any = 0.0) -> Network:
    """Return a copy whose output is `scale` times as large, plus `shift`."""
    copy = network.astype(network.layers[0].dtype)
    last = copy.layers[-1].params
    last["W"] *= scale
    last["b"][:] = last["b"] * scale + shift
    return copy


def scale_counts(network: Network, scale: Any) -> Network:
    """Return a copy of a network of logarithms that says `scale` times e to what it said."""
    return Network([*scale_outputs(network, 1.0, np.log(scale)).layers, Exp()])


def model_of(
    name: str,
    networks: Sequence[Network],
    encoder: TableEncoder,
    target: str,
    *,
    has_names: bool,
    output: Output,
    classes: Array | None = None,
    limits: tuple[tuple[float, float], ...] = (),
) -> Model:
    """Return the model of a fitted estimator. Raises OptionError for what a model file cannot hold."""
    if len(networks) > 1:
        raise OptionError(f"{name} is an ensemble of {len(networks)} networks; a model file holds one. Use to_onnx.")
    names = [column.name for column in encoder.columns]
    target = f"{target} (target)" if target in names else target
    target = target if has_names else f"column {len(names) + 1}"
    schema = TableSchema(encoder.columns, target, has_names, missing="indicator")
    layers = [layer.fold() if isinstance(layer, ScaledDense) else layer for layer in networks[0].layers]
    n_heads = next((len(layer.params["b"]) for layer in layers if isinstance(layer, Heads)), 1)
    layers += [MEANS[output](n_heads)] if n_heads > 1 else []
    return Model(
        Network(layers),
        encoder.scaler,
        output,
        () if classes is None else class_names(classes),
        provenance={"estimator": name, "environment": environment()},
        table=schema,
        limits=limits,
        labels=WORDS if classes is None else KINDS.get(classes.dtype.kind, WORDS),
    )


def class_names(classes: Array) -> tuple[str, ...]:
    """Return classes as the words that a CSV file has: 2.0 is "2", True is "True"."""
    return tuple(map(str, classes.tolist()) if classes.dtype.kind == "b" else class_texts(classes))


def classes_of(model: Model) -> Array:
    """Return the classes as `predict` answers them: words, numbers, or True and False."""
    names = list(model.class_names) or [str(i) for i in range(model.n_classes)]
    try:
        if model.labels == WHOLE:
            return np.array([int(name) for name in names])
        if model.labels == NUMBERS:
            return np.array([float(name) for name in names])
    except (ValueError, OverflowError) as error:
        raise OptionError(
            f"load got a model that says its classes are {model.labels}, and one is not. Save it again."
        ) from error
    return np.array([name == "True" for name in names]) if model.labels == FLAGS else np.array(names)


def check_loadable(name: str, model: Model, output: Output) -> TableSchema:
    """Return the schema of a model that an estimator can take over; raise OptionError for any other."""
    if model.output is not output or (output is Output.SOFTMAX_LOGITS and model.network.widths[-1] == 1):
        other = "MLPRegressor" if model.output is Output.REGRESSION else "MLPClassifier"
        advice = f"Use {other}.load" if other != name else "Use byhand.load_model"
        raise OptionError(f"{name}.load got a model whose outputs are {model.output}. {advice}.")
    if model.table is None or model.table.missing != "indicator" or model.preparation.clip is None:
        raise OptionError(
            f"{name}.load got a model without an estimator's preprocessing; expected one that an estimator saved, or "
            f"that `byhand train --data table.csv` made. Use byhand.load_model for others."
        )
    ends = (Dense, Heads, Exp) if output is Output.REGRESSION else (Dense, Heads)
    is_mean = type(model.network.layers[-1]) is MEANS[output]
    if not isinstance(model.network.layers[-2 if is_mean else -1], ends):
        raise OptionError(f"{name}.load got a network without a dense layer at its end. Use byhand.load_model.")
    return model.table


def without_mean(network: Network) -> tuple[Network, int]:
    """Return a network without the mean of its heads at the end, and how many heads it has."""
    last = network.layers[-1]
    return (Network(network.layers[:-1]), last.n_heads) if isinstance(last, HeadMean) else (network, 1)


def kind_of_activation(network: Network) -> str:
    """Return the activation of the hidden layers, as the estimators' parameter."""
    for layer in network.layers:
        if isinstance(layer, ParametricActivation):
            return PREFIX + layer.function.kind
        if layer.kind in ("relu", "leaky_relu", "selu", "mish", "sigmoid", "tanh"):
            return layer.kind
    return "identity"


def hidden_widths(network: Network) -> tuple[int, ...]:
    """Return the widths of the hidden layers, as the estimators' parameter."""
    behind = zip(network.layers, network.widths[1:], strict=True)
    return tuple(width for layer, width in behind if is_counted(layer))[:-1]
