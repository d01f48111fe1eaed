"""Pinball loss: its best answer is not the mean but a quantile, the number that a share q of the targets lies below.

    e = t − a                                                            (1)
    ρ(e) = q e where e ≥ 0, else (q − 1) e                               (2)
    L = (1/n) Σᵢ w[i] Σⱼ ρ(e[i, j])                                      (3)    w[i] = 1 without weights
    ∂L/∂a = −q w/n where e > 0, (1 − q) w/n where e < 0, 0 at the corner (4)

q = ½ is half the absolute error, whose best answer is the median. Source: Koenker & Bassett 1978. The slow version:
docs/derivations/quantile.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array, to_targets
from byhand.losses.base import Loss


class Quantile(Loss):
    """Mean over examples of the sum over outputs of ρ(t − a).

    level : q, 0 < q < 1; 0.9: nine tenths of the targets lie below the output
    """

    kind = "quantile"

    def __init__(self, level: float = 0.5) -> None:
        self.level = check_number("Quantile", "level", level, lambda q: 0 < q < 1, "a number between 0 and 1")

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, tuple[Any, ...]]:
        """Return L, and (e, w) for backward.

        output : (n, k)   target : (n,) labels, made one-hot, or (n, k) numbers   weight : (n,)
        """
        e = to_targets(target, output) - output  # (1)
        rho = np.where(e.real >= 0, self.level * e, (self.level - 1) * e)  # (2)
        w: Any = 1 if weight is None else weight[:, None]
        return (w * rho).sum() / len(e), (e, w)  # (3)

    def backward(self, saved: tuple[Any, ...]) -> Array:
        """Return da (n, k)."""
        e, w = saved
        slope = ((e < 0).astype(e.dtype) - self.level) * (e != 0)
        return w * slope / len(e)  # (4)
