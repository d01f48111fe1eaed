"""Data frames, dicts of columns and arrays as rows of text. No library of data frames is imported."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from byhand.arrays import Array, is_missing
from byhand.data.tables.content import Table, checked_names
from byhand.data.tables.packed_rows import PackedRows
from byhand.errors import DataError

MISSING_TYPES = ("NAType", "NaTType", "MaskedConstant")  # of pandas.NA, pandas.NaT, numpy.ma.masked


def is_frame(source: Any) -> bool:
    """Does it have named columns?"""
    return hasattr(source, "columns") or isinstance(source, Mapping)


def frame_table(source: Any) -> Table:
    """Return a data frame, or a dict that maps names to columns, as rows of text; what is missing is empty."""
    if isinstance(source, Mapping):
        names, values = list(source), _columns_together(source.values())
    elif hasattr(type(source), "column_names"):  # of pyarrow, whose `columns` are the values
        names, values = list(source.column_names), _columns_together(column.to_pylist() for column in source.columns)
    else:
        names, values = list(source.columns), np.asarray(source, dtype=object)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise DataError(
            f"a data frame of {len(names)} columns holds an array of shape {values.shape}; expected (n, columns)."
        )
    return _table("data frame", checked_names("data frame", [str(name) for name in names]), values, has_header=True)


def array_table(values: Array) -> Table:
    """Return an array (n, columns) as rows of text, its columns named by number."""
    if values.ndim != 2:
        raise DataError(f"an array of shape {values.shape} is not a table; expected (n, columns).")
    return _table("array", [f"column {i + 1}" for i in range(values.shape[1])], values, has_header=False)


def _columns_together(source: Iterable[Any]) -> Array:
    """Return columns of equal length as one array of objects (n, columns)."""
    columns = [list(np.atleast_1d(np.ma.asarray(column, dtype=object))) for column in source]
    if len({len(column) for column in columns}) > 1:
        raise DataError(f"the columns have {sorted({len(column) for column in columns})} rows; expected equally many.")
    return np.array(columns, dtype=object).T if columns else np.empty((0, 0), dtype=object)


def _table(name: str, names: list[str], values: Array, *, has_header: bool) -> Table:
    rows = PackedRows(len(names), ([cell_text(value) for value in row] for row in values))
    is_numeric = tuple(map(_are_numbers, values.T))
    return Table(name, names, rows, range(len(rows)), "row", has_header, is_numeric)


def _are_numbers(cells: Iterable[Any]) -> bool:
    """Are all cells numbers or missing, and some numbers?"""
    present = (cell for cell in cells if not is_missing(cell))
    kinds = {isinstance(cell, int | float | Decimal | np.number) and not isinstance(cell, bool) for cell in present}
    return kinds == {True}


def cell_text(value: Any) -> str:
    """Return one value as the text that a CSV file would have.

    >>> cell_text(1.5), cell_text(float("nan")), cell_text(None), cell_text("red")
    ('1.5', '', '', 'red')
    """
    if value is None or type(value).__name__ in MISSING_TYPES:
        return ""
    return "" if isinstance(value, float | np.floating) and value != value else str(value)
