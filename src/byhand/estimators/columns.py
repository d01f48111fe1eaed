"""What users hand over as X, as columns: arrays, lists, and frames of pandas, polars and pyarrow.

A column is float64 (missing: nan) or an array of words (missing: None); True and False are words. Nothing is imported
for a frame: it is known by what it can do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from byhand.arrays import Array, is_missing
from byhand.data.tables.columns import IN_DATES
from byhand.data.tables.content import number_text
from byhand.estimators.errors import InputError, InputTypeError

NUMBERS = (int, float, Decimal, np.number, np.bool_)  # what a cell of a column of objects is where it is a number


@dataclass(eq=False)
class Columns:
    """values : one array (n,) per column   names : where all are strings, else None"""

    values: list[Array]
    names: list[str] | None
    n_rows: int

    def take(self, rows: Array) -> "Columns":
        """Return the columns at these rows: numbers or a mask (n,), or a slice."""
        return Columns([column[rows] for column in self.values], self.names, len(np.arange(self.n_rows)[rows]))


def read_columns(X: Any, who: str) -> Columns:
    """Return X as columns. Raises InputError or InputTypeError, in scikit-learn's words where its users match them."""
    if hasattr(type(X), "tocsr"):  # of the type: a pandas frame has its columns as attributes
        raise InputTypeError(f"{who} got a sparse matrix; expected a dense array or a frame. Use X.toarray().")
    if hasattr(type(X), "collect"):
        raise InputTypeError(f"{who} got a lazy frame; expected one with its rows. Use X.collect().")
    frame = _frame_columns(X)
    if frame is not None:
        names, values = frame
        n_rows = len(values[0]) if values else len(X)
    else:
        array = _array(X, who)
        names, values, n_rows = None, list(array.T), len(array)
    if not values:
        raise InputError(f"0 feature(s) (shape=({n_rows}, 0)) while a minimum of 1 is required by {who}.")
    if not n_rows:
        raise InputError(f"Found array with 0 sample(s) (shape=(0, {len(values)})) while a minimum of 1 is required.")
    columns = [_column(column, names[i] if names else i, who) for i, column in enumerate(values)]
    has_names = names is not None and all(isinstance(name, str) for name in names)
    return Columns(columns, list(names) if has_names and names else None, n_rows)


def _frame_columns(X: Any) -> tuple[list[Any], list[Any]] | None:
    """Return names and columns of a frame; None for anything else."""
    names = X.column_names if hasattr(type(X), "column_names") else getattr(X, "columns", None)
    if names is None or isinstance(X, np.ndarray) or not hasattr(X, "__getitem__"):
        return None
    if hasattr(X, "iloc"):  # pandas: names may be repeated
        return list(names), [X.iloc[:, i] for i in range(len(names))]
    return list(names), [X[name] for name in names]


def _array(X: Any, who: str) -> Array:
    """Return X as a two-dimensional array."""
    try:
        array = np.asarray(X)
    except (TypeError, ValueError) as error:
        raise InputError(f"{who} got rows of unequal length; expected a table (n, features).") from error
    if array.dtype.kind == "c":
        raise InputError(f"Complex data not supported by {who}.")
    if array.ndim != 2:
        raise InputError(
            f"Expected 2D array, got {array.ndim}D array instead. Reshape your data: array.reshape(-1, 1) for one "
            f"feature, array.reshape(1, -1) for one sample."
        )
    return array


def to_array(values: Any) -> Array:
    """Return a column or a target of any library as an array; of pyarrow with a copy, which its to_numpy refuses."""
    is_plain = not hasattr(values, "to_numpy") or hasattr(values, "to_pylist")
    array: Array = np.asarray(values) if is_plain else values.to_numpy()
    return array


def _column(values: Any, name: Any, who: str) -> Array:
    """Return one column as floats where it is numbers, else as objects."""
    array = to_array(values)
    if array.dtype.kind in "iuf":
        numbers = array.astype(np.float64)
    elif array.dtype.kind == "b":
        return as_objects(array.tolist())
    elif array.dtype.kind in "mM":
        raise InputTypeError(f"{who} got dates or times in column {name}; expected {IN_DATES}.")
    elif array.dtype.kind == "c":
        raise InputError(f"Complex data not supported by {who}.")
    else:
        return _objects(array, name, who)
    if np.isinf(numbers).any():
        raise InputError(f"Input X contains infinity (inf) in column {name}; {who} expects finite numbers, or NaN.")
    return numbers


def _objects(array: Array, name: Any, who: str) -> Array:
    """Return a column of objects: as floats where every value is a number, else words with None for gaps."""
    gaps = [is_missing(value) for value in array]
    known = [value for value, gap in zip(array, gaps, strict=True) if not gap]
    if not (known and all(isinstance(value, bool | np.bool_) for value in known)) and all(
        isinstance(value, NUMBERS) for value in known
    ):
        filled = np.array([np.nan if gap else value for value, gap in zip(array, gaps, strict=True)])
        return _column(filled.astype(np.float64), name, who)
    wrong = next((value for value in known if not isinstance(value, (*NUMBERS, str, np.generic))), None)
    if hasattr(wrong, "isoformat"):  # dates and times of datetime, pandas and others
        raise InputTypeError(f"{who} got dates in column {name}; expected {IN_DATES}.")
    if wrong is not None:
        raise InputTypeError(
            f"argument must be a string or a number, not {type(wrong).__name__!r}: {who} got it in column {name}."
        )
    return as_objects([None if gap else value for value, gap in zip(array, gaps, strict=True)])


def as_objects(values: Sequence[Any]) -> Array:
    """Return values as a column of words, None staying None: True is "True", as a CSV file has it."""
    column = np.empty(len(values), dtype=object)
    column[:] = [None if value is None else str(value) for value in values]
    return column


def as_words(values: Array) -> Sequence[str | None]:
    """Return a column as words, None where missing; of numbers, 2.0 is "2", as a CSV file of whole numbers has it."""
    if values.dtype.kind != "f":
        words: list[str | None] = values.tolist()
        return words
    return [None if v != v else number_text(v) for v in values.tolist()]
