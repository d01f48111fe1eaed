"""What every source of data hands over: examples as rows, with the preparation that makes them network inputs.

The stored numbers stay as they came (bytes for pictures: 47 MB for MNIST instead of 188 as float32) and are prepared
a minibatch at a time, which costs no more than gathering floats would.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from byhand.arrays import Array
from byhand.data.prepare import Preparation
from byhand.errors import DataError


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples.

    raw : (n, features) as stored: uint8 pixels or floats
    y   : (n,) class numbers 0 … k−1, or (n, k) numbers to predict (regression)
    preparation : makes the network input of a row of `raw`
    Raises DataError when they are no arrays of numbers, do not fit together, or hold one that is not finite.
    """

    raw: Array
    y: Array
    preparation: Preparation

    def __post_init__(self) -> None:
        for what, array in (("inputs", self.raw), ("answers", self.y)):
            if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
                kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
                raise DataError(f"examples got {what} of {kind}; expected a NumPy array of numbers.")
        if self.raw.ndim != 2 or self.y.ndim not in (1, 2) or len(self.raw) != len(self.y):
            raise DataError(
                f"examples got {self.raw.shape} inputs and {self.y.shape} answers; "
                f"expected (n, features) and (n,) or (n, k) with the same n."
            )
        _refuse_infinite("inputs", self.raw)
        _refuse_infinite("answers", self.y)

    def __len__(self) -> int:
        return len(self.raw)

    @property
    def n_features(self) -> int:
        return int(self.raw.shape[1])

    @property
    def is_classes(self) -> bool:
        """Are the answers class numbers, or numbers to predict?"""
        return self.y.ndim == 1 and np.issubdtype(self.y.dtype, np.integer)

    @cached_property
    def x(self) -> Array:
        """All network inputs at once, (n, features) float32."""
        return self.preparation.apply(self.raw)

    def take(self, rows: Array | slice) -> "Examples":
        """Return the examples with these row numbers, in this order."""
        return Examples(self.raw[rows], self.y[rows], self.preparation)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named set, cut into parts.

    validation, test : None when the set has no such part
    class_names : what the class numbers mean; empty for regression
    image_shape : (height, width) when a row of `raw` is a picture
    source : one sentence for people: what it is and where it came from
    """

    name: str
    train: Examples
    validation: Examples | None
    test: Examples | None
    class_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    source: str

    @property
    def n_outputs(self) -> int:
        """How many outputs a network for this set needs."""
        return len(self.class_names) or (1 if self.train.y.ndim == 1 else int(self.train.y.shape[1]))


def _refuse_infinite(what: str, array: Array) -> None:
    """Raise DataError naming the first number that is not finite."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0]
        where = ", ".join(f"{name} {i}" for name, i in zip(("row", "column"), place, strict=False))
        raise DataError(
            f"examples got {array[tuple(place)]} in {where} of the {what}; expected finite numbers. "
            f"Fill the gap or leave the row out."
        )
