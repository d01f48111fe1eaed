"""Mish: smooth everywhere, nearly z above 0, and below 0 a shallow valley that returns to 0.

    a = z · t,  t = tanh(log(1 + eᶻ))             (1)
    dz = da · (t + z (1 − t²) σ(z))               (2)    σ is the slope of log(1 + eᶻ)

With e = e^−|z|, which cannot overflow: t = (1 + 2e) / (1 + 2e + 2e²) for z ≥ 0, (e² + 2e) / (e² + 2e + 2) below.  (3)
a falls and rises again, so the slope cannot be known from a alone, and backward needs z.
Source: Misra 2020. The slow version: docs/derivations/mish.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.layers.sigmoid import sigmoid
from byhand.random import RandomStream


def tanh_softplus(z: Array) -> Array:
    """Return tanh(log(1 + eᶻ)), without overflow at any z."""
    negative = z.real < 0
    e = np.exp(np.where(negative, z, -z))
    above = np.where(negative, e * (e + 2), 1 + 2 * e)
    t: Array = above / (above + np.where(negative, 2, 2 * e * e))  # (3)
    return t


class Mish(Layer):
    """a = z tanh(log(1 + eᶻ)), element by element."""

    kind = "mish"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a, and z for backward."""
        return x * tanh_softplus(x), x  # (1)

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz: da times the slope."""
        t = tanh_softplus(saved)
        return dy * (t + saved * (1 - t * t) * sigmoid(saved)), {}  # (2)
