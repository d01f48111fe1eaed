"""Binary cross-entropy on logits: each output answers its own yes-or-no question.

    p = σ(z)                                                             (1)
    L = −(1/n) Σᵢ w[i] Σⱼ t log p + (1 − t) log(1 − p)                   (2)    w[i] = 1 without weights
      =  (1/n) Σᵢ w[i] Σⱼ s(z) − t z,   s(z) = log(1 + eᶻ)               (3)
    ∂L/∂z[i, j] = w[i] (p[i, j] − t[i, j]) / n                           (4)

s(z) = max(z, 0) + log(1 + e^−|z|) never overflows.                      (5)
The slow version: docs/derivations/binary_cross_entropy.md.
"""

from typing import Any

import numpy as np

from byhand.arrays import Array, to_targets
from byhand.errors import ShapeError
from byhand.layers.sigmoid import sigmoid
from byhand.losses.base import Loss


class BinaryCrossEntropy(Loss):
    """Mean over examples of the sum over outputs of −log p(target), from logits."""

    kind = "binary_cross_entropy"

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, tuple[Array, ...]]:
        """Return L, and (z, t, w) for backward.

        output : (n, k) logits   target : (n,) or (n, k), each 0 … 1; labels (n,) become one-hot when k > 1
        weight : (n,)
        Raises ShapeError when they do not fit.
        """
        z, t = output, to_targets(target, output)
        if not (t.min() >= 0 and t.max() <= 1):
            raise ShapeError(f"BinaryCrossEntropy got targets {t.min():g} … {t.max():g}; expected each 0 … 1.")
        magnitude = np.where(z.real < 0, -z, z)  # |z| without leaving the complex numbers' analytic side
        softplus = np.maximum(z, 0) + np.log1p(np.exp(-magnitude))  # (5)
        w: Any = 1 if weight is None else weight[:, None]
        return (w * (softplus - t * z)).sum() / len(z), (z, t, w)  # (3)

    def backward(self, saved: tuple[Array, ...]) -> Array:
        """Return dz (n, k)."""
        z, t, w = saved
        return w * (sigmoid(z) - t) / len(z)  # (4)
