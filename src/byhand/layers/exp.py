"""Exponential: turns any number into a positive one, the end of a network that says logarithms of counts.

    a = eᶻ                                        (1)
    da/dz = eᶻ = a    dz = da · a                 (2)

The slow version: docs/derivations/exp.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


class Exp(Layer):
    """a = eᶻ, element by element."""

    kind = "exp"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a, of the shape of x, twice: as output and as what backward needs."""
        a = np.exp(x)  # (1)
        return a, a

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz = da · a."""
        return dy * saved, {}  # (2)
