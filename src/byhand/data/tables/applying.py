"""New data for a model: its columns are found by name, in any order, and unusable rows are reported."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.npz import read_arrays
from byhand.data.split import content_split
from byhand.data.tables.codes import are_codes, lost_zeros
from byhand.data.tables.content import Table, find_missing, parse_numbers
from byhand.data.tables.csv_file import read_csv
from byhand.data.tables.fingerprint import row_keys, table_fingerprint
from byhand.data.tables.frames import array_table, frame_table, is_frame
from byhand.data.tables.schema import FILLING, Column, Encoded, TableSchema, encode
from byhand.data.tables.target import encode_labels
from byhand.errors import DataError
from byhand.formatting import count_noun

MOST_NAMED = 10  # columns in a sentence


@dataclass(eq=False)
class NewRows:
    """The rows of a table that a model can use.

    raw : (n, n_features) float64   inputs : the same, nan where a value was missing
    rows : the numbers (n,) of these rows in `table`, from 0
    refused : (row, reason) of the other rows   notes : what was done beyond the request
    y : labels (n,) or values (n, 1), if they were read
    """

    table: Table
    raw: Array
    inputs: Array
    rows: list[int]
    refused: list[tuple[int, str]]
    notes: list[str] = field(default_factory=list)
    y: Array | None = None

    def where(self, i: int) -> str:
        """Return the place of row i of the table, for people."""
        return self.table.where(i)


def counted_schema(n_features: int) -> TableSchema:
    """Return the schema of a model without one: columns of numbers in order, then the target."""
    columns = tuple(Column(f"column {i + 1}") for i in range(n_features))
    return TableSchema(columns, f"column {n_features + 1}", has_header=False)


def held_out_rows(new: NewRows, schema: TableSchema, class_names: Sequence[str]) -> Array | None:
    """Return the rows that were kept for the test, if this is the table that the model was trained on, in any order."""
    if new.y is None or not len(new.y):
        return None
    keys = row_keys(new.inputs, new.y, class_names, schema.seed)
    if table_fingerprint(keys) != schema.fingerprint:
        return None
    groups = new.y if class_names else np.zeros(len(keys), dtype=np.int64)
    return content_split(groups, keys, schema.test_share)[1]


def read_new(source: Any, schema: TableSchema, header: str = "auto") -> Table:
    """Return new data as rows of text: the path of a CSV file, a frame, a dict of columns or an array."""
    if is_frame(source):
        return frame_table(source)
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".npz":
        return _archive_table(Path(source), schema)
    if isinstance(source, str | Path):
        known = schema.names if schema.has_header else ()
        return read_csv(Path(source), schema.options(header), known)
    return array_table(source if isinstance(source, np.ndarray) else np.asarray(source, dtype=object))


def _archive_table(path: Path, schema: TableSchema) -> Table:
    """Return the arrays x and y of an archive as one table."""
    x, y = read_arrays(path, ("x", "y"))
    if x.ndim != 2 or y.ndim != 1 or len(x) != len(y):
        raise DataError(f"{path} holds x of shape {x.shape} and y of shape {y.shape}; expected (n, features) and (n,).")
    table = array_table(np.column_stack([x.astype(object), y.astype(object)]))
    names = schema.names if len(schema.columns) == x.shape[1] else table.columns[:-1]
    return replace_columns(replace_name(table, path.stem), [*names, schema.target])


def replace_name(table: Table, name: str) -> Table:
    """Return the table under another name."""
    return replace(table, name=name)


def apply_schema(schema: TableSchema, table: Table) -> NewRows:
    """Return the inputs of all rows that have them; raise DataError where columns are missing or codes are numbers."""
    table, narrow = _matched(schema, table)
    _refuse_lost_zeros(schema, table)
    misfits = table.rows.misfits
    whole = [i for i in range(len(table.rows)) if i not in misfits]
    expected = len(table.columns)
    refused = [(i, f"{count_noun(len(row), 'field')}; expected {expected}") for i, row in misfits.items()]
    part = table.take(whole) if refused else table
    keeps_gaps = schema.missing != "indicator"
    encoded = encode(part, schema.columns, schema.decimal, schema.missing_values, keeps_gaps=keeps_gaps)
    wrong = dict(encoded.errors)
    raw = schema.fill(encoded.inputs)
    for i in np.flatnonzero(np.isnan(raw).any(axis=1)):
        wrong.setdefault(int(i), f"column {_first_gap(schema, raw[i])!r} is missing")
    good = [i for i in range(len(whole)) if i not in wrong]
    refused = sorted([*refused, *((whole[i], why) for i, why in wrong.items())])
    notes = [*narrow, *_unseen_notes(part, encoded), *_filled_notes(schema, encoded, good)]
    return NewRows(table, raw[good], encoded.inputs[good], [whole[i] for i in good], refused, notes)


def read_answers(new: NewRows, schema: TableSchema, class_names: Sequence[str]) -> NewRows:
    """Return the rows with their targets; refuse rows without one, or of a class unknown to the model.

    class_names : the model's; none in regression
    """
    if schema.target not in new.table.columns:
        raise DataError(
            f"{new.table.name} has no column {schema.target!r}, which the model predicts; expected it, to compare with."
        )
    at = new.table.columns.index(schema.target)
    cells = new.table.rows.column(at)
    texts = [cells[i] for i in new.rows]
    gaps = find_missing(texts, schema.missing_values)
    values: Sequence[float | int | None]
    if class_names:
        values = encode_labels(texts, class_names, schema.decimal)
    else:
        numbers, _ = parse_numbers(texts, gaps, schema.decimal)
        values = [float(number) if np.isfinite(number) else None for number in numbers]
    good = [i for i, value in enumerate(values) if value is not None]
    what = "is not a class of the model" if class_names else "is not a finite number"
    why = [
        (new.rows[i], f"column {schema.target!r} is missing" if gaps[i] else f"{texts[i][:40]!r} {what}")
        for i in range(len(texts))
        if values[i] is None
    ]
    chosen = [values[i] for i in good]
    y = np.array(chosen, dtype=np.int64) if class_names else np.array(chosen, dtype=np.float32).reshape(-1, 1)
    rows = [new.rows[i] for i in good]
    return replace(
        new, raw=new.raw[good], inputs=new.inputs[good], rows=rows, refused=sorted([*new.refused, *why]), y=y
    )


def _matched(schema: TableSchema, table: Table) -> tuple[Table, list[str]]:
    """Return the table with the model's columns under the model's names, and what was noticed."""
    names = schema.names
    if not table.has_header and len(table.columns) in (len(names), len(names) + 1) and schema.has_header:
        target = [schema.target] if len(table.columns) > len(names) else []
        told = "its columns have no names: they are taken in the order of training"
        return replace_columns(table, [*names, *target]), [told]
    if not schema.has_header and schema.names != table.columns[:-1]:
        table = replace_columns(table, _counted_names(schema, len(table.columns)))
    missing = [name for name in names if name not in table.columns]
    if missing:
        message = f"{table.name} lacks {_listed(missing)} of the model's columns; it has {_listed(table.columns)}."
        if all(map(str.isascii, (*missing, *table.columns))):
            raise DataError(message)
        read = f"It was read as {schema.encoding}; if its letters look wrong, name its encoding."
        raise DataError(f"{message} {read}", argument="encoding")
    extra = [name for name in table.columns if name not in (*names, schema.target)]
    return table, [f"not used: {_listed(extra)}"] if extra and schema.has_header else []


def _refuse_lost_zeros(schema: TableSchema, table: Table) -> None:
    """Raise DataError for numbers, in a frame or an array, where training had codes."""
    for column in schema.columns:
        if column.categories and table.has_numbers(column.name) and are_codes(column.categories):
            raise DataError(lost_zeros(column.name, column.categories))


def replace_columns(table: Table, names: list[str]) -> Table:
    """Return the table with other names."""
    return replace(table, columns=names)


def _counted_names(schema: TableSchema, n: int) -> list[str]:
    """Return names for n unnamed columns: the model's own if there are as many, else numbers."""
    return schema.names if n == len(schema.columns) else [f"column {i + 1}" for i in range(n)]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(repr(name[:40]) for name in names[:MOST_NAMED]) + more


def _first_gap(schema: TableSchema, row: Array) -> str:
    """Return the name of the first column whose inputs are missing in a row."""
    starts = np.cumsum([0, *(column.n_inputs for column in schema.columns)])
    at = int(np.searchsorted(starts, int(np.flatnonzero(np.isnan(row))[0]), side="right")) - 1
    return schema.columns[at].name


def _unseen_notes(table: Table, encoded: Encoded) -> list[str]:
    if not encoded.unseen:
        return []
    i, what = min(encoded.unseen)
    n = len(encoded.unseen)
    return [
        f"categories that training never saw in {count_noun(n, 'cell')}, first in {table.where(i)}, {what}; "
        f"such a cell counts as none of the known categories"
    ]


def _filled_notes(schema: TableSchema, encoded: Encoded, good: Sequence[int]) -> list[str]:
    n = int(np.isnan(encoded.inputs[good]).any(axis=1).sum()) if schema.missing in FILLING and len(good) else 0
    what = "mean" if schema.missing == "mean" else "median"
    return [f"missing values in {count_noun(n, 'row')} are taken as the {what} of the training rows"] if n else []
