"""CSV files: separated by commas, semicolons or tabs, with or without a header."""

import codecs
import csv
import io
from array import array
from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import Path

from byhand.data.tables.content import Table, checked_names
from byhand.data.tables.header import N_LOOKED_AT, has_words_above_numbers, looks_like_header
from byhand.data.tables.options import TableOptions
from byhand.data.tables.packed_rows import PackedRows
from byhand.errors import DataError
from byhand.files import read_bytes_limited

MAX_BYTES = 1 << 27  # of a file: MNIST as text has 110 MB
MAX_COLUMNS = 100_000
MAX_FIELD = 64_000  # characters
DELIMITERS = ",;\t"
OTHER_FILES = {  # how files begin that are often taken for a table
    b"PK\x03\x04": "a spreadsheet or another zip file",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
}
ADVICE = "Name its encoding, such as cp1252, or save it as utf-8."


def read_csv(path: Path, options: TableOptions, known: Collection[str] = ()) -> Table:
    """Return a CSV file as rows of text.

    known : names of columns that a model has; a first row that holds one of them is a header
    Raises DataError when it is not a table.
    """
    content = read_bytes_limited(path, "a table", MAX_BYTES)
    try:
        return _table(path, content, options, known)
    except UnicodeDecodeError:
        is_other = content.startswith(tuple(OTHER_FILES))
        argument = None if is_other else "encoding"
        raise DataError(_undecodable(path, content, options.encoding), argument=argument) from None
    except UnicodeError:
        raise DataError(f"{path} is not text in {options.encoding}. {ADVICE}", argument="encoding") from None


def _table(path: Path, content: bytes, options: TableOptions, known: Collection[str]) -> Table:
    lines = array("q")
    rows = _rows(path, content, options, lines)
    first = list(islice(rows, N_LOOKED_AT + 1))
    if not first:
        raise DataError(f"{path} is empty; expected a table, one row per line.")
    has_header = _has_header(first, options, known)
    names = checked_names(path.name, first[0]) if has_header else [f"column {i + 1}" for i in range(len(first[0]))]
    start = int(has_header)
    packed = PackedRows(len(names), chain(first[start:], rows))
    return Table(path.stem, names, packed, lines[start:], "line", has_header)


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def _undecodable(path: Path, content: bytes, encoding: str) -> str:
    """Return the sentence for bytes that are not text; the place is of the whole file, not of a part of it."""
    try:
        content.decode(_codec(encoding))
        where = "its end"
    except UnicodeDecodeError as error:
        where = f"byte {error.start:,}"
    for start, kind in OTHER_FILES.items():
        if content.startswith(start):
            return f"{path} is {kind}; expected text, one row per line. Save it as CSV, or unpack it first."
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return f"{path} is not text in {encoding}: its first bytes are those of utf-16. Name that as its encoding."
    return f"{path} is not text in {encoding}: {where} cannot be read. {ADVICE}"


def _rows(path: Path, content: bytes, options: TableOptions, lines: "array[int]") -> Iterator[list[str]]:
    """Yield rows that are not blank; note in `lines` on which line each begins."""
    codec = _codec(options.encoding)
    first_line = next((line for line in _text(content, codec) if line.strip()), "")
    delimiter = _delimiter(first_line, options.decimal)
    if first_line.count(delimiter) >= MAX_COLUMNS:
        raise DataError(f"{path} has too many columns; expected {MAX_COLUMNS:,} at most.")
    csv.field_size_limit(MAX_FIELD)
    line = 1
    reader = csv.reader(_text(content, codec, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                lines.append(line)
                yield row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a table: {error} (line {line:,}).") from error


def _text(content: bytes, codec: str, newline: str | None = None) -> io.TextIOWrapper:
    """Return a file's bytes as text that is decoded a part at a time."""
    return io.TextIOWrapper(io.BytesIO(content), encoding=codec, newline=newline)


def _delimiter(line: str, decimal: str) -> str:
    """Return what separates cells: the most frequent, and no comma that may belong to a number."""
    if decimal == "," and (";" in line or "\t" in line):
        return max(";\t", key=line.count)
    return max(DELIMITERS, key=line.count)


def _has_header(rows: list[list[str]], options: TableOptions, known: Collection[str]) -> bool:
    if options.header != "auto":
        return options.header == "yes"
    if known:
        names_known = any(cell.strip() in known for cell in rows[0])
        return names_known or has_words_above_numbers(rows, options.missing_values, options.decimal)
    return looks_like_header(rows, options.missing_values, options.decimal)
