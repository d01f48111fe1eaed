"""Splits: every row once, every class its share, and a function of the seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.data.split import balanced_block_split, k_folds, stratified_split, tail_split
from byhand.errors import DataError, OptionError

labels = st.lists(st.integers(0, 4), min_size=2, max_size=120).map(np.array)


@given(y=labels, share=st.floats(0.05, 0.95), seed=st.integers(0, 2**64 - 1))
def test_a_stratified_split_takes_the_share_of_every_class(y: np.ndarray, share: float, seed: int) -> None:
    train, held_out = stratified_split(y, share, seed)
    assert np.array_equal(np.sort(np.concatenate([train, held_out])), np.arange(len(y)))
    for label in np.unique(y):
        assert abs((y[held_out] == label).sum() - share * (y == label).sum()) <= 0.5
    again = stratified_split(y, share, seed)
    assert np.array_equal(again[1], held_out)


@given(y=labels, k=st.integers(2, 6), seed=st.none() | st.integers(0, 1000))
def test_folds_cover_every_row_once(y: np.ndarray, k: int, seed: int | None) -> None:
    folds = k_folds(y, k, seed)
    assert len(folds) == k
    assert np.array_equal(np.sort(np.concatenate(folds)), np.arange(len(y)))
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    if seed is not None:
        for label in np.unique(y):
            counts = [(y[fold] == label).sum() for fold in folds]
            assert max(counts) - min(counts) <= 1


def test_another_seed_is_another_split() -> None:
    y = np.arange(100) % 2
    splits = [stratified_split(y, 0.3, seed)[1].tolist() for seed in range(20)]
    assert len({tuple(rows) for rows in splits}) == 20
    assert not np.array_equal(k_folds(y, 5, 0)[0], k_folds(y, 5, 1)[0])


def test_in_file_order_the_folds_are_pieces() -> None:
    assert [fold.tolist() for fold in k_folds(np.zeros(5), 2, None)] == [[0, 1, 2], [3, 4]]


def test_the_blocks_of_mnist() -> None:
    train, held_out = balanced_block_split(60_000)
    assert (len(train), len(held_out), held_out[0], held_out[-1]) == (50_000, 10_000, 48_099, 58_098)
    assert len(np.intersect1d(train, held_out)) == 0
    train, held_out = tail_split(60_000, 5_000)
    assert (train[-1], held_out[0], held_out[-1]) == (54_999, 55_000, 59_999)


def test_splits_that_cannot_be() -> None:
    for n_held_out in (0, 10, 11, -1):
        with pytest.raises(DataError, match="hold out"):
            tail_split(10, n_held_out)
    for share in (0.0, 1.0, -1.0, float("nan"), None, "half"):
        with pytest.raises(OptionError, match="share"):
            stratified_split(np.arange(4), share, 0)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="balanced block"):
        balanced_block_split(50_000)
