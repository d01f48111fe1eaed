"""Identity: no activation, as at the end of a regression network.

    a = z    (1)        dz = da    (2)

Between two dense layers it shows why activations are needed: z₂ = (x W₁ + b₁) W₂ + b₂ = x (W₁W₂) + (b₁W₂ + b₂), one
linear map and no more. The slow version: docs/derivations/identity.md.
"""

from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


class Identity(Layer):
    """a = z."""

    kind = "identity"

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, None]:
        """Return x unchanged."""
        return x, None  # (1)

    def backward(self, dy: Array, saved: None, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return da unchanged."""
        return dy, {}  # (2)
