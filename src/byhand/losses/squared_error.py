"""Squared error: how far the outputs a are from the targets t.

    L = (1/n) Σᵢ w[i] Σⱼ (a[i, j] − t[i, j])²     (1)    w[i] = 1 without weights
    ∂L/∂a[i, j] = 2 w[i] (a[i, j] − t[i, j]) / n  (2)

The mean over outputs as well (the "MSE" many codes print) is k times smaller; here it is a metric, not the loss.
The slow version: docs/derivations/squared_error.md.
"""

from byhand.arrays import Array, to_targets
from byhand.losses.base import Loss


class SquaredError(Loss):
    """Mean over examples of the sum over outputs of (a − t)²."""

    kind = "squared_error"

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, Array]:
        """Return L and the weighted error w (a − t), (n, k).

        output : (n, k)   target : (n,) labels, made one-hot, or (n, k) numbers   weight : (n,)
        """
        error = output - to_targets(target, output)
        weighted = error if weight is None else weight[:, None] * error
        return (weighted * error).sum() / len(error), weighted  # (1)

    def backward(self, saved: Array) -> Array:
        """Return da (n, k)."""
        return 2 * saved / len(saved)  # (2)
