"""Leaky ReLU: negative inputs keep a small slope α, so no unit can die.

    a = z where z > 0, else α z                   (1)
    dz = da where z > 0, else α da                (2)

Source: Maas, Hannun, Ng 2013. The slow version: docs/derivations/leaky_relu.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array, Params
from byhand.layers.base import Layer
from byhand.random import RandomStream


class LeakyReLU(Layer):
    """a = z where z > 0, else slope · z.

    slope : α, 0 < α < 1
    """

    kind = "leaky_relu"

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = check_number("LeakyReLU", "slope", slope, lambda α: 0 < α < 1, "a number between 0 and 1")

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return a and the mask of units that are on."""
        positive = x > 0
        return np.where(positive, x, self.slope * x), positive  # (1)

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dz: da, or slope · da where the unit was off."""
        return np.where(saved, dy, self.slope * dy), {}  # (2)

    def spec(self) -> dict[str, Any]:
        return {"slope": self.slope}
