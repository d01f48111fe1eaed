"""Splits into training, validation and test rows, and folds for cross-validation."""

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array
from byhand.errors import DataError
from byhand.random import SPLIT, RandomStream

MIN_EXPECTED = 100  # of a class in a part: with fewer, chance alone makes a part unlike the whole
BALANCED_BLOCK = (48_099, 58_099)  # rows of MNIST's training set


def tail_split(n: int, n_held_out: int) -> tuple[Array, Array]:
    """Return (train, held out): the last rows are held out, as in the book of the `first` recipe."""
    _check_held_out(n, n_held_out)
    return np.arange(n - n_held_out), np.arange(n - n_held_out, n)


def range_split(y: Array, n_held_out: int) -> tuple[slice, slice]:
    """Return (train, held out) as ranges, the last rows held out: of a mapped array they are views, nothing is copied.

    Raises DataError where the last rows have other classes than all, since then the file is not shuffled.
    """
    _check_held_out(len(y), n_held_out)
    n_train = len(y) - n_held_out
    counts = np.bincount(y)
    held_out, expected = np.bincount(y[n_train:], minlength=len(counts)), counts * (n_held_out / len(y))
    unlike = (expected >= MIN_EXPECTED) & ((held_out < expected / 2) | (held_out > 2 * expected))
    if unlike.any():
        label = int(unlike.argmax())
        raise DataError(
            f"a split of a file larger than memory holds its last {n_held_out:,} rows out, and of class {label} there "
            f"are {held_out[label]:,} among them; expected about {expected[label]:,.0f}. Shuffle the file's rows first."
        )
    return slice(0, n_train), slice(n_train, len(y))


def balanced_block_split(n: int) -> tuple[Array, Array]:
    """Return (train, validation) of MNIST's 60,000: validation is the block 48,099 … 58,098.

    Half of that block was written by students and half by Census staff, as in the test set. Of the usual last 5,000
    only 31 % are students', whose digits are harder: a network scores 0.2 points better there than on the test
    set, and 0.5 better than on this block.
    """
    first, end = BALANCED_BLOCK
    if n < end:
        raise DataError(f"the balanced block ends at row {end:,} and there are {n:,} rows; use a stratified split.")
    return np.concatenate([np.arange(first), np.arange(end, n)]), np.arange(first, end)


def stratified_split(y: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Return (train, held out): `share` of every class, chosen by the seed, both in ascending order."""
    check_number("a split", "share", share, lambda part: 0 < part < 1, "a number between 0 and 1")
    shuffled = RandomStream(seed, SPLIT).order(len(y))
    held_out = [rows[: round(share * len(rows))] for rows in _by_class(y, shuffled)]
    chosen = np.sort(np.concatenate(held_out))
    return np.setdiff1d(np.arange(len(y)), chosen), chosen


def content_split(groups: Array, keys: Array, share: float) -> tuple[Array, Array]:
    """Return (train, held out), ascending: `share` of every group, the rows with the smallest keys.

    keys : (n,) from the rows' contents, so the order of rows does not matter and new rows move few old ones
    """
    if not 0 < share < 1:
        raise DataError(f"a split got the share {share}; expected a number between 0 and 1.")
    order = np.argsort(keys, kind="stable")
    held_out = [rows[: round(share * len(rows))] for rows in _by_class(groups, order)]
    if not any(map(len, held_out)):  # groups of two or three rows: of all rows together
        held_out = [order[: round(share * len(order))]]
    chosen = np.sort(np.concatenate(held_out))
    return np.setdiff1d(np.arange(len(groups)), chosen), chosen


def k_folds(y: Array, k: int, seed: int | None) -> list[Array]:
    """Return k sets of row numbers that cover all rows once: stratified and shuffled, or in file order (seed None)."""
    if seed is None:
        return np.array_split(np.arange(len(y)), k)
    dealt = np.concatenate(_by_class(y, RandomStream(seed, SPLIT).order(len(y))))
    return [np.sort(dealt[i::k]) for i in range(k)]  # dealt like cards: every fold gets its share of each class


def _check_held_out(n: int, n_held_out: int) -> None:
    """Raise DataError unless something is held out and something is left."""
    if not 0 < n_held_out < n:
        raise DataError(f"a split got {n_held_out} of {n} examples to hold out; expected 1 … {n - 1}.")


def _by_class(y: Array, order: Array) -> list[Array]:
    """Return the rows of each class, in the given order."""
    return [order[y[order] == label] for label in np.unique(y)]
