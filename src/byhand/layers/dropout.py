"""Dropout: during training each unit is set to 0 with probability p, so no unit can rely on another.

    m[i, j] = 1 / (1 − p) with probability 1 − p, else 0    (1)
    y = x · m    dx = dy · m                                (2)

Dividing by 1 − p keeps the expected value of y at x, so prediction needs no correction: there y = x.
Source: Srivastava et al. 2014, in its "inverted" form. The slow version: docs/derivations/dropout.md.
"""

from typing import Any

from byhand.arguments import check_number
from byhand.arrays import Array, Params
from byhand.errors import OptionError
from byhand.layers.base import Layer
from byhand.random import RandomStream


class Dropout(Layer):
    """y = x · m while training, y = x otherwise.

    rate : p, 0 ≤ p < 1, the fraction of units that is dropped
    """

    kind = "dropout"

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = check_number(
            "Dropout", "rate", rate, lambda p: 0 <= p < 1, "0 ≤ rate < 1, the share of units to silence"
        )

    def forward(
        self, x: Array, *, training: bool = False, rng: RandomStream | None = None
    ) -> tuple[Array, Array | None]:
        """Return y and the mask m, None when nothing was dropped. Training needs an rng to draw the mask from."""
        if not training or self.rate == 0:
            return x, None
        if rng is None:
            raise OptionError("Dropout got no random stream; expected forward(x, training=True, rng=Stream(…)).")
        kept = rng.uniform(*x.shape) >= self.rate
        mask = kept.astype(x.real.dtype) / (1 - self.rate)  # (1)
        return x * mask, mask  # (2)

    def backward(self, dy: Array, saved: Array | None, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx; dropped units get zero gradient."""
        return (dy if saved is None else dy * saved), {}  # (2)

    def spec(self) -> dict[str, Any]:
        return {"rate": self.rate}
