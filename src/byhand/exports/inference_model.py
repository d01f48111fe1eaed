"""A model reduced to what an export needs: dense layers, the preparation inside the first, and how to read the end.

x = stored · scale + shift, z = x W + b      =      z = stored W′ + b′,  W′ = scale · W, b′ = b + shift W    (1)

Batch normalisation right behind a dense layer goes into it in the same way.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError, OptionError
from byhand.layers import BatchNorm, Dense, Dropout, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.untrusted import UntrustedText

BENDS = (ReLU, LeakyReLU, Sigmoid, Tanh, Softmax)


@dataclass(frozen=True, eq=False)
class InferenceLayer:
    """W (n_in, n_out) and b (n_out,) float32; bend: relu, leaky_relu, sigmoid, tanh, softmax or "" behind them."""

    W: Array
    b: Array
    bend: str = ""
    slope: float = 0.0


@dataclass(frozen=True)
class InferenceModel:
    """What is exported.

    layers : in order   end : "softmax", "sigmoid" or "", applied to what they say
    is_single : one output stands for two classes, its number for class 1   is_values : regression
    class_names : in the order of the scores; empty when nobody named them, and for regression
    input_names : of a model of a table: "age", or "colour=red" for the input that is 1 for a category; else empty
    name : of the recipe, for the first comment   symbol : an identifier, before every name in a C header
    """

    layers: list[InferenceLayer]
    end: str
    is_single: bool
    is_values: bool
    class_names: tuple[UntrustedText, ...]
    input_names: tuple[UntrustedText, ...]
    name: str
    symbol: str

    @property
    def n_in(self) -> int:
        return len(self.layers[0].W)

    @property
    def n_scores(self) -> int:
        """How many numbers an answer has: one a class, or the values."""
        return 2 if self.is_single else int(self.layers[-1].W.shape[1])

    @property
    def sizes(self) -> str:
        return "-".join(map(str, [self.n_in, *(layer.W.shape[1] for layer in self.layers)]))


def inference_model(model: Model, file_name: str = "model") -> InferenceModel:
    """Return the model reduced. file_name : what the export will be called, without its suffix.

    Raises OptionError for a layer that no export knows, DataError for weights that are not finite numbers.
    """
    with np.errstate(all="ignore"):  # _finite looks for what became too large, or never was a number
        layers = _plain_layers(model)
    single = model.network.widths[-1] == 1 and model.output is not Output.VALUES
    ends = {Output.PROBABILITIES: "sigmoid" if single else "softmax", Output.YES_NO: "sigmoid"}
    return InferenceModel(
        layers,
        ends.get(model.output, ""),
        is_single=single,
        is_values=model.output is Output.VALUES,
        class_names=tuple(map(UntrustedText, model.class_names)),
        input_names=_input_names(model),
        name=_name(model),
        symbol=identifier(file_name),
    )


def _input_names(model: Model) -> tuple[UntrustedText, ...]:
    columns = model.table.columns if model.table else ()
    names = [(column.name, category) for column in columns for category in column.categories or (None,)]
    return tuple(UntrustedText(name if category is None else f"{name}={category}") for name, category in names)


def identifier(file_name: str) -> str:
    """Return an identifier of C made of a file's name: ASCII letters, digits and underscores, a letter first.

    >>> identifier("my digits-2"), identifier("7"), identifier("é")
    ('my_digits_2', 'model_7', 'model')
    """
    words = re.sub(r"[^A-Za-z0-9]+", "_", file_name).strip("_")[:40]
    return words if words[:1].isalpha() else f"model_{words}".strip("_")


def _plain_layers(model: Model) -> list[InferenceLayer]:
    """Return dense layers in float32, preparation and batch normalisation inside them."""
    layers: list[InferenceLayer] = []
    for layer in model.network.layers:
        if isinstance(layer, Dense):
            layers.append(InferenceLayer(layer.params["W"], layer.params["b"]))
        elif isinstance(layer, BatchNorm) and layers and not layers[-1].bend:
            W, b = layer.folded(layers[-1].W.astype(np.float64), layers[-1].b.astype(np.float64))
            layers[-1] = InferenceLayer(W, b)
        elif isinstance(layer, BENDS) and layers and not layers[-1].bend:
            slope = layer.slope if isinstance(layer, LeakyReLU) else 0.0
            layers[-1] = InferenceLayer(layers[-1].W, layers[-1].b, layer.kind, slope)
        elif not isinstance(layer, Dropout | Identity):  # which do nothing when a network only answers
            raise OptionError(f"export does not know {type(layer).__name__} layers here.")
    layers[0] = _prepared(layers[0], model)
    return [_finite(layer, i) for i, layer in enumerate(layers, start=1)]


def _finite(layer: InferenceLayer, number: int) -> InferenceLayer:
    """Return a layer in float32; raise DataError if that holds anything but finite numbers."""
    W, b = layer.W.astype(np.float32), layer.b.astype(np.float32)
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        raise DataError(
            f"layer {number} of the model holds weights that are not finite numbers of float32, so an export of it "
            f"could not answer. Train it again, with a smaller learning rate."
        )
    return replace(layer, W=W, b=b)


def _name(model: Model) -> str:
    """Return the name of the model's recipe where it is one that can stand in a comment."""
    recipe = model.provenance.get("recipe")
    name = recipe.get("name") if isinstance(recipe, dict) else None
    return name.for_code("a model") if isinstance(name, UntrustedText) else "a model"


def _prepared(first: InferenceLayer, model: Model) -> InferenceLayer:
    """Return the first layer for stored numbers, (1)."""
    scale, shift = (np.broadcast_to(a, (len(first.W),)) for a in (model.preparation.scale, model.preparation.shift))
    W = first.W.astype(np.float64)
    folded, b = scale[:, None] * W, first.b + shift @ W
    return InferenceLayer(folded, b, first.bend, first.slope)


def about(plain: InferenceModel) -> str:
    """Return the sentence every export begins with."""
    return f"{plain.name}, {plain.sizes}, written by byhand. It takes numbers as they are stored and prepares nothing."


def number(value: float) -> str:
    """Return the shortest text that is this float32 and no other, with a point or an exponent."""
    text = str(np.float32(value))
    return text if any(sign in text for sign in ".en") else f"{text}.0"
