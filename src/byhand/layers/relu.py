"""ReLU, the rectified linear unit: negative inputs become zero.

    a = max(z, 0)                                 (1)
    ∂a/∂z = 1 where z > 0, else 0    dz = da · [z > 0]    (2)

At exactly 0 there is no derivative; we use 0, as PyTorch does. Since a > 0 exactly where z > 0, only a is saved.
The slow version: docs/derivations/relu.md.
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


class ReLU(Layer):
    """a = max(z, 0), element by element."""

    kind = "relu"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a, of the shape of x, twice: as output and as what backward needs."""
        a = np.maximum(x, 0)  # (1); complex numbers compare by their real part first
        return a, a

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz = da where the unit was on, 0 where it was off."""
        return dy * (saved > 0), {}  # (2)
