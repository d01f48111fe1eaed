"""Softmax as a layer: each row becomes positive numbers that sum to 1.

    a[i, j] = exp z[i, j] / Σₖ exp z[i, k]        (1)
    ∂a[j]/∂z[k] = a[j] ([j = k] − a[k])
    dz[i, k] = Σⱼ da[i, j] a[i, j] ([j = k] − a[i, k]) = a[i, k] (da[i, k] − Σⱼ da[i, j] a[i, j])    (2)

For classification it is not needed as a layer: SoftmaxCrossEntropy holds both in one stable formula.
The slow version: docs/derivations/softmax.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


def softmax(z: Array) -> Array:
    """Return rows of probabilities (n, k) for logits z (n, k), stable for any size of z."""
    e = np.exp(z - z.max(axis=1, keepdims=True))  # exp never overflows; the shift cancels in the ratio
    a: Array = e / e.sum(axis=1, keepdims=True)  # (1)
    return a


class Softmax(Layer):
    """Rows of probabilities: the one activation in which every output depends on every input of its row."""

    kind = "softmax"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a (n, k) twice: as output and as what backward needs."""
        a = softmax(x)
        return a, a

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz (n, k)."""
        return saved * (dy - (dy * saved).sum(axis=1, keepdims=True)), {}  # (2)
