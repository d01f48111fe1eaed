"""The words for arrays that the whole project uses, and the checks at its doors.

Examples are rows: x is (n, n_in), labels y are (n,), targets t are (n, k). A network has one dtype; float32 in
training, float64 and complex128 in checks.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from byhand.errors import ShapeError

Array: TypeAlias = npt.NDArray[Any]  # numbers of any kind: the formulas are the same for float32, float64, complex128
Params: TypeAlias = dict[str, Array]  # name → array: weights, their gradients, optimizer state


def check_features(who: str, x: Array, n_in: int) -> None:
    """Raise ShapeError unless x is (n, n_in)."""
    if x.ndim != 2 or x.shape[1] != n_in:
        raise ShapeError(f"{who} got x of shape {x.shape}; expected (n, {n_in}).{_remedy(x, n_in)}")


def _remedy(x: Array, n_in: int) -> str:
    """Return what to do with an input of the wrong shape, where that can be told from the shape."""
    if x.size == n_in:
        return " One example must be a row: x.reshape(1, -1)."
    if x.ndim > 2 and x.size == len(x) * n_in:
        return " Examples must be rows: x.reshape(len(x), -1)."
    if x.ndim == 2 and len(x) == n_in:
        return " Examples are rows: x.T."
    return ""


def check_same_shape(who: str, name: str, got: Array, expected: tuple[int, ...]) -> None:
    """Raise ShapeError unless `got` has the expected shape."""
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


def as_targets(y: Array, output: Array) -> Array:
    """Return y as targets t in the shape and dtype of the network's output (n, k).

    Integer labels (n,) become one-hot rows when there is more than one output; anything else must already fit, a
    single column may come flat.
    Raises ShapeError when the number of examples or outputs does not fit.
    """
    n, k = output.shape
    if y.ndim == 1 and k > 1 and len(y) == n:
        return one_hot(y, k, dtype=output.real.dtype)
    if y.size == output.size and len(y) == n:
        return y.reshape(n, k).astype(output.real.dtype, copy=False)
    raise ShapeError(
        f"the loss got targets of shape {y.shape} for an output of shape {output.shape}; "
        f"expected ({n},) class numbers or ({n}, {k}) numbers."
    )
