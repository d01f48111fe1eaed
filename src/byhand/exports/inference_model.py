"""A model reduced to what an export needs: dense layers that take raw inputs, and how to read their outputs."""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError, OptionError
from byhand.lowering import FusedDense, UnsupportedError, fold, lower
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.untrusted import UntrustedText


@dataclass(frozen=True)
class InferenceModel:
    """What is exported.

    layers : in order, in float32; only weights, biases and activations are left
    output_activation : "softmax", "sigmoid" or "identity", applied to the last layer's output
    is_single : one output for two classes, the score of class 1   is_values : regression
    class_names : in the order of the scores; empty if unnamed, and for regression
    input_names : of a model of a table: "age", or "colour=red" for the input that is 1 for a category; else empty
    sources : with missing-value indicators: for every input of the network, i if it is number i, ~i if it is 1 where
        number i is nan; else empty
    means : of a model that fills missing cells: the value for each input, nan where there is none; else empty
    filling : what `means` are: "mean" or "median"
    scale, shift, clip : what is done to the inputs before the first layer: s = x · scale + shift, then
        s / √(1 + (s/clip)²); empty and 0 where it is part of the first layer
    limits : in regression (lowest, highest) of each value; empty: anywhere
    name : of the recipe, for the first comment   symbol : an identifier, before every name in a C header
    """

    layers: list[FusedDense]
    output_activation: str
    is_single: bool
    is_values: bool
    class_names: tuple[UntrustedText, ...]
    input_names: tuple[UntrustedText, ...]
    sources: tuple[int, ...]
    means: tuple[float, ...]
    filling: str
    scale: tuple[float, ...]
    shift: tuple[float, ...]
    clip: float
    limits: tuple[tuple[float, float], ...]
    name: str
    symbol: str

    @property
    def n_in(self) -> int:
        """How many inputs the network has, missing-value indicators included."""
        return self.layers[0].n_in

    @property
    def n_given(self) -> int:
        """How many numbers the export takes: the network's inputs without the missing-value indicators."""
        return self.n_in - sum(source < 0 for source in self.sources)

    @property
    def is_table(self) -> bool:
        """Does it read a table, whose cells can be missing?"""
        return bool(self.input_names)

    @property
    def n_scores(self) -> int:
        """How many numbers the export returns: one per class, or the predicted values."""
        return 2 if self.is_single else self.layers[-1].n_out

    @property
    def sizes(self) -> str:
        """The sizes of the layers, as "784-128-10"."""
        return "-".join(map(str, [self.n_in, *(layer.n_out for layer in self.layers)]))


def inference_model(model: Model, file_name: str = "model") -> InferenceModel:
    """Return the reduced model. file_name : of the export, without its suffix.

    Raises OptionError for a layer that exports do not support, DataError for weights that are not finite.
    """
    with np.errstate(all="ignore"):  # _finite reports overflows
        layers = _lowered(model)
    single = model.network.widths[-1] == 1 and model.output is not Output.REGRESSION
    activations = {Output.SOFTMAX_LOGITS: "sigmoid" if single else "softmax", Output.SIGMOID_LOGITS: "sigmoid"}
    return InferenceModel(
        layers,
        activations.get(model.output, "identity"),
        is_single=single,
        is_values=model.output is Output.REGRESSION,
        class_names=tuple(map(UntrustedText, model.class_names)),
        input_names=_input_names(model),
        sources=given_sources(model),
        means=_means(model),
        filling="mean" if model.table is None or model.table.missing == "mean" else "median",
        **_clipping(model),
        limits=model.limits,
        name=_name(model),
        symbol=identifier(file_name),
    )


def _input_names(model: Model) -> tuple[UntrustedText, ...]:
    columns = model.table.columns if model.table else ()
    given = [column.input_names[:1] if column.has_indicator else column.input_names for column in columns]
    return tuple(UntrustedText(name) for names in given for name in names)


def given_sources(model: Model) -> tuple[int, ...]:
    """Return the sources of an InferenceModel: which number each input of the network is, or ~i: is that number nan?"""
    sources: list[int] = []
    n = 0
    for column in model.table.columns if model.table else ():
        sources += [n, ~n] if column.has_indicator else range(n, n + column.n_inputs)
        n += 1 if column.has_indicator else column.n_inputs
    return tuple(sources) if min(sources, default=0) < 0 else ()


def given_numbers(model: Model, raw: Array) -> Array:
    """Return network inputs (n, n_features) as an export takes them, (n, n_given): nan where a number is missing."""
    sources = np.array(given_sources(model), dtype=np.int64)
    if not len(sources):
        return raw
    tells = sources < 0
    given = raw[:, ~tells].astype(np.float64)
    given[:, ~sources[tells]] = np.where(raw[:, tells] > 0, np.nan, given[:, ~sources[tells]])
    return given


def _clipping(model: Model) -> dict[str, Any]:
    """Return scale, shift and clip of a model whose preparation is not linear, and cannot be part of a layer."""
    preparation = model.preparation
    if preparation.clip is None:
        return {"scale": (), "shift": (), "clip": 0.0}
    arrays = {name: getattr(preparation, name) for name in ("scale", "shift")}
    numbers = {name: tuple(np.broadcast_to(array, model.n_features).tolist()) for name, array in arrays.items()}
    return {**numbers, "clip": preparation.clip}


def _means(model: Model) -> tuple[float, ...]:
    """Return the value that stands for a missing cell, one per input."""
    if model.table is None or not model.table.fills_gaps:
        return ()
    return tuple(model.table.fill(np.full((1, model.table.n_features), np.nan))[0].tolist())


def identifier(file_name: str) -> str:
    """Return a C identifier made from a file name: ASCII letters, digits and underscores, a letter first.

    >>> identifier("my digits-2"), identifier("7"), identifier("é")
    ('my_digits_2', 'model_7', 'model')
    """
    words = re.sub(r"[^A-Za-z0-9]+", "_", file_name).strip("_")[:40]
    return words if words[:1].isalpha() else f"model_{words}".strip("_")


def _lowered(model: Model) -> list[FusedDense]:
    try:
        linear = model.preparation if model.preparation.clip is None else None
        layers = fold(lower(model.network, inference=True), linear)
    except UnsupportedError as error:
        raise OptionError(f"export does not support {error}.") from error
    if any(layer.skip_span for layer in layers):
        raise OptionError("export does not support residual connections.")
    return [_finite(layer, i) for i, layer in enumerate(layers, start=1)]


def _finite(layer: FusedDense, number: int) -> FusedDense:
    """Return a layer in float32; raise DataError if it is not finite."""
    W, b = layer.W.astype(np.float32), layer.b.astype(np.float32)
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        raise DataError(
            f"layer {number} of the model holds weights that are not finite numbers of float32, so an export of it "
            f"could not answer. Train it again, with a smaller learning rate."
        )
    return replace(layer, W=W, b=b)


def _name(model: Model) -> str:
    """Return the name of the model's recipe if it is safe in a comment."""
    recipe = model.provenance.get("recipe")
    name = recipe.get("name") if isinstance(recipe, dict) else None
    return name.for_code("a model") if isinstance(name, UntrustedText) else "a model"


def about(model: InferenceModel) -> str:
    """Return the sentence at the top of every export."""
    return (
        f"{model.name}, {model.sizes}, written by byhand. It takes numbers as they are stored and scales them itself."
    )


def missing_rule(model: InferenceModel) -> str:
    """Return the sentence on a missing number (nan) in a table; nothing for other data."""
    if not model.is_table:
        return ""
    if not model.means:
        return "A missing number is refused."
    marked = ", and marked as missing" if model.sources else ""
    return f"A missing number, nan, is taken as its {model.filling} in training{marked}."


def number(value: float) -> str:
    """Return the shortest text that reads back as this float32, with a point or an exponent."""
    text = str(np.float32(value))
    return text if any(sign in text for sign in ".en") else f"{text}.0"
