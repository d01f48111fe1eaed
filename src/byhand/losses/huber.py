"""Huber loss: squared error near the target, absolute error far from it, so that an outlier pulls no harder than δ.

    e = a − t                                                            (1)
    h(e) = e²/2 where |e| ≤ δ, else δ (|e| − δ/2)                        (2)
    L = (1/n) Σᵢ w[i] Σⱼ h(e[i, j])                                      (3)    w[i] = 1 without weights
    ∂L/∂a[i, j] = w[i] · clip(e[i, j], −δ, δ) / n                        (4)

The ½ is Huber's own: for small errors L is half of SquaredError's. Source: Huber 1964. The slow version:
docs/derivations/huber.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array, to_targets
from byhand.losses.base import Loss


class Huber(Loss):
    """Mean over examples of the sum over outputs of h(a − t).

    delta : δ > 0, the error from which it grows in a straight line, in the unit of the targets
    """

    kind = "huber"

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = check_number("Huber", "delta", delta, lambda δ: δ > 0, "a number above 0")

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, tuple[Any, ...]]:
        """Return L, and (e, w) for backward.

        output : (n, k)   target : (n,) labels, made one-hot, or (n, k) numbers   weight : (n,)
        """
        e = output - to_targets(target, output)  # (1)
        size = np.where(e.real < 0, -e, e)  # |e| on the complex numbers' analytic side
        h = np.where(size.real <= self.delta, e * e / 2, self.delta * (size - self.delta / 2))  # (2)
        w: Any = 1 if weight is None else weight[:, None]
        return (w * h).sum() / len(e), (e, w)  # (3)

    def backward(self, saved: tuple[Any, ...]) -> Array:
        """Return da (n, k)."""
        e, w = saved
        clipped: Array = np.clip(e, -self.delta, self.delta)
        return w * clipped / len(e)  # (4)
