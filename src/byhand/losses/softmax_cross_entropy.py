"""Softmax and cross-entropy in one formula, from logits z (n, k), and its gradient.

    p[i, j] = exp z[i, j] / Σₖ exp z[i, k]                               (1)
    L = −(1/n) Σᵢ w[i] Σⱼ t[i, j] log p[i, j]                            (2)    w[i] = 1 without weights
    log p[i, j] = z[i, j] − log Σₖ exp z[i, k]                           (3)

Each row of targets t sums to 1, so the derivative of (2) through (3) is short, which is why the two are one loss:

    ∂L/∂z[i, j] = w[i] (p[i, j] − t[i, j]) / n                           (4)

Label smoothing by ε replaces t by (1 − ε) t + ε/k, so that confidence is not rewarded beyond that.   (5)
Source of (5): Szegedy et al. 2016. The slow version: docs/derivations/softmax_cross_entropy.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array, to_targets
from byhand.losses.base import Loss


class SoftmaxCrossEntropy(Loss):
    """Mean over examples of −log p(true class), from logits.

    label_smoothing : ε, 0 ≤ ε < 1
    """

    kind = "softmax_cross_entropy"

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = check_number(
            "SoftmaxCrossEntropy", "label_smoothing", label_smoothing, lambda ε: 0 <= ε < 1, "0 ≤ ε < 1"
        )

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, tuple[Array, ...]]:
        """Return L, and (p, t, w) for backward.

        output : (n, k) logits   target : (n,) labels or (n, k) rows that sum to 1   weight : (n,)
        Raises ShapeError when they do not fit.
        """
        t = to_targets(target, output)
        if self.label_smoothing:
            t = (1 - self.label_smoothing) * t + self.label_smoothing / t.shape[1]  # (5)
        z = output - output.max(axis=1, keepdims=True)  # exp never overflows; the shift cancels in (1) and (3)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        log_p = z - np.log(total)  # (3)
        w: Any = 1 if weight is None else weight[:, None]
        return -(w * t * log_p).sum() / len(t), (e / total, t, w)  # (2), (1)

    def backward(self, saved: tuple[Array, ...]) -> Array:
        """Return dz (n, k)."""
        p, t, w = saved
        return w * (p - t) / len(t)  # (4)
