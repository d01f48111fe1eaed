"""Minibatches: every example once an epoch, the short last one kept, prepared and moved where it lies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from byhand.data.augment import shift
from byhand.data.examples import Examples
from byhand.data.minibatches import minibatches
from byhand.preprocessing import fit_scaler

RAW = fit_scaler("raw", np.zeros((1, 1)), low=0, high=1)
HALF = fit_scaler("unit", np.zeros((1, 1)), low=0, high=2)


@given(n=st.integers(1, 50), batch_size=st.integers(1, 60), seed=st.integers(0, 99))
def test_an_epoch_is_the_order_cut_into_pieces(n: int, batch_size: int, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(n)
    examples = Examples(np.arange(n, dtype=np.float32).reshape(n, 1), np.arange(n) * 2, HALF)
    batches = list(minibatches(examples, order, batch_size))
    assert [len(x) for x, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert 1 <= len(batches[-1][0]) <= batch_size
    assert np.array_equal(np.concatenate([x for x, _ in batches])[:, 0], order / 2)
    assert np.array_equal(np.concatenate([y for _, y in batches]), order * 2)


def test_inputs_are_float32_unless_asked() -> None:
    examples = Examples(np.zeros((3, 2), dtype=np.uint8), np.zeros(3, dtype=int), RAW)
    assert next(minibatches(examples, np.arange(3), 2))[0].dtype == np.float32
    assert next(minibatches(examples, np.arange(3), 2, dtype=np.float64))[0].dtype == np.float64


def test_each_picture_moves_by_its_own_amount() -> None:
    pictures = np.zeros((3, 4, 5), dtype=np.uint8)
    pictures[:, 1, 2] = 9
    examples = Examples(pictures.reshape(3, 20), np.zeros(3, dtype=int), RAW)
    pixel_shifts = np.array([[0, 0], [2, 1], [-2, -1]])
    batches = list(minibatches(examples, np.arange(3), 2, pixel_shifts=pixel_shifts, image_shape=(4, 5)))
    x = np.concatenate([x for x, _ in batches]).reshape(3, 4, 5)
    assert [tuple(np.argwhere(picture == 9)[0]) for picture in x] == [(1, 2), (2, 4), (0, 0)]
    assert examples.raw.reshape(3, 4, 5)[1, 1, 2] == 9, "the stored picture stays"


@given(dx=st.integers(-6, 6), dy=st.integers(-6, 6))
def test_shift_is_the_picture_seen_through_a_moved_window(dx: int, dy: int) -> None:
    picture = np.arange(1, 13, dtype=np.uint8)
    pixel_shifts = shift(picture.reshape(1, 12), (3, 4), np.array([dx]), np.array([dy])).reshape(3, 4)
    for row in range(3):
        for column in range(4):
            y, x = row - dy, column - dx
            inside = 0 <= y < 3 and 0 <= x < 4
            assert pixel_shifts[row, column] == (picture.reshape(3, 4)[y, x] if inside else 0)
