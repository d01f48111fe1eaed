"""The schema of a table, saved with a model so that it reads new tables in the same way.

A column of numbers stays one input. A column of categories becomes one input of 0 and 1 a category; a category that
training never saw is 0 in all of them. A missing cell becomes the mean of the training rows, where that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.content import Table, all_numbers, find_missing, parse_numbers
from byhand.data.tables.options import MISSING_VALUES, TableOptions

MAX_CATEGORIES = 50  # in a column; more are names, not categories


@dataclass(frozen=True)
class Column:
    """One input column of a model.

    categories : none for numbers
    means : the replacement of a missing cell, one number per input; None: not replaced
    """

    name: str
    categories: tuple[str, ...] = ()
    means: tuple[float, ...] | None = None

    @property
    def n_inputs(self) -> int:
        return len(self.categories) or 1


@dataclass(frozen=True)
class TableSchema:
    """How to read a table for a model.

    columns : the inputs, in the order of training
    target : the column that is predicted
    has_header : were the columns named, or numbered?
    decimal, encoding, missing_values, missing : see TableOptions
    test_share, seed : which rows are the test set, see split.content_split
    fingerprint : of the rows, in any order, by which the training table is recognised
    """

    columns: tuple[Column, ...]
    target: str
    has_header: bool = True
    decimal: str = "."
    encoding: str = "utf-8"
    missing_values: tuple[str, ...] = MISSING_VALUES
    missing: str = "refuse"
    test_share: float = 0.2
    seed: int = 0
    fingerprint: str = field(default="", repr=False)

    @property
    def n_features(self) -> int:
        """How many inputs the columns become."""
        return sum(column.n_inputs for column in self.columns)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def has_categories(self) -> bool:
        return any(column.categories for column in self.columns)

    def options(self, header: str = "auto") -> TableOptions:
        """Return how to read a new table."""
        return TableOptions(
            header=header, decimal=self.decimal, encoding=self.encoding, missing_values=self.missing_values
        )

    def fill(self, raw: Array) -> Array:
        """Return raw (n, n_features) with the means of training in place of nan, where there are means."""
        if self.missing != "mean" or not np.isnan(raw).any():
            return raw
        means = np.concatenate([column.means or (np.nan,) * column.n_inputs for column in self.columns])
        return np.where(np.isnan(raw), means, raw).astype(raw.dtype)


@dataclass
class Encoded:
    """inputs : (n, n_features) float64, nan where a cell is missing or wrong
    errors : (row, phrase) of wrong cells   unseen : (row, phrase) of categories that training never saw
    """

    inputs: Array
    errors: list[tuple[int, str]]
    unseen: list[tuple[int, str]]


def encode(table: Table, columns: Sequence[Column], decimal: str, missing_values: Sequence[str]) -> Encoded:
    """Return a table's cells as inputs."""
    encoded = Encoded(np.empty((len(table.rows), 0)), [], [])
    parts = [_encode_column(table, column, decimal, missing_values, encoded) for column in columns]
    encoded.inputs = np.hstack(parts) if parts else encoded.inputs
    return encoded


def _encode_column(
    table: Table, column: Column, decimal: str, missing_values: Sequence[str], encoded: Encoded
) -> Array:
    """Return one column as (n, n_inputs)."""
    texts = table.column(column.name)
    quick = None if column.categories else all_numbers(texts, missing_values, decimal)
    if quick is not None and (np.abs(quick) <= np.finfo(np.float32).max).all():
        return quick.reshape(-1, 1)
    is_missing = find_missing(texts, missing_values)
    if column.categories:
        inputs = np.array([[text.strip() == known for known in column.categories] for text in texts], dtype=float)
        inputs = inputs.reshape(len(texts), len(column.categories))
        inputs[is_missing] = np.nan
        unknown = np.flatnonzero(inputs.sum(axis=1) == 0)
        encoded.unseen += [(int(i), f"column {column.name!r}: {shown_cell(texts[i])}") for i in unknown]
        return inputs
    numbers, unfit = parse_numbers(texts, is_missing, decimal)
    too_large = np.flatnonzero(np.abs(numbers) > np.finfo(np.float32).max)
    for i in [*unfit, *too_large]:
        encoded.errors.append((int(i), f"column {column.name!r}: {shown_cell(texts[i])} is not a finite number"))
        numbers[i] = np.nan
    return numbers.reshape(-1, 1)


def describe_missing(table: Table, columns: Sequence[Column], inputs: Array, errors: CellErrors) -> None:
    """Note every missing cell of a table with its place."""
    starts = np.cumsum([0, *(column.n_inputs for column in columns)])
    for i in map(int, np.flatnonzero(np.isnan(inputs).any(axis=1))):
        for column, start in zip(columns, starts, strict=False):
            if np.isnan(inputs[i, start]):
                text = table.rows[i][table.columns.index(column.name)]
                errors.add(f"{table.where(i)}, column {column.name!r}: {shown_cell(text)} is missing")
