"""CSV files: separated by commas, semicolons or tabs, with or without a header."""

import csv
import io
from collections.abc import Collection
from pathlib import Path

from byhand.data.tables.content import Table, checked_names
from byhand.data.tables.header import looks_like_header
from byhand.data.tables.options import TableOptions
from byhand.errors import DataError
from byhand.files import read_bytes_limited

MAX_BYTES = 1 << 27  # of a file: MNIST as text has 110 MB, and text in cells takes 35 times its size in memory
MAX_COLUMNS = 100_000
MAX_FIELD = 64_000  # characters
DELIMITERS = ",;\t"


def read_csv(path: Path, options: TableOptions, known: Collection[str] = ()) -> Table:
    """Return a CSV file as rows of text.

    known : names of columns that a model has; then a header is a first row that holds one of them
    Raises DataError when it is not a table.
    """
    text = _decoded(path, options.encoding)
    rows, lines = _rows(path, text, options.decimal)
    if not rows:
        raise DataError(f"{path} is empty.")
    has_header = _has_header(rows, options, known)
    names = checked_names(path.name, rows[0]) if has_header else [f"column {i + 1}" for i in range(len(rows[0]))]
    start = int(has_header)
    return Table(path.stem, names, rows[start:], lines[start:], "line", has_header)


def _decoded(path: Path, encoding: str) -> str:
    content = read_bytes_limited(path, "a table", MAX_BYTES)
    try:
        return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not text in {encoding}: byte {error.start:,} cannot be read. Name its encoding, such as cp1252."
        ) from None
    except UnicodeError:
        raise DataError(f"{path} is not text in {encoding}. Name its encoding, such as cp1252.") from None


def _rows(path: Path, text: str, decimal: str) -> tuple[list[list[str]], list[int]]:
    """Return rows that are not blank, and the line on which each begins."""
    first_line = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = _delimiter(first_line, decimal)
    if first_line.count(delimiter) >= MAX_COLUMNS:
        raise DataError(f"{path} has more than {MAX_COLUMNS:,} columns.")
    csv.field_size_limit(MAX_FIELD)
    rows, lines, line = [], [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a table: {error} (line {line:,}).") from error
    return rows, lines


def _delimiter(line: str, decimal: str) -> str:
    """Return what separates cells: the most frequent, and no comma that may belong to a number."""
    if decimal == "," and (";" in line or "\t" in line):
        return max(";\t", key=line.count)
    return max(DELIMITERS, key=line.count)


def _has_header(rows: list[list[str]], options: TableOptions, known: Collection[str]) -> bool:
    if options.header != "auto":
        return options.header == "yes"
    if known:
        return any(cell.strip() in known for cell in rows[0])
    return looks_like_header(rows, options.missing_values, options.decimal)
