"""A model reduced to what an export needs: layers, what is done to their inputs, and how to read their outputs."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError
from byhand.exports.inference_layers import (
    INSTEAD,
    InferenceEmbedding,
    InferenceHeads,
    InferenceLayer,
    inference_layers,
)
from byhand.layers import InputCopies
from byhand.mlp import Embedding
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.untrusted import UntrustedText


@dataclass(frozen=True)
class InferenceModel:
    """What is exported.

    embedding : of some inputs, before the layers; None: there is none
    heads : copies before the layers and the mean behind them; None: there is one way through them
    layers : dense layers in order, in float32; only weights, biases and activations are left
    output_activation : "softmax", "sigmoid" or "identity", applied to the last layer's output
    is_single : one output for two classes, the score of class 1   is_values : regression
    class_names : in the order of the scores; empty if unnamed, and for regression
    input_names : of a model of a table: "age", or "colour=red" for the input that is 1 for a category; else empty
    sources : with missing-value indicators: for every input of the network, i if it is number i, ~i if it is 1 where
        number i is nan; else empty
    means : of a model that fills missing cells: the value for each input, nan where there is none; else empty
    filling : what `means` are: "mean" or "median"
    scale, shift : what is done to the inputs before everything else: s = x · scale + shift; empty where this is part
        of the first layer
    clip : then s / √(1 + (s/clip)²); 0 where nothing is clipped
    limits : in regression (lowest, highest) of each value; empty: anywhere
    name : of the recipe, for the first comment   symbol : an identifier, before every name in a C header
    """

    embedding: InferenceEmbedding | None
    heads: InferenceHeads | None
    layers: list[InferenceLayer]
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
        return (self.embedding or self.layers[0]).n_in

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
        """The sizes of the layers, as "784-128-10"; behind those of the inputs, what an embedding makes of them."""
        embedded = [self.embedding.n_out] if self.embedding else []
        return "-".join(map(str, [self.n_in, *embedded, *(layer.n_out for layer in self.layers)]))


def inference_model(model: Model, file_name: str = "model") -> InferenceModel:
    """Return the reduced model. file_name : of the export, without its suffix.

    Raises OptionError for a layer that exports do not support, DataError for weights that are not finite.
    """
    preparation = None if _is_apart(model) else model.preparation
    embedding, heads, layers = inference_layers(model.network, preparation)
    single = model.network.widths[-1] == 1 and model.output is not Output.REGRESSION
    has_softmax = heads is not None and heads.has_softmax
    if has_softmax and (single or model.output is not Output.SOFTMAX_LOGITS):
        raise OptionError(
            f"export does not support a LogHeadMean whose outputs are not probabilities of classes. {INSTEAD}"
        )
    activations = {Output.SOFTMAX_LOGITS: "sigmoid" if single else "softmax", Output.SIGMOID_LOGITS: "sigmoid"}
    return InferenceModel(
        embedding,
        heads,
        layers,
        "identity" if has_softmax else activations.get(model.output, "identity"),
        is_single=single,
        is_values=model.output is Output.REGRESSION,
        class_names=tuple(map(UntrustedText, model.class_names)),
        input_names=_input_names(model),
        sources=given_sources(model),
        means=_means(model),
        filling="mean" if model.table is None or model.table.missing == "mean" else "median",
        **_scaling(model),
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


def _is_apart(model: Model) -> bool:
    """Is the preparation of the inputs no part of the first dense layer: not linear, or before something else?"""
    return model.preparation.clip is not None or isinstance(model.network.layers[0], Embedding | InputCopies)


def _scaling(model: Model) -> dict[str, Any]:
    """Return scale, shift and clip."""
    if not _is_apart(model):
        return {"scale": (), "shift": (), "clip": 0.0}
    preparation = model.preparation
    arrays = {name: getattr(preparation, name) for name in ("scale", "shift")}
    numbers = {name: tuple(np.broadcast_to(array, model.n_features).tolist()) for name, array in arrays.items()}
    return {**numbers, "clip": preparation.clip or 0.0}


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


def exact_number(value: float) -> str:
    """Return the shortest text that reads back as this float64: in Python and JavaScript, whose numbers are such."""
    return repr(float(value))
