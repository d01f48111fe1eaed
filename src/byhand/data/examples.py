"""Examples as rows, with their targets and the scaling that makes them network inputs.

Raw values are kept as they are stored (bytes for pictures: 47 MB for MNIST instead of 188 as float32) and are scaled
one minibatch at a time, which costs no more than gathering floats would.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from byhand.arguments import check_kind, format_value
from byhand.arrays import Array, plain_array
from byhand.data.image_schema import ImageSchema
from byhand.data.tables.schema import TableSchema
from byhand.errors import DataError, OptionError
from byhand.preprocessing import ROWS_AT_ONCE, UNSCALED, InputScaler

MAX_CLASS = 2**31 - 1  # the C core has 32 bits for a class number


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples.

    raw : (n, features) as stored: uint8 pixels or floats
    y   : (n,) labels 0 … k−1, or (n, k) regression targets
    preparation : the scaling that turns rows of `raw` into network inputs
    weight : (n,) how much each example counts, mean 1; None: all alike
    Raises DataError if they are not arrays of numbers, do not fit together, or are not finite.
    """

    raw: Array
    y: Array
    preparation: InputScaler
    weight: Array | None = None

    def __post_init__(self) -> None:
        for what, name in (("inputs", "raw"), ("answers", "y")):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
                kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
                raise DataError(f"examples got {what} of {kind}; expected a NumPy array of numbers.")
            object.__setattr__(self, name, plain_array("examples", what, array))
        if self.raw.ndim != 2 or self.y.ndim not in (1, 2) or len(self.raw) != len(self.y):
            raise DataError(
                f"examples got {self.raw.shape} inputs and {self.y.shape} answers; "
                f"expected (n, features) and (n,) or (n, k) with the same n."
            )
        check_kind("examples", "preparation", self.preparation, InputScaler, "an InputScaler")
        if self.preparation.scale.shape not in ((), (self.n_features,)):
            raise DataError(
                f"examples of {self.n_features} features got a preparation for "
                f"{self.preparation.scale.shape[0]}; expected one number for all features, or one each."
            )
        if self.weight is not None and (self.weight.shape != (len(self.raw),) or not (self.weight >= 0).all()):
            expected = f"({len(self.raw)},) numbers, 0 or more"
            raise DataError(f"examples got weights of shape {self.weight.shape}; expected {expected}.")
        _refuse_infinite("inputs", self.raw)
        _refuse_infinite("answers", self.y)
        if self.is_classes and self.y.size and not (int(self.y.min()) >= -MAX_CLASS and int(self.y.max()) <= MAX_CLASS):
            raise DataError(
                f"examples got whole numbers up to {int(self.y.max()):,} as classes; expected {MAX_CLASS:,} at most. "
                f"Give regression targets as floats: y.astype(numpy.float32)."
            )

    def __len__(self) -> int:
        return len(self.raw)

    def __repr__(self) -> str:
        kind = "classes" if self.is_classes else "regression targets"
        return f"<Examples: {len(self):,} of {self.n_features} numbers ({self.raw.dtype}), answers are {kind}>"

    @property
    def n_features(self) -> int:
        """How many numbers each example has."""
        return int(self.raw.shape[1])

    @property
    def is_classes(self) -> bool:
        """Are the targets class labels (else regression targets)?"""
        return self.y.ndim == 1 and np.issubdtype(self.y.dtype, np.integer)

    @cached_property
    def x(self) -> Array:
        """All network inputs at once, (n, features) float32."""
        return self.preparation.apply(self.raw)

    def take(self, rows: Array | slice) -> "Examples":
        """Return the examples with these row numbers, in this order."""
        weight = None if self.weight is None else self.weight[rows]
        return Examples(self.raw[rows], self.y[rows], self.preparation, weight)


def as_examples(caller: str, x: Any, y: Any = None) -> Examples:
    """Return Examples for what `fit` and `evaluate` take: Examples, a pair (x, y), or x and y.

    x : (n, features) network inputs, used as they are   y : (n,) labels, or (n, k) regression targets
    Raises OptionError for anything else, DataError for arrays that do not fit together.

    >>> as_examples("fit", [[0.1, 0.2], [0.3, 0.4]], [0, 1])
    <Examples: 2 of 2 numbers (float64), answers are classes>
    """
    if isinstance(x, Examples):
        if y is not None:
            raise OptionError(f"{caller} got Examples and y; expected Examples alone, which hold their targets.")
        return x
    if y is None and isinstance(x, tuple) and len(x) == 2:
        x, y = x
    if y is None:
        raise OptionError(
            f"{caller} got {format_value(x)} and no targets; expected x and y, or Examples, as data.train."
        )
    return Examples(plain_array(caller, "x", x), plain_array(caller, "y", y), UNSCALED)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named set, cut into parts.

    validation, test : None when the set has no such part
    class_names : by label; empty for regression
    image_shape : (height, width) when a row of `raw` is a picture
    source : one sentence on what it is and where it came from
    table : how the table behind it was read; None when there was none
    image : how picture files were read; None: as MNIST's are
    notes : what was inferred while reading it, as sentences
    places : of the test examples in what was read, as "line 7"; empty where they have none
    """

    name: str
    train: Examples
    validation: Examples | None
    test: Examples | None
    class_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    source: str
    table: TableSchema | None = None
    notes: tuple[str, ...] = ()
    image: ImageSchema | None = None
    places: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ((name, getattr(self, name)) for name in ("train", "validation", "test"))
        sizes = ", ".join(f"{name} {len(part):,}" for name, part in parts if part is not None)
        kind = f"{len(self.class_names)} classes" if self.class_names else "regression targets"
        return f"<Dataset {self.name}: {sizes} examples of {self.train.n_features} numbers, {kind}>"

    @property
    def n_outputs(self) -> int:
        """How many outputs a network needs for this data set."""
        return len(self.class_names) or (1 if self.train.y.ndim == 1 else int(self.train.y.shape[1]))


def _refuse_infinite(what: str, array: Array) -> None:
    """Raise DataError naming the first number that is not finite; a part at a time, for the array may be mapped."""
    if array.dtype.kind != "f":
        return
    for start in range(0, len(array), ROWS_AT_ONCE):
        wrong = ~np.isfinite(array[start : start + ROWS_AT_ONCE])
        if not wrong.any():
            continue
        place = np.argwhere(wrong)[0]
        place[0] += start
        where = ", ".join(f"{name} {i}" for name, i in zip(("row", "column"), place, strict=False))
        raise DataError(
            f"examples got {array[tuple(place)]} in {where} of the {what}; expected finite numbers. "
            f"Fill the gap or leave the row out."
        )
