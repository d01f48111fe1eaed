"""Minibatches: consecutive slices of a permutation, scaled on use."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array
from byhand.data.augment import shift
from byhand.data.examples import Examples


def minibatches(
    examples: Examples,
    order: Array,
    batch_size: int,
    *,
    pixel_shifts: Array | None = None,
    image_shape: tuple[int, int] | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> Iterator[tuple[Array, Array]]:
    """Yield (x, y) for every batch_size entries of `order`; the last batch may be shorter and is kept.

    pixel_shifts : (n, 2) whole pixels (right, down) for the picture at each place of the order; needs image_shape
    """
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        raw = examples.raw[rows]
        if pixel_shifts is not None and image_shape is not None:
            right, down = pixel_shifts[start : start + batch_size].T
            raw = shift(raw, image_shape, right, down)
        yield examples.preparation.apply(raw, dtype), examples.y[rows]
