"""Hyperbolic tangent: squeezes any number into −1 … 1; 0 stays 0.

    a = tanh z = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)          (1)
    ∂a/∂z = 1 − a²    dz = da · (1 − a²)          (2)

The slow version: docs/derivations/tanh.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


class Tanh(Layer):
    """a = tanh z, element by element."""

    kind = "tanh"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a, of the shape of x, twice: as output and as what backward needs."""
        a = np.tanh(x)  # (1)
        return a, a

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz = da · (1 − a²)."""
        return dy * (1 - saved * saved), {}  # (2)
