"""Array types and checks of arrays, for the whole package.

Examples are rows: x is (n, n_in), labels y are (n,), targets t are (n, k). A network has one dtype; float32 in
training, float64 and complex128 in checks.
"""

import mmap
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from byhand.errors import DataError, ShapeError

Array: TypeAlias = npt.NDArray[Any]  # numbers of any kind: the formulas are the same for float32, float64, complex128
NUMBERS = "biufc"  # kinds of dtype
Params: TypeAlias = dict[str, Array]  # name → array: weights, their gradients, optimizer state


def plain_array(who: str, what: str, values: Any) -> Array:
    """Return array-like values as an array without missing values.

    who, what : "from_arrays", "inputs", for the error message
    The mask of a masked array would be dropped by numpy.asarray, and None, NaT or pandas.NA would become text: all of
    them are refused with their place. Numbers that are not finite are checked later, where numbers are needed.
    Raises DataError.
    """
    try:
        mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
        array = np.asarray(values)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise DataError(f"{who} got {what} that cannot become an array; expected rows of equal length.") from error
    missing = _missing(array) if mask is None else mask
    if missing is not None and missing.any():
        place = _place(tuple(np.argwhere(missing)[0]))
        raise DataError(
            f"{who} got {what} with {int(missing.sum()):,} missing values, the first in {place}; expected a value in "
            f"every place. Fill them, or leave these rows out."
        )
    return array


def is_mapped(array: Array) -> bool:
    """Does this array lie in a mapped file, so that it is read from disk when it is looked at?"""
    base: Any = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    owner = base.obj if isinstance(base, memoryview) else base
    return isinstance(owner, mmap.mmap | np.memmap)


def is_missing(value: Any) -> bool:
    """Is this None, NaN, NaT or pandas.NA? None of these is equal to itself, or it is not known whether it is.

    >>> [is_missing(value) for value in (None, float("nan"), 0, "", "nan")]
    [True, True, False, False, False]
    """
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA: "boolean value of NA is ambiguous"
        return True
    except ValueError:  # an array within an array
        return False


def _missing(array: Array) -> Array | None:
    """Return where an array of objects or dates has no value; None for the others."""
    if array.dtype.kind in "mM":
        return np.isnat(array)
    if array.dtype.kind == "O":
        return np.array([is_missing(value) for value in array.ravel()], dtype=bool).reshape(array.shape)
    return None


def _place(indices: tuple[int, ...]) -> str:
    """Return a position in an array as text: "row 5, column 2"."""
    names = ("row", "column") if len(indices) <= 2 else ("index",) * len(indices)
    return ", ".join(f"{name} {i}" for name, i in zip(names, indices, strict=False)) or "the only place"


def check_numbers(who: str, name: str, array: Any) -> None:
    """Raise ShapeError unless this is a NumPy array of numbers without masked ones."""
    if type(array) is np.ndarray and array.dtype.kind in NUMBERS:
        return
    if not isinstance(array, np.ndarray):
        raise ShapeError(f"{who} got {name} of {type(array).__name__}; expected a NumPy array of numbers.")
    if array.dtype.kind not in NUMBERS:
        raise ShapeError(f"{who} got {name} of {array.dtype}; expected a NumPy array of numbers.")
    if isinstance(array, np.ma.MaskedArray):
        raise ShapeError(f"{who} got {name} as a masked array; expected one without mask. Use {name}.filled(…).")


def check_input(who: str, x: Array, n_in: int) -> None:
    """Raise ShapeError unless x is (n, n_in) numbers."""
    check_numbers(who, "x", x)
    if x.ndim != 2 or x.shape[1] != n_in:
        raise ShapeError(f"{who} got x of shape {x.shape}; expected (n, {n_in}).{_remedy(x, n_in)}")


def _remedy(x: Array, n_in: int) -> str:
    """Return advice for an input of the wrong shape, if the shape suggests any."""
    if x.size == n_in:
        return " One example must be a row: x.reshape(1, -1)."
    if x.ndim > 2 and x.size == len(x) * n_in:
        return " Examples must be rows: x.reshape(len(x), -1)."
    if x.ndim == 2 and len(x) == n_in:
        return " Examples are rows: x.T."
    return ""


def check_same_shape(who: str, name: str, got: Array, expected: tuple[int, ...]) -> None:
    """Raise ShapeError unless `got` is numbers of the expected shape."""
    check_numbers(who, name, got)
    if got.shape != expected:
        raise ShapeError(f"{who} got {name} of shape {got.shape}; expected {expected}.")


def one_hot(y: Array, k: int, dtype: npt.DTypeLike = np.float32) -> Array:
    """Return t (n, k): row i is 0 everywhere and 1 at column y[i].

    y : (n,) integers 0 … k−1
    Raises ShapeError if a label is outside 0 … k−1 or y is not (n,).

    >>> one_hot(np.array([2]), 4).tolist()
    [[0.0, 0.0, 1.0, 0.0]]
    """
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ShapeError(f"one_hot got labels of shape {y.shape} and dtype {y.dtype}; expected integers of shape (n,).")
    if y.size and (y.min() < 0 or y.max() >= k):
        raise ShapeError(f"one_hot got a label {int(y.min() if y.min() < 0 else y.max())}; expected 0 … {k - 1}.")
    t = np.zeros((len(y), k), dtype=dtype)
    t[np.arange(len(y)), y] = 1
    return t


def to_targets(y: Array, output: Array) -> Array:
    """Return y as targets t in the shape and dtype of the network's output (n, k).

    Integer labels (n,) become one-hot rows when there is more than one output; anything else must already fit; a
    single column may be flat.
    Raises ShapeError when the number of examples or outputs does not fit.
    """
    check_numbers("the loss", "output", output)
    check_numbers("the loss", "targets", y)
    if output.ndim != 2 or not len(output) or output.dtype.kind == "b":
        raise ShapeError(
            f"the loss got an output of shape {output.shape} and dtype {output.dtype}; expected (n, k) floats, n ≥ 1."
        )
    n, k = output.shape
    if y.ndim == 1 and k > 1 and len(y) == n:
        return one_hot(y, k, dtype=output.real.dtype)
    if y.ndim and y.size == output.size and len(y) == n and y.dtype.kind != "c":
        return y.reshape(n, k).astype(output.real.dtype, copy=False)
    raise ShapeError(
        f"the loss got targets of shape {y.shape} for an output of shape {output.shape}; "
        f"expected ({n},) labels or ({n}, {k}) numbers."
    )
