"""From the columns of a table to network inputs: learned on training rows, applied to any, kept as a schema.

    numbers, categories, missing cells   become inputs as in data/tables/schema.py, whose columns these are
    inputs                               are scaled by median and quartiles and smoothly clipped, as in preprocessing.py

It is what `byhand train --data` does with a CSV file, so that an estimator's model file reads CSV files too.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.codes import are_codes, lost_zeros
from byhand.data.tables.columns import IN_DATES, category_column, is_date
from byhand.data.tables.report import ColumnReport, report_columns
from byhand.data.tables.schema import Column, encode_categories, with_indicator
from byhand.estimators.columns import Columns, as_words
from byhand.estimators.errors import InputError, InputTypeError
from byhand.preprocessing import InputScaler, robust_scaler, weighted_quantiles


class TableEncoder:
    """Learns columns and scaling from training rows and makes network inputs of any rows with the same columns.

    columns : what each column becomes   scaler : of the inputs
    """

    def __init__(self, columns: Sequence[Column] = (), scaler: InputScaler | None = None) -> None:
        self.columns = tuple(columns)
        if scaler is not None:
            self.scaler = scaler

    def fit(self, columns: Columns, weight: Array | None = None) -> "TableEncoder":
        """Learn the columns; weight : (n,) how often each row counts, above 0."""
        names = column_names(columns)
        pairs = zip(names, columns.values, strict=True)
        self.columns = tuple(_fit_column(name, values, weight) for name, values in pairs)
        self.scaler = robust_scaler(self.encode(columns), weight)
        return self

    @property
    def n_inputs(self) -> int:
        """How many network inputs the columns become."""
        return sum(column.n_inputs for column in self.columns)

    def transform(self, columns: Columns) -> Array:
        """Return the inputs (n, n_inputs), float64."""
        return self.scaler.apply(self.encode(columns), np.float64)

    def inverse_transform(self, x: Array) -> list[Array]:
        """Return what inputs x (n, n_inputs) say of each column: numbers (n,), nan where missing, or words, None."""
        plain = self.scaler.invert(x)
        ends = np.cumsum([column.n_inputs for column in self.columns])
        parts = np.split(plain, ends[:-1], axis=1)
        return [_decode_column(column, part) for column, part in zip(self.columns, parts, strict=True)]

    def encode(self, columns: Columns) -> Array:
        """Return numbers and one-hot columns, before the scaling, missing numbers filled."""
        pairs = zip(self.columns, columns.values, strict=True)
        return np.concatenate([_encode_column(column, values) for column, values in pairs], axis=1)

    def report(self) -> list[ColumnReport]:
        """Return what was learned, of every column."""
        return report_columns(self.columns, self.scaler)


def column_names(columns: Columns) -> list[str]:
    """Return the columns' names, each once; "column 1", "column 2" … where there are none."""
    names = columns.names or [f"column {i + 1}" for i in range(len(columns.values))]
    return [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]


def _fit_column(name: str, values: Array, weight: Array | None) -> Column:
    if values.dtype.kind == "f":
        gaps = np.isnan(values)
        known, its_weight = values[~gaps], None if weight is None else weight[~gaps]
        median = weighted_quantiles(known, (0.5,), its_weight)[0] if len(known) else 0.0
        column = Column(name, has_indicator=bool(gaps.any()))
        return replace(column, means=(median, 0.0)[: column.n_inputs])
    counts: dict[str, float] = {}
    for i, value in enumerate(values):
        if value is not None:
            counts[value] = counts.get(value, 0.0) + (1.0 if weight is None else float(weight[i]))
    if counts and all(map(is_date, counts)):
        raise InputTypeError(f"column {name!r} has dates, as {min(counts)!r}; expected {IN_DATES}.")
    column = category_column(name, counts) if counts else Column(name)  # nothing but gaps: a constant number
    return replace(column, means=(0.0,) * column.n_inputs)


def _encode_column(column: Column, values: Array) -> Array:
    """Return one column's inputs (n, n_inputs), missing ones filled."""
    if column.categories:
        _refuse_lost_zeros(column, values)
        return encode_categories(as_words(values), column)[0]
    inputs = with_indicator(_numbers(column, values), column)
    return np.where(np.isnan(inputs), column.means, inputs) if column.means else inputs


def _refuse_lost_zeros(column: Column, values: Array) -> None:
    """Raise InputError for numbers where training had codes."""
    if values.dtype.kind == "f" and not np.isnan(values).all() and are_codes(column.categories):
        raise InputError(lost_zeros(column.name, column.categories))


def _numbers(column: Column, values: Array) -> Array:
    """Return a column as numbers. Raises InputError for words where training had numbers."""
    if values.dtype.kind == "f":
        return values
    words = [value for value in values if value is not None]
    if words and column.means == (0.0,):  # training saw nothing but gaps
        return np.zeros(len(values))
    if words:
        raise InputError(f"column {column.name!r} has {words[0][:40]!r}; expected a number, as in fit.")
    return np.full(len(values), np.nan)


def _decode_column(column: Column, inputs: Array) -> Array:
    """Return what a column's inputs (n, n_inputs) came from."""
    if not column.categories:
        is_gap = inputs[:, 1] > 0.5 if column.has_indicator else np.zeros(len(inputs), dtype=bool)
        return np.where(is_gap, np.nan, inputs[:, 0])
    words = np.array([*column.categories, *(["other"] if column.has_other else []), None], dtype=object)
    if column.signed:
        return words[np.where(inputs[:, 0] < -0.5, 0, np.where(inputs[:, 0] > 0.5, 1, 2))]
    return words[np.where(inputs.max(axis=1) > 0.5, inputs.argmax(axis=1), len(words) - 1)]
