"""Sigmoid: squeezes any number into 0 … 1.

    a = σ(z) = 1 / (1 + e⁻ᶻ)                      (1)
    σ′(z) = e⁻ᶻ / (1 + e⁻ᶻ)² = a (1 − a)    dz = da · a (1 − a)    (2)

σ′ is 0.25 at most and nearly 0 for large |z|: through many such layers the gradient vanishes.
The slow version: docs/derivations/sigmoid.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e⁻ᶻ), exact to rounding at both ends and without overflow at any z."""
    negative = z.real < 0
    e = np.exp(np.where(negative, z, -z))  # e to the −|z|: never above 1
    a: Array = np.where(negative, e, 1) / (1 + e)  # (1), for z < 0 multiplied by eᶻ above and below the line
    return a


class Sigmoid(Layer):
    """a = 1 / (1 + e⁻ᶻ), element by element. Ten sigmoids are ten scores, not probabilities: they need not sum to 1."""

    kind = "sigmoid"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a, of the shape of x, twice: as output and as what backward needs."""
        a = sigmoid(x)
        return a, a

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz = da · a (1 − a)."""
        return dy * saved * (1 - saved), {}  # (2)
