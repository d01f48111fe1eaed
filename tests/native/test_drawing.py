"""The core makes of a drawing what data/mnist_preprocess.py makes of it."""

import ctypes

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.mnist_preprocess import normalize_foreground
from byhand.engines import bindings as c
from byhand.random import DATA, RandomStream


def normalize_digit(ink: Array) -> Array | int:
    """Return what the core makes of it, or its status."""
    ink = np.ascontiguousarray(ink, dtype=np.float32)
    height, width = ink.shape
    scratch, picture = np.zeros(height * 20 + width), np.zeros((28, 28), dtype=np.uint8)
    addresses = [ctypes.c_void_p(array.ctypes.data) for array in (ink, scratch, picture)]
    status: int = c.load().bh_preprocess_digit(addresses[0], height, width, *addresses[1:])
    return status or picture


def stroke(seed: int, height: int, width: int) -> Array:
    """Return a few fat dots along a random line."""
    ends = RandomStream(seed, DATA).uniform(2, 2)
    rows, columns = np.mgrid[:height, :width]
    ink = np.zeros((height, width))
    for t in np.linspace(0, 1, 30):
        r, k = (ends[0] * (1 - t) + ends[1] * t) * (height - 1, width - 1)
        ink = np.maximum(ink, np.clip(3 - np.hypot(rows - r, columns - k), 0, 1))
    return ink


def cut(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("shape", [(28, 28), (280, 280), (100, 300), (15, 9), (7, 200)])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_arrays_make_of_it(shape: tuple[int, int], seed: int) -> None:
    ink = stroke(seed, *shape).astype(np.float32).astype(np.float64)
    found = normalize_digit(ink)
    assert isinstance(found, np.ndarray)
    assert (
        np.abs(found.astype(int) - normalize_foreground(cut(ink)).astype(int)).max() <= 1
    )  # a half rounded the other way
    assert found.max() == 255


def test_one_dot_is_drawn_in_the_middle() -> None:
    ink = np.zeros((50, 50))
    ink[3, 44] = 0.2
    found = normalize_digit(ink)
    assert isinstance(found, np.ndarray)
    assert (found == normalize_foreground(cut(ink))).all()


def test_what_is_no_drawing_is_refused() -> None:
    assert normalize_digit(np.zeros((5, 5))) == c.EMPTY_INPUT
    assert normalize_digit(np.full((5, 5), np.nan)) == c.BAD_SIZE
    assert normalize_digit(np.full((5, 5), -1.0)) == c.BAD_SIZE
    assert c.load().bh_preprocess_digit(None, 5, 5, None, None) == c.BAD_POINTER
