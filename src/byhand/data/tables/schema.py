"""The schema of a table, saved with a model so that it reads new tables in the same way.

    numbers      one input; where missing values have an indicator, a second one that is 1 for a missing number
    categories   one input per category, 0 or 1; of two categories (signed), one input: −1, +1
    rare ones    beyond MAX_CATEGORIES, the rarest share one input (has_other)
    unseen       a category that training never saw: like the rare ones if there are any, else 0 in all inputs

A missing cell becomes the mean or the median of the training rows, where that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.content import Table, all_numbers, find_missing, number_text, parse_numbers
from byhand.data.tables.options import MISSING_VALUES, TableOptions

MAX_CATEGORIES = 50  # of one column that get an input of their own
FILLING = ("mean", "indicator")  # ways to treat a missing cell that put a number in its place


@dataclass(frozen=True)
class Column:
    """One input column of a model.

    categories : none for numbers
    means : the replacement of a missing cell, one number per input; None: not replaced
    has_other : does it have one more input, for all categories that are not among `categories`?
    signed : two categories as one input, −1 and +1   has_indicator : a second input, 1 where a number is missing
    """

    name: str
    categories: tuple[str, ...] = ()
    means: tuple[float, ...] | None = None
    has_other: bool = False
    signed: bool = False
    has_indicator: bool = False

    @property
    def n_inputs(self) -> int:
        """How many network inputs the column becomes."""
        if self.signed:
            return 1
        return len(self.categories) + self.has_other if self.categories else 1 + self.has_indicator

    @property
    def input_names(self) -> tuple[str, ...]:
        """What each input is called: "age", "age is missing", "colour=red", "colour=other", "sex: f −1, m +1"."""
        if self.signed:
            return (f"{self.name}: {self.categories[0]} −1, {self.categories[1]} +1",)
        if self.categories:
            other = (f"{self.name}=other",) if self.has_other else ()
            return (*(f"{self.name}={category}" for category in self.categories), *other)
        return (self.name, f"{self.name} is missing") if self.has_indicator else (self.name,)

    def describe(self) -> str:
        """Return what becomes of its cells, as one phrase."""
        if self.signed:
            return f"2 categories, {shown_cell(self.categories[0])} −1 and {shown_cell(self.categories[1])} +1"
        if self.categories:
            n, other = len(self.categories), ", one more for all others" if self.has_other else ""
            return f"{'1 category, one input' if n == 1 else f'{n} categories, one input each'}{other}"
        return "number"


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
        """The names of the input columns, in the order of training."""
        return [column.name for column in self.columns]

    @property
    def fills_gaps(self) -> bool:
        """Does a number stand for a missing cell?"""
        return self.missing in FILLING

    @property
    def has_categories(self) -> bool:
        """Is any of the columns categorical?"""
        return any(column.categories for column in self.columns)

    def options(self, header: str = "auto") -> TableOptions:
        """Return how to read a new table."""
        return TableOptions(
            header=header, decimal=self.decimal, encoding=self.encoding, missing_values=self.missing_values
        )

    def fill(self, raw: Array) -> Array:
        """Return raw (n, n_features) with the means of training in place of nan, where there are means."""
        if not self.fills_gaps or not np.isnan(raw).any():
            return raw
        means = np.concatenate([column.means or (np.nan,) * column.n_inputs for column in self.columns])
        return np.where(np.isnan(raw), means, raw).astype(raw.dtype)


def number_places(columns: Sequence[Column]) -> list[int]:
    """Return which of the columns' inputs are numbers, neither categories nor signs of a missing number."""
    ends = np.cumsum([column.n_inputs for column in columns]).tolist()
    pairs = zip(ends, columns, strict=True)
    return [end - column.n_inputs for end, column in pairs if not column.categories]


@dataclass
class Encoded:
    """inputs : (n, n_features) float64, nan where a cell is missing or wrong
    errors : (row, phrase) of wrong cells   unseen : (row, phrase) of categories that training never saw
    """

    inputs: Array
    errors: list[tuple[int, str]]
    unseen: list[tuple[int, str]]
    keeps_gaps: bool = True


def encode(
    table: Table, columns: Sequence[Column], decimal: str, missing_values: Sequence[str], *, keeps_gaps: bool = True
) -> Encoded:
    """Return a table's cells as inputs. keeps_gaps : is a missing category nan (else 0 in all inputs)?"""
    encoded = Encoded(np.empty((len(table.rows), 0)), [], [], keeps_gaps)
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
        return with_indicator(quick, column)
    is_missing = find_missing(texts, missing_values)
    if column.categories:
        word = number_text if table.has_numbers(column.name) else str.strip
        cells = [None if gap else word(text) for text, gap in zip(texts, is_missing, strict=True)]
        inputs, unknown = encode_categories(cells, column)
        if encoded.keeps_gaps:
            inputs[is_missing] = np.nan
        encoded.unseen += [(i, f"column {column.name!r}: {shown_cell(texts[i])}") for i in unknown]
        return inputs
    numbers, unfit = parse_numbers(texts, is_missing, decimal)
    too_large = np.flatnonzero(np.abs(numbers) > np.finfo(np.float32).max)
    for i in [*unfit, *too_large]:
        what = "is beyond ±3.4e38" if np.isfinite(numbers[i]) else "is not a finite number"
        encoded.errors.append((int(i), f"column {column.name!r}: {shown_cell(texts[i])} {what}"))
        numbers[i] = np.nan
    return with_indicator(numbers, column)


def with_indicator(numbers: Array, column: Column) -> Array:
    """Return the inputs (n, n_inputs) of a column of numbers (n,), nan where missing."""
    if not column.has_indicator:
        return numbers.reshape(-1, 1)
    return np.column_stack([numbers, np.isnan(numbers)])


def encode_categories(cells: Sequence[str | None], column: Column) -> tuple[Array, list[int]]:
    """Return the inputs (n, n_inputs) of a column of categories, 0 for None, and the rows that training never saw."""
    places = {category: i for i, category in enumerate(column.categories)}
    found = np.array([-1 if cell is None else places.get(cell, -2) for cell in cells], dtype=np.int64)
    unknown = [] if column.has_other else np.flatnonzero(found == -2).tolist()
    if column.signed:
        return np.array([-1.0, 1.0, 0.0, 0.0])[found].reshape(-1, 1), unknown
    found[found == -2] = len(places) if column.has_other else -1
    return (found[:, None] == np.arange(column.n_inputs)).astype(np.float64), unknown


def describe_missing(table: Table, columns: Sequence[Column], inputs: Array, errors: CellErrors) -> None:
    """Note every missing cell of a table with its place."""
    starts = np.cumsum([0, *(column.n_inputs for column in columns)])
    for i in map(int, np.flatnonzero(np.isnan(inputs).any(axis=1))):
        for column, start in zip(columns, starts, strict=False):
            if np.isnan(inputs[i, start]):
                text = table.rows[i][table.columns.index(column.name)]
                errors.add(f"{table.where(i)}, column {column.name!r}: {shown_cell(text)} is missing")
