"""SELU: a ReLU whose negative side bends down to a floor, scaled so that mean 0 and variance 1 reproduce themselves.

    a = λ z where z > 0, else λ α (eᶻ − 1)        (1)
    dz = da · λ where z > 0, else da · (a + λ α)  (2)

λ = 1.0507… and α = 1.6733… are the two numbers for which a standard normal z gives an a of mean 0 and variance 1.
Source: Klambauer, Unterthiner, Mayr, Hochreiter 2017. The slow version: docs/derivations/selu.md.
"""

from typing import Any

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772  # λ, α


class SELU(Layer):
    """a = λ z where z > 0, else λ α (eᶻ − 1)."""

    kind = "selu"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Any]:
        """Return a, and for backward the mask of units that are on, and a."""
        positive = x.real > 0
        a = np.where(positive, SCALE * x, SCALE * ALPHA * np.expm1(np.where(positive, 0, x)))  # (1)
        return a, (positive, a)

    def backward(self, dy: Array, saved: Any, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz: da times the slope, which is known from a."""
        positive, a = saved
        return dy * np.where(positive, SCALE, a + SCALE * ALPHA), {}  # (2)
