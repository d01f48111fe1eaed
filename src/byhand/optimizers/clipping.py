"""Gradient clipping: a gradient longer than a bound is scaled down to it.

    g = √(Σ over all parameters of dW²)           (1)
    dW ← dW · min(1, c / g)                       (2)

It wraps another optimizer. The direction is kept, so the step still goes downhill.
Source: Pascanu, Mikolov, Bengio 2013.
"""

import math

import numpy as np

from byhand.arguments import check_kind, check_number
from byhand.arrays import Params
from byhand.optimizers.base import Optimizer


class ClipGradNorm(Optimizer):
    """`inner` with the whole gradient no longer than max_norm.

    max_norm : c > 0
    """

    kind = "clipping"

    def __init__(self, inner: Optimizer, max_norm: float) -> None:
        super().__init__()
        self.inner = check_kind("ClipGradNorm", "inner", inner, Optimizer, "an optimizer")
        self.max_norm = check_number("ClipGradNorm", "max_norm", max_norm, lambda c: c > 0, "a number above 0")
        self.state = inner.state
        self.default_learning_rate = inner.default_learning_rate

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Shorten the gradient if it is too long and let `inner` step."""
        norm = math.sqrt(sum(float(np.vdot(g, g).real) for g in grads.values()))  # (1)
        if norm > self.max_norm:
            grads = {name: g * (self.max_norm / norm) for name, g in grads.items()}  # (2)
        self.inner.update(params, grads, learning_rate)
