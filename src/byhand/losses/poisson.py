"""Poisson loss, for counts: the network says the logarithm z of the expected count μ.

    μ = eᶻ                                                               (1)
    L = (1/n) Σᵢ w[i] Σⱼ μ[i, j] − t[i, j] z[i, j]                       (2)    w[i] = 1 without weights
    ∂L/∂z[i, j] = w[i] (μ[i, j] − t[i, j]) / n                           (3)

It is −log of the Poisson probability μᵗ e^−μ / t! without the part log t!, which no weight changes. Targets need not be
whole. `Exp` turns the outputs into counts. Source: McCullagh & Nelder 1989, chapter 6. The slow version:
docs/derivations/poisson.md.
"""

from typing import Any

import numpy as np

from byhand.arrays import Array, to_targets
from byhand.errors import ShapeError
from byhand.losses.base import Loss


class Poisson(Loss):
    """Mean over examples of the sum over outputs of eᶻ − t z, from logarithms z."""

    kind = "poisson"

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, tuple[Any, ...]]:
        """Return L, and (μ, t, w) for backward.

        output : (n, k) logarithms   target : (n,) labels, made one-hot, or (n, k) numbers, 0 or more   weight : (n,)
        Raises ShapeError for a target below 0.
        """
        z, t = output, to_targets(target, output)
        check_counts(t)
        mu = np.exp(z)  # (1)
        w: Any = 1 if weight is None else weight[:, None]
        return (w * (mu - t * z)).sum() / len(z), (mu, t, w)  # (2)

    def backward(self, saved: tuple[Any, ...]) -> Array:
        """Return dz (n, k)."""
        mu, t, w = saved
        dz: Array = w * (mu - t) / len(mu)  # (3)
        return dz


def check_counts(t: Array) -> None:
    """Raise ShapeError for a target that no count can be."""
    lowest = t.min()
    if not lowest >= 0:
        raise ShapeError(f"Poisson got a target of {lowest:g}; expected counts, 0 or more.")
