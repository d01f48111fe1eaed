"""What users hand over as y: labels, several labels a row, or numbers."""

from typing import Any

import numpy as np

from byhand.arguments import format_value
from byhand.arrays import Array, is_missing
from byhand.estimators.columns import to_array
from byhand.estimators.errors import InputError, InputTypeError


def read_y(y: Any, n: int, *, is_classifier: bool) -> Array:
    """Return y as (n,) labels or numbers, or (n, k). Raises InputError or InputTypeError in scikit-learn's words."""
    if y is None:
        raise InputError("requires y to be passed, but the target y is None.")
    if hasattr(y, "tocsr"):
        raise InputTypeError("sparse y is not supported; expected a dense array. Use y.toarray().")
    array = as_column(to_array(y))
    if array.dtype.kind == "c":
        raise InputError("Complex data not supported in y.")
    if array.ndim not in (1, 2):
        raise InputError(f"y should be a 1d array, got an array of shape {array.shape} instead.")
    check_length(array, n)
    if array.dtype.kind == "O" and any(is_missing(value) for value in array.ravel()):
        raise InputError("Input y contains NaN.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"Input y contains {'NaN' if np.isnan(array).any() else 'infinity'}.")
    return _labels(array) if is_classifier else _numbers(array)


def check_length(y: Array, n: int) -> None:
    """Raise InputError where y has another number of rows than n."""
    if len(y) != n:
        raise InputError(f"Found input variables with inconsistent numbers of samples: [{n}, {len(y)}]")


def as_column(array: Array) -> Array:
    """Return a column (n, 1) as (n,), anything else as it is."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def is_multilabel(labels: Array) -> bool:
    """Is this a table of 0 and 1, a column a label?"""
    return labels.ndim == 2


def _labels(array: Array) -> Array:
    if array.ndim == 2:
        if not np.isin(array, (0, 1)).all():
            raise InputError(
                f"Unknown label type: y of shape {array.shape}; expected (n,) labels, or 0 and 1 per label."
            )
        return array
    if array.dtype.kind == "f" and (array != np.round(array)).any():
        raise InputError(
            "Unknown label type: continuous. A classifier got numbers with fractions as y; expected classes. "
            "Use MLPRegressor for numbers."
        )
    if array.dtype.kind == "O":
        kinds = {type(value) for value in array}
        if len(kinds) == 1 and kinds <= {int, float, bool}:
            return np.array(array.tolist())
        if len(kinds) > 1:
            raise InputTypeError("y holds labels of several types; expected all numbers or all words.")
    return array


def _numbers(array: Array) -> Array:
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        first = next((value for value in array.ravel().tolist() if not _is_number(value)), array)
        raise InputError(f"y holds {format_value(first)}; expected numbers for a regressor.") from error
    if not np.isfinite(numbers).all():
        raise InputError("Input y contains NaN or infinity.")
    return numbers


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
