"""The mean of the losses of k heads, each of which answers every example: what a network with Heads is trained on.

    L = (1/k) Σⱼ ℓ(z[j], t)                       (1)    z (n, k c): head j's c outputs side by side with the others'
    ∂L/∂z[j] = (1/k) ∂ℓ/∂z[j]                     (2)

ℓ is any loss, with the weights of the examples. Every head learns the whole task by itself; the loss of the mean answer
would let one err as long as another makes up for it. Source: Gorishniy, Kotelnikov & Babenko 2025, "TabM". The slow
version: docs/derivations/mean_of_heads.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_kind, check_whole
from byhand.arrays import Array
from byhand.errors import ShapeError
from byhand.layers.head_mean import HeadMean, LogHeadMean
from byhand.layers.input_copies import MAX_COPIES
from byhand.losses.base import Loss
from byhand.losses.softmax_cross_entropy import SoftmaxCrossEntropy


class MeanOfHeads(Loss):
    """The mean of `inner` over k heads.

    inner : the loss of one head   n_heads : k
    """

    kind = "mean_of_heads"

    def __init__(self, inner: Loss, n_heads: int) -> None:
        self.inner = check_kind("MeanOfHeads", "inner", inner, Loss, "a loss, as SoftmaxCrossEntropy()")
        self.n_heads = check_whole("MeanOfHeads", "n_heads", n_heads, 1, MAX_COPIES)

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Any, tuple[Any, int]]:
        """Return L, and what inner's backward needs, with n.

        output : (n, k c)   target : (n,) labels or (n, c) numbers, the same for every head   weight : (n,)
        Raises ShapeError when they do not fit.
        """
        k, n = self.n_heads, len(output)
        if output.ndim != 2 or output.shape[1] % k:
            raise ShapeError(f"MeanOfHeads got an output of shape {output.shape}; expected (n, c) of {k} heads each.")
        stacked = output.reshape(n, k, -1).transpose(1, 0, 2).reshape(k * n, -1)  # all rows of head 0, then of head 1 …
        weights = None if weight is None else np.concatenate([weight] * k)
        value, saved = self.inner.forward(stacked, np.concatenate([target] * k), weights)  # (1): its mean is over k n
        return value, (saved, n)

    def backward(self, saved: tuple[Any, int]) -> Array:
        """Return dz (n, k c)."""
        inner, n = saved
        dz = self.inner.backward(inner)  # (2): divided by k n already
        return dz.reshape(self.n_heads, n, -1).transpose(1, 0, 2).reshape(n, -1)

    @property
    def mean(self) -> HeadMean:
        """The layer that makes one answer of the heads': of softmaxes, as logits, or of the numbers themselves."""
        return (LogHeadMean if isinstance(self.inner, SoftmaxCrossEntropy) else HeadMean)(self.n_heads)

    def answer(self, output: Array) -> Array:
        """Return the mean of the heads, (n, c)."""
        return self.mean.forward(output)[0]
