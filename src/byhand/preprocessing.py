"""Input scaling: x = raw · scale + shift, and back.

All usual scalings have this form, so a scaler is invertible, saved with the model as two arrays, and can be folded into
a first layer that reads bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array
from byhand.errors import lookup

# what may be asked for → its name in a model file
SCALINGS = {"none": "raw", "minmax": "unit", "minmax-signed": "signed", "standardize": "standard"}
ROWS_AT_ONCE = 2048
CONSTANT = 1e-7  # · the mean: a smaller spread is rounding, float32 cannot hold it


@dataclass(frozen=True, eq=False, repr=False)
class InputScaler:
    """x = raw · scale + shift.

    name  : a name that SCALINGS has for model files
    scale : () for all columns alike, or (features,)
    shift : same shape as scale
    """

    name: str
    scale: Array
    shift: Array

    def apply(self, raw: Array, dtype: npt.DTypeLike = np.float32) -> Array:
        """Return the network input for `raw`, any shape that ends in features, as a new array of dtype."""
        x = raw.astype(dtype)
        x *= self.scale.astype(dtype)
        x += self.shift.astype(dtype)
        return x

    def invert(self, x: Array) -> Array:
        """Return the raw values of a network input, float64, exact to rounding."""
        raw: Array = (np.asarray(x, dtype=np.float64) - self.shift) / self.scale
        return raw

    def __repr__(self) -> str:
        if self.scale.ndim:
            return f"<InputScaler {self.name}: x = raw · scale + shift in {len(self.scale)} columns>"
        return f"<InputScaler {self.name}: x = raw · {self.scale:.6g} + {self.shift:.6g}>"


UNSCALED = InputScaler("raw", np.asarray(1.0), np.asarray(0.0))  # for numbers that are network inputs already


def fit_scaler(name: str, raw: Array, *, low: float, high: float, per_column: bool = False) -> InputScaler:
    """Return the scaler called `name`, a key or a value of SCALINGS, for numbers like `raw`, the training examples.

    raw : (n, features), looked at by "standard" only: its mean becomes 0 and its standard deviation 1
    low, high : the range the stored numbers can have (0 and 255 for bytes): "unit" sends it to [0, 1], "signed" to
        [−1, 1], so 0 → −1 and 255 → 1
    per_column : give every column its own scale (tables); otherwise one for all, which keeps the contrast of pictures.
        A constant column is only centred.
    Raises OptionError for an unknown name.
    """
    is_stored = isinstance(name, str) and name in SCALINGS.values()
    stored = name if is_stored else lookup("scaling", name, SCALINGS)
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
