"""A model reduced to what an export needs: dense layers, the preparation inside the first, and how to read the end.

x = stored · scale + shift, z = x W + b      =      z = stored W′ + b′,  W′ = scale · W, b′ = b + shift W    (1)

Batch normalisation right behind a dense layer goes into it in the same way.
"""

from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError
from byhand.layers import BatchNorm, Dense, Dropout, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.untrusted import UntrustedText

BENDS = (ReLU, LeakyReLU, Sigmoid, Tanh, Softmax)


@dataclass(frozen=True, eq=False)
class PlainLayer:
    """W (n_in, n_out) and b (n_out,) float32; bend: relu, leaky_relu, sigmoid, tanh, softmax or "" behind them."""

    W: Array
    b: Array
    bend: str = ""
    slope: float = 0.0


@dataclass(frozen=True)
class PlainModel:
    """What is exported.

    layers : in order   end : "softmax", "sigmoid" or "", applied to what they say
    is_single : one output stands for two classes, its number for class 1   is_values : regression
    name : for the first comment
    """

    layers: list[PlainLayer]
    end: str
    is_single: bool
    is_values: bool
    name: str

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


def plain_model(model: Model) -> PlainModel:
    """Return the model reduced; raise OptionError for a layer that no export knows."""
    layers: list[PlainLayer] = []
    for layer in model.network.layers:
        if isinstance(layer, Dense):
            layers.append(PlainLayer(layer.params["W"], layer.params["b"]))
        elif isinstance(layer, BatchNorm) and layers and not layers[-1].bend:
            W, b = layer.folded(layers[-1].W.astype(np.float64), layers[-1].b.astype(np.float64))
            layers[-1] = PlainLayer(W, b)
        elif isinstance(layer, BENDS) and layers and not layers[-1].bend:
            slope = layer.slope if isinstance(layer, LeakyReLU) else 0.0
            layers[-1] = PlainLayer(layers[-1].W, layers[-1].b, layer.kind, slope)
        elif not isinstance(layer, Dropout | Identity):  # which do nothing when a network only answers
            raise OptionError(f"export does not know {type(layer).__name__} layers here.")
    layers[0] = _prepared(layers[0], model)
    layers = [replace(layer, W=layer.W.astype(np.float32), b=layer.b.astype(np.float32)) for layer in layers]
    single = model.network.widths[-1] == 1 and model.output is not Output.VALUES
    ends = {Output.PROBABILITIES: "sigmoid" if single else "softmax", Output.YES_NO: "sigmoid"}
    return PlainModel(layers, ends.get(model.output, ""), single, model.output is Output.VALUES, _name(model))


def _name(model: Model) -> str:
    """Return the name of the model's recipe where it is one that can stand in a comment."""
    recipe = model.provenance.get("recipe")
    name = recipe.get("name") if isinstance(recipe, dict) else None
    return name.for_code("a model") if isinstance(name, UntrustedText) else "a model"


def _prepared(first: PlainLayer, model: Model) -> PlainLayer:
    """Return the first layer for stored numbers, (1)."""
    scale, shift = (np.broadcast_to(a, (len(first.W),)) for a in (model.preparation.scale, model.preparation.shift))
    W = first.W.astype(np.float64)
    folded, b = scale[:, None] * W, first.b + shift @ W
    return PlainLayer(folded, b, first.bend, first.slope)


def about(plain: PlainModel) -> str:
    """Return the sentence every export begins with."""
    return f"{plain.name}, {plain.sizes}, written by byhand. It takes numbers as they are stored and prepares nothing."


def number(value: float) -> str:
    """Return the shortest text that is this float32 and no other, with a point or an exponent."""
    text = str(np.float32(value))
    return text if any(sign in text for sign in ".en") else f"{text}.0"
