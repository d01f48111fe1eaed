"""Parametric activation: every unit learns how much of its activation it wants, from none (a straight line) to all.

    a = (1 − α) ⊙ z + α ⊙ f(z)                    (1)    α (width,), 1 at first, so that a = f(z)
    dα = Σᵢ da[i] ⊙ (f(z[i]) − z[i])              (2)
    dz = (1 − α) ⊙ da + (α ⊙ da) ⊙ f′(z)          (3)    the second term is f's own backward of α ⊙ da

f is any activation that works number by number. RealMLP's choice for tables is SELU for classes and Mish for numbers,
with α learned at a tenth of the rate (ParamGroups). Source: Holzmüller, Grinsztajn & Steinwart 2024. The
slow version: docs/derivations/parametric_activation.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError, lookup
from byhand.layers.base import Layer
from byhand.layers.exp import Exp
from byhand.layers.leaky_relu import LeakyReLU
from byhand.layers.mish import Mish
from byhand.layers.relu import ReLU
from byhand.layers.selu import SELU
from byhand.layers.sigmoid import Sigmoid
from byhand.layers.tanh import Tanh
from byhand.random import RandomStream

ELEMENTWISE: dict[str, type[Layer]] = {layer.kind: layer for layer in (ReLU, LeakyReLU, Sigmoid, Tanh, SELU, Mish, Exp)}
PREFIX = "parametric_"  # of an activation's name: "parametric_mish"


class ParametricActivation(Layer):
    """a = (1 − α) z + α f(z), with an α for each unit; the parameter is called "alpha".

    width : number of units   activation : f by its name, a key of ELEMENTWISE
    """

    kind = "parametric_activation"

    def __init__(self, width: int, activation: str = "selu") -> None:
        super().__init__()
        width = check_whole("ParametricActivation", "width", width, 1, MAX_WIDTH)
        self.function = lookup("activation of ParametricActivation", activation, ELEMENTWISE)()
        self.params = {"alpha": np.ones(width, dtype=np.float32)}

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Any]:
        """Return a (n, width), and f(z) − z and what f's backward needs. Raises ShapeError if x is not (n, width)."""
        alpha = self.params["alpha"]
        check_input("ParametricActivation", x, len(alpha))
        bent, saved = self.function.forward(x)
        return (1 - alpha) * x + alpha * bent, (bent - x, saved)  # (1)

    def backward(self, dy: Array, saved: Any, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz (n, width) or None, and the gradient "alpha" (width,)."""
        difference, inner = saved
        check_same_shape("ParametricActivation", "da", dy, difference.shape)
        grads: Params = {"alpha": (dy * difference).sum(axis=0)}  # (2)
        if not need_dx:
            return None, grads
        alpha = self.params["alpha"]
        through, _ = self.function.backward(alpha * dy, inner)
        return (1 - alpha) * dy + through, grads  # (3)

    def n_out(self, n_in: int) -> int:
        if n_in != len(self.params["alpha"]):
            raise ShapeError(f"ParametricActivation of width {len(self.params['alpha'])} cannot follow {n_in} outputs.")
        return n_in

    def spec(self) -> dict[str, Any]:
        return {"width": len(self.params["alpha"]), "activation": self.function.kind}
