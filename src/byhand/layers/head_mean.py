"""The mean of heads: one answer of the k that a network with Heads gives, of numbers or of probabilities.

    y = (1/k) Σⱼ z[j]                             (1)    HeadMean, of numbers; (n, k c) → (n, c)
    dz[j] = dy / k                                (2)
    p[j] = softmax(z[j])                          (3)
    y = log (1/k) Σⱼ p[j]                         (4)    LogHeadMean: logits, whose softmax is the mean of k
    s[j] = p[j] / Σₗ p[l]                         (5)    head j's share of each class's probability
    dz[j] = s[j] ⊙ dy − p[j] Σ (s[j] ⊙ dy)        (6)    the sum over classes

(4) is computed as the log-sum-exp over heads of log p[j], which no size of z overflows. A network is not trained
through these layers, for its loss is the mean of k losses and not the loss of a mean (MeanOfHeads); they end a network
that answers. The slow version: docs/derivations/head_mean.md.
"""

import math
from typing import Any

import numpy as np

from byhand.arguments import check_whole
from byhand.arrays import Array, Params, check_numbers
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.layers.input_copies import MAX_COPIES
from byhand.random import RandomStream


class HeadMean(Layer):
    """y = mean over heads of the numbers z (n, k c), head by head.

    n_heads : k
    """

    kind = "head_mean"

    def __init__(self, n_heads: int) -> None:
        super().__init__()
        self.n_heads = check_whole(type(self).__name__, "n_heads", n_heads, 1, MAX_COPIES)

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Any]:
        """Return y (n, c), and nothing for backward. Raises ShapeError if x is not (n, k c)."""
        return self._by_head(x).mean(axis=1), None  # (1)

    def backward(self, dy: Array, saved: Any, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz (n, k c)."""
        return np.tile(dy / self.n_heads, self.n_heads), {}  # (2)

    def _by_head(self, z: Array) -> Array:
        """Return z as (n, k, c)."""
        check_numbers(type(self).__name__, "z", z)
        return z.reshape(len(z), self.n_heads, self.n_out(z.shape[1]))

    def n_out(self, n_in: int) -> int:
        if n_in % self.n_heads:
            raise ShapeError(f"{type(self).__name__} of {self.n_heads} heads cannot follow {n_in} outputs.")
        return n_in // self.n_heads

    def spec(self) -> dict[str, Any]:
        return {"n_heads": self.n_heads}


class LogHeadMean(HeadMean):
    """y = log of the mean over heads of softmax(z), which are logits again. n_heads : k"""

    kind = "log_head_mean"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Any]:
        """Return y (n, c), and for backward each head's probabilities p and shares s, (n, k, c)."""
        z = self._by_head(x)
        log_p = z - _log_sum_exp(z, axis=2)
        total = _log_sum_exp(log_p, axis=1)
        p, share = np.exp(log_p), np.exp(log_p - total)  # (3), (5)
        return total[:, 0] - math.log(self.n_heads), (p, share)  # (4)

    def backward(self, dy: Array, saved: Any, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz (n, k c)."""
        p, share = saved
        dlog_p = share * dy[:, None]
        dz = dlog_p - p * dlog_p.sum(axis=2, keepdims=True)  # (6)
        return dz.reshape(len(dz), -1), {}


def _log_sum_exp(z: Array, axis: int) -> Array:
    """Return log Σ exp z along an axis, which stays with length 1."""
    largest = z.max(axis=axis, keepdims=True)
    total: Array = largest + np.log(np.exp(z - largest).sum(axis=axis, keepdims=True))
    return total
