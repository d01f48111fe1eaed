"""Input scaling: x = raw · scale + shift, and back.

    s = raw · scale + shift                                                                       (1)
    x = s, or where the scaler clips   x = s / √(1 + (s/c)²), which lies between −c and c         (2)

All usual scalings have the form (1), so a scaler is invertible, saved with the model as two arrays, and can be folded
into a first layer that reads bytes. "robust" has (2) behind it, with

    scale = 1 / (q75 − q25), shift = −median · scale; equal quartiles: 2 / (max − min); constant: 1e-30   (3)

so that one far outlier does not decide what all other rows look like. Source of (2) and (3): Holzmüller, Grinsztajn &
Steinwart 2024, "Better by default", section 3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array
from byhand.errors import lookup

# what may be asked for → its name in a model file
SCALINGS = {
    "none": "raw",
    "minmax": "unit",
    "minmax-signed": "signed",
    "standardize": "standard",
    "robust": "robust",
}
CLIP = 3.0  # c of (2)
NOTHING = 1e-30  # the scale of a constant column: it says nothing, and its center is not lost
ROWS_AT_ONCE = 2048
CONSTANT = 1e-7  # · the mean: a smaller spread is rounding, float32 cannot hold it


@dataclass(frozen=True, eq=False, repr=False)
class InputScaler:
    """x = raw · scale + shift, smoothly clipped where clip says so.

    name  : a name that SCALINGS has for model files
    scale : () for all columns alike, or (features,)
    shift : same shape as scale
    clip  : c of (2), the bound of |x|; None: no bound
    """

    name: str
    scale: Array
    shift: Array
    clip: float | None = None

    @property
    def scaling(self) -> str:
        """The word for it in recipes and in `--scaling`."""
        return next((word for word, name in SCALINGS.items() if name == self.name), self.name)

    def apply(self, raw: Array, dtype: npt.DTypeLike = np.float32) -> Array:
        """Return the network input for `raw`, any shape that ends in features, as a new array of dtype.

        Float64 that is clipped, as a table's numbers are, becomes dtype at the end: in float32 a time in seconds, near
        1.7e9, has steps of 128. What is not clipped is scaled in dtype, as the C core does it.
        """
        precision = np.dtype(np.float64 if self.clip is not None and raw.dtype == np.float64 else dtype)
        x = raw.astype(precision)
        x *= self.scale.astype(precision)
        x += self.shift.astype(precision)
        return x if self.clip is None else smooth_clip(x, self.clip).astype(dtype, copy=False)

    def invert(self, x: Array) -> Array:
        """Return the raw values of a network input, float64, exact to rounding."""
        s = np.asarray(x, dtype=np.float64)
        if self.clip is not None:
            s = s / np.sqrt(1 - (s / self.clip) ** 2)
        raw: Array = (s - self.shift) / self.scale
        return raw

    def derivative(self, raw: Array) -> Array:
        """Return dx/d(raw) at raw (n, features), of a shape that broadcasts to it."""
        if self.clip is None:
            return self.scale
        s = raw * self.scale + self.shift
        slope: Array = self.scale * (1 + (s / self.clip) ** 2) ** -1.5
        return slope

    def __repr__(self) -> str:
        if self.scale.ndim:
            clipped = "" if self.clip is None else f", clipped to ±{self.clip:g},"
            return f"<InputScaler {self.name}: x = raw · scale + shift{clipped} in {len(self.scale)} columns>"
        return f"<InputScaler {self.name}: x = raw · {self.scale:.6g} + {self.shift:.6g}>"


UNSCALED = InputScaler("raw", np.asarray(1.0), np.asarray(0.0))  # for numbers that are network inputs already


def smooth_clip(s: Array, c: float) -> Array:
    """Return (2), in the dtype of s.

    >>> smooth_clip(np.array([0.0, 4.0, -4.0]), 3.0)
    array([ 0. ,  2.4, -2.4])
    """
    x: Array = s / np.sqrt(1 + np.square(s / s.dtype.type(c)))
    return x


def fit_scaler(name: str, raw: Array, *, low: float, high: float, per_column: bool = False) -> InputScaler:
    """Return the scaler called `name`, a key or a value of SCALINGS, for numbers like `raw`, the training examples.

    raw : (n, features), looked at by "standard" only: its mean becomes 0 and its standard deviation 1
    low, high : the range the stored numbers can have (0 and 255 for bytes): "unit" sends it to [0, 1], "signed" to
        [−1, 1], so 0 → −1 and 255 → 1
    per_column : give every column its own scale (tables); otherwise one for all, which keeps the contrast of pictures.
        A constant column is only centred. "robust" is always per column.
    Raises OptionError for an unknown name.
    """
    is_stored = isinstance(name, str) and name in SCALINGS.values()
    stored = name if is_stored else lookup("scaling", name, SCALINGS)
    if stored == "robust":
        return robust_scaler(raw)
    becomes: dict[str, Callable[[], tuple[Any, Any]]] = {  # the stored numbers that become 0 and 1
        "raw": lambda: (0.0, 1.0),
        "unit": lambda: (low, high),
        "signed": lambda: ((low + high) / 2, high),
        "standard": lambda: _mean_and_one_std_above(raw, per_column),
    }
    zero, one = becomes[stored]()
    width = np.asarray(one - zero)
    scale = 1.0 / np.where(width > 0, width, 1.0)  # 0 where the 1 that stands for no spread is lost beside the mean
    return InputScaler(stored, scale, np.asarray(-zero * scale))


def robust_scaler(raw: Array, weight: Array | None = None) -> InputScaler:
    """Return the scaler of (3) with (2) behind it, for rows like raw (n, features).

    weight : (n,) how often each row counts; a row of weight 2 counts exactly as two rows do
    """
    found = [_median_and_scale(column, weight) for column in raw.T]
    center, scale = (np.array(numbers) for numbers in zip(*found, strict=True))
    return InputScaler("robust", scale, -center * scale, CLIP)


def _median_and_scale(column: Array, weight: Array | None) -> tuple[float, float]:
    """Return what becomes 0, and the scale of (3)."""
    column = column.astype(np.float64)
    low, center, high = weighted_quantiles(column, (0.25, 0.5, 0.75), weight)
    spread = float(column.max() - column.min())
    if high - low > CONSTANT * abs(center):
        return center, 1 / (high - low)
    return center, 2 / spread if spread > CONSTANT * abs(center) else NOTHING


def weighted_quantiles(values: Array, qs: Sequence[float], weight: Array | None = None) -> list[float]:
    """Return the q-quantiles of values (n,), n ≥ 1, each counted `weight` times.

    The inverse of the cumulated weights, the mean of both neighbours where q falls on a step: a row of weight 2 counts
    exactly as two rows do. Source: Hyndman & Fan 1996, definition 2.

    >>> weighted_quantiles(np.array([1.0, 2.0, 9.0, 4.0]), (0.5, 0.75))
    [3.0, 6.5]
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(np.ones(len(values)) if weight is None else weight[order])
    found = []
    for q in qs:
        wanted = q * cumulated[-1]
        i = min(int(np.searchsorted(cumulated, wanted)), len(values) - 1)
        j = min(i + 1, len(values) - 1) if cumulated[i] == wanted else i
        found.append(float((values[order[i]] + values[order[j]]) / 2))
    return found


def _mean_and_one_std_above(raw: Array, per_column: bool) -> tuple[Array, Array]:
    """Return mean and mean + standard deviation, () or (features,); of a constant column 1 stands for the latter.

    A part of the rows at a time: as float64 at once the pictures of MNIST would be 376 MB.
    """
    n = len(raw) if per_column else raw.size
    axis = 0 if per_column else None
    parts = [raw[i : i + ROWS_AT_ONCE] for i in range(0, len(raw), ROWS_AT_ONCE)]
    mean = sum(part.sum(axis=axis, dtype=np.float64) for part in parts) / n
    std = np.sqrt(sum(((part - mean) ** 2).sum(axis=axis) for part in parts) / n)
    return mean, mean + np.where(std > CONSTANT * np.abs(mean), std, 1.0)
