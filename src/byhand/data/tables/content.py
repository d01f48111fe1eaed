"""A table as rows of text, and which cells are numbers or missing."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.packed_rows import PackedRows
from byhand.errors import DataError


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of text.

    columns : names, each once
    rows : lists of cells; its misfits are too long or too short
    lines : the number of each row as its reader counts: of the line in a file, from 1, or of the row, from 0
    place : the word for that number: "line" or "row"
    has_header : were the columns named in the data?
    is_numeric : does each column of a frame or an array have numbers, not words?   (): all were text, as in a file
    """

    name: str
    columns: list[str]
    rows: PackedRows
    lines: Sequence[int]
    place: str
    has_header: bool
    is_numeric: tuple[bool, ...] = ()

    def where(self, i: int) -> str:
        """Return the place of row i for people."""
        return f"{self.place} {self.lines[i]:,}"

    def column(self, name: str) -> list[str]:
        """Return the cells of one column; all rows must have as many cells as there are columns."""
        return self.rows.column(self.columns.index(name))

    def has_numbers(self, name: str) -> bool:
        """Did a frame or an array have numbers in this column, not words?"""
        return bool(self.is_numeric) and self.is_numeric[self.columns.index(name)]

    def take(self, rows: Sequence[int]) -> "Table":
        """Return the table with these rows only."""
        if len(rows) == len(self.rows):
            return self
        chosen = PackedRows(len(self.columns), (self.rows[i] for i in rows))
        lines = array("q", (self.lines[i] for i in rows))
        return replace(self, rows=chosen, lines=lines)


def checked_names(name: str, columns: Sequence[str]) -> list[str]:
    """Return the names of columns, one made up for an empty one; refuse a name that occurs twice."""
    names = [column.strip() or f"column {i + 1}" for i, column in enumerate(columns)]
    twice = sorted({column for column in names if names.count(column) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise DataError(f"{name} has the column {twice[0]!r} twice; expected every name once.")
    return names


def number_text(number: float | str) -> str:
    """Return a number as the word that a file has for it: 2.0 is "2".

    >>> [number_text(number) for number in (2.0, "2.0", 0.5, "02134")]
    ['2', '2', '0.5', '02134']
    """
    if isinstance(number, str) and number.isdecimal():
        return number
    value = float(number)
    return str(int(value)) if value.is_integer() else str(value)


def parse_number(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds, None if it holds none.

    >>> parse_number(" 1.5 "), parse_number("1,5", ","), parse_number("1,5"), parse_number("1_000")
    (1.5, 1.5, None, None)
    """
    if decimal == ",":
        text = "?" if "." in text else text.replace(",", ".")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def parse_numbers(texts: Sequence[str], is_missing: Sequence[bool], decimal: str) -> tuple[Array, list[int]]:
    """Return cells as float64 (n,), nan where missing, and the indices of cells that are neither."""
    parsed = [None if gap else parse_number(text, decimal) for text, gap in zip(texts, is_missing, strict=True)]
    unfit = [i for i, value in enumerate(parsed) if value is None and not is_missing[i]]
    return np.array([np.nan if value is None else value for value in parsed]), unfit


def all_numbers(texts: Sequence[str], missing_values: Sequence[str], decimal: str) -> Array | None:
    """Return cells as float64 (n,) if every one is a finite number: the fast path. None: they need a closer look.

    They need it too where a number such as -999 stands for a missing value.
    """
    if decimal == "," or any(map(_is_finite, missing_values)) or "_" in "".join(texts):
        return None
    try:
        numbers = np.fromiter(map(float, texts), dtype=np.float64, count=len(texts))
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _is_finite(text: str) -> bool:
    number = parse_number(text)
    return number is not None and bool(np.isfinite(number))


def find_missing(texts: Sequence[str], missing_values: Sequence[str]) -> list[bool]:
    """Return which cells are missing."""
    words = {"", *(word.lower() for word in missing_values)}
    return [text.strip().lower() in words for text in texts]
