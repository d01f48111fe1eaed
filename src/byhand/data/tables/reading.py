"""From a table or arrays to a data set, with the schema that a model keeps."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand.arguments import check_kind, check_number, check_path, check_whole, format_value
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.data.npz import read_arrays
from byhand.data.split import content_split
from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.columns import infer_columns
from byhand.data.tables.content import Table, parse_number
from byhand.data.tables.csv_file import read_csv
from byhand.data.tables.fingerprint import row_keys, table_fingerprint
from byhand.data.tables.frames import frame_table, is_frame
from byhand.data.tables.options import TableOptions
from byhand.data.tables.schema import FILLING, Column, TableSchema, describe_missing, encode, with_indicator
from byhand.data.tables.target import answers_of, find_unlabelled, read_target, target_column
from byhand.errors import DataError, OptionError
from byhand.formatting import count_noun
from byhand.preprocessing import fit_scaler

MISSING_ADVICE = (
    "Fill them in, or choose: the median and an input that marks them (missing: indicator), the mean of the training "
    "rows (mean), or these rows left out (drop)."
)


def read_table(
    source: Any,
    *,
    target: str | int | None = None,
    preparation: str = "standard",
    test_share: float = 0.2,
    seed: int = 0,
    options: TableOptions | None = None,
) -> Dataset:
    """Return a table as a data set with a training and a test part.

    source : path of a .csv, .tsv or .npz file (arrays x and y), a data frame, or a dict of columns
    target : name or number of the column to predict; options.target unless given
    preparation : learned per column, on the training part alone
    test_share : of each class (of all rows, in regression), chosen by the rows' contents and the seed
    options : what is known about the table; the rest is inferred and listed in the data set's notes
    Raises DataError with the places of unusable cells.
    """
    options, test_share, seed = _check_options("read_table", options, test_share, seed)
    if target is not None:
        if not isinstance(target, str | int):
            raise OptionError(
                f"read_table got target {format_value(target)}; expected the name or the number of a column."
            )
        options = replace(options, target=target)
    if is_frame(source):
        return _from_table(frame_table(source), options, preparation, test_share, seed)
    path = check_path("read_table", "source", source)
    if path.suffix.lower() == ".npz":
        x, y = read_arrays(path, ("x", "y"))
        return from_arrays(
            x, y, name=path.stem, preparation=preparation, test_share=test_share, seed=seed, options=options
        )
    return _from_table(read_csv(path, options), options, preparation, test_share, seed)


def from_arrays(
    x: Any,
    y: Any,
    *,
    name: str = "arrays",
    preparation: str = "standard",
    test_share: float = 0.2,
    seed: int = 0,
    options: TableOptions | None = None,
) -> Dataset:
    """Return arrays as a data set: x (n, features) numbers, y (n,) labels (numbers or words) or regression targets.

    nan and masked values are missing: see TableOptions.missing.
    """
    check_kind("from_arrays", "name", name, str, "a word")
    options, test_share, seed = _check_options(name, options, test_share, seed)
    x, y = _unmasked(name, x), _unmasked(name, y)
    if x.ndim != 2 or not x.shape[1] or x.dtype.kind not in "biuf":
        raise DataError(f"{name} got x of shape {x.shape} and dtype {x.dtype}; expected (n, features) numbers.")
    if y.ndim not in (1, 2) or len(x) != len(y):
        raise DataError(f"{name} got {x.shape} inputs and {y.shape} targets; expected (n, features) and (n,).")
    has_gaps = np.isnan(x).any(axis=0) if x.dtype.kind == "f" else np.zeros(x.shape[1], dtype=bool)
    has_indicator = has_gaps & (options.missing == "indicator")
    columns = tuple(Column(f"column {i + 1}", has_indicator=bool(flag)) for i, flag in enumerate(has_indicator))
    schema = TableSchema(columns, "y", has_header=False, missing=options.missing, test_share=test_share, seed=seed)
    kept = _complete_rows(name, x, options)
    said = [f"{name}: {len(x):,} rows of {x.shape[1]} numbers"]
    inputs = x[kept]
    if has_indicator.any():
        inputs = np.hstack([with_indicator(inputs[:, i], column) for i, column in enumerate(columns)])
    return _dataset(_Rows(name, inputs, y[kept], schema, said), options.task, preparation)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Inputs (n, features), nan where missing and to be filled; answers; how they were read."""

    name: str
    inputs: Array
    answers: Array
    schema: TableSchema
    notes: list[str]


def _check_options(
    who: str, options: TableOptions | None, test_share: float, seed: int
) -> tuple[TableOptions, float, int]:
    """Return the options, the test fraction and the seed, checked."""
    options = TableOptions() if options is None else options
    check_kind(who, "options", options, TableOptions, "TableOptions")
    share = check_number(who, "test_share", test_share, lambda part: 0 < part < 1, "a number between 0 and 1")
    return options, share, check_whole(who, "seed", seed, 0, 2**64 - 1)


def _unmasked(who: str, array: Any) -> Array:
    """Return an array with nan (or nothing) where a mask hides a value."""
    if not np.ma.isMaskedArray(array) or not np.ma.getmaskarray(array).any():
        try:
            return np.asarray(array)
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(f"{who} got data that cannot become an array; expected rows of equal length.") from error
    return np.ma.filled(array.astype(object if array.dtype.kind in "OUS" else np.float64), np.nan)


def _complete_rows(name: str, x: Array, options: TableOptions) -> Array:
    """Return the indices of the rows to use; refuse infinite values, and nan where it is not allowed."""
    is_gap = np.isnan(x) if x.dtype.kind == "f" else np.zeros(x.shape, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        is_infinite = ~np.isfinite(x.astype(np.float32)) & ~is_gap
    errors = CellErrors(name)
    for row, column in np.argwhere(is_infinite | (is_gap if options.missing == "refuse" else False)):
        errors.add(f"{x[row, column]} in row {row}, column {column}")
    errors.refuse("Expected finite numbers up to 3e38. Fill the gaps or leave these rows out.")
    return np.flatnonzero(~is_gap.any(axis=1)) if options.missing == "drop" else np.arange(len(x))


def _from_table(table: Table, options: TableOptions, preparation: str, test_share: float, seed: int) -> Dataset:
    """Return a data set from rows of text."""
    if len(table.columns) < 2 or not table.rows:
        raise DataError(
            f"{table.name} has {count_noun(len(table.columns), 'column')} and {count_noun(len(table.rows), 'row')}; "
            f"expected two or more columns, separated by commas, semicolons or tabs, and some rows."
        )
    if len(table.rows) == 1 and all(parse_number(cell, options.decimal) is None for cell in table.rows[0]):
        raise DataError(f"{table.name} has one line, of words, and no row below it. If it names the columns, add rows.")
    _check_widths(table)
    options = replace(options, drop=tuple(target_column(table, name) for name in options.drop))
    target = target_column(table, options.target)
    if target in options.drop:
        raise DataError(
            f"{table.name}: column {target!r} is the target and is to be dropped. Name another target.",
            argument="target",
        )
    labelled, unlabelled = _labelled(table, target, options)
    _check_several(labelled, target, unlabelled)
    columns, said = infer_columns(labelled, target, options)
    if not columns:
        raise DataError(f"{table.name} has no column left from which to predict {target!r}; drop fewer.")
    whole, inputs = _inputs(labelled, columns, options)
    schema = TableSchema(
        columns, target, table.has_header, options.decimal, options.encoding, options.missing_values, options.missing,
        test_share, seed,
    )  # fmt: skip
    left_out = _left_out(unlabelled, len(labelled.rows) - len(whole.rows))
    notes = [_reading_note(table, options), *left_out, *said]
    rows = _Rows(table.name, inputs, read_target(whole, target, options), schema, notes)
    return _dataset(rows, options.task, preparation)


def _check_widths(table: Table) -> None:
    errors = CellErrors(table.name)
    for i, row in table.rows.misfits.items():
        errors.add(f"{table.where(i)}: {count_noun(len(row), 'field')}; expected {len(table.columns)}")
    errors.refuse("Give every row the same number of fields.")


def _labelled(table: Table, target: str, options: TableOptions) -> tuple[Table, int]:
    """Return the rows with a target, and how many lack one; raise if rows may not be left out."""
    gaps = find_unlabelled(table, target, options)
    if options.missing == "refuse":
        errors = CellErrors(table.name)
        for i in gaps:
            text = table.rows[i][table.columns.index(target)]
            errors.add(f"{table.where(i)}, column {target!r}: {text.strip()!r} is missing")
        errors.refuse(
            "A row without a target teaches nothing: fill it in, leave such rows out (missing: drop), or name the "
            "words that stand for a missing value."
        )
    rest = sorted(set(range(len(table.rows))) - set(gaps))
    if not rest:
        raise DataError(f"{table.name}: column {target!r}, the target, is empty. Name another one.", argument="target")
    return (table.take(rest) if gaps else table), len(gaps)


def _check_several(table: Table, target: str, unlabelled: int) -> None:
    """Raise DataError where the rows that have a target have all the same, and others have none."""
    answers = {text.strip() for text in table.column(target)}
    if unlabelled and len(answers) == 1:
        raise DataError(
            f"{table.name}: every target is {shown_cell(answers.pop())}, and {count_noun(unlabelled, 'row')} without "
            f"one would be left out; expected two or more. If an empty cell is a class, write a word there.",
            argument="target",
        )


def _inputs(table: Table, columns: tuple[Column, ...], options: TableOptions) -> tuple[Table, Array]:
    """Return the table's inputs, and the rows they belong to: all of them, or the complete ones."""
    keeps_gaps = options.missing != "indicator"
    encoded = encode(table, columns, options.decimal, options.missing_values, keeps_gaps=keeps_gaps)
    errors = CellErrors(table.name)
    for i, phrase in sorted(encoded.errors):
        errors.add(f"{table.where(i)}, {phrase}")
    if options.missing == "refuse" and not encoded.errors:
        describe_missing(table, columns, encoded.inputs, errors)
    if encoded.errors:
        errors.refuse("Correct these cells.")
    errors.refuse(MISSING_ADVICE, argument="missing")
    if options.missing != "drop":
        return table, encoded.inputs
    complete = np.flatnonzero(~np.isnan(encoded.inputs).any(axis=1))
    return table.take(complete.tolist()), encoded.inputs[complete]


def _reading_note(table: Table, options: TableOptions) -> str:
    """Return a one-line description."""
    header = "" if table.place == "row" else ", first line a header" if table.has_header else ", no header"
    dropped = f", dropped: {', '.join(options.drop)}" if options.drop else ""
    return f"{table.name}: {len(table.rows):,} rows of {len(table.columns)} columns{header}{dropped}"


def _left_out(unlabelled: int, incomplete: int) -> list[str]:
    return [
        f"{count_noun(n, 'row')} {why} {'is' if n == 1 else 'are'} left out"
        for n, why in ((unlabelled, "without a target"), (incomplete, "with a missing value"))
        if n
    ]


def _dataset(rows: _Rows, task: str, preparation: str) -> Dataset:
    """Return rows as a data set: split, gaps filled from the training rows, scaled."""
    name, n, schema = rows.name, len(rows.inputs), rows.schema
    if n < 2:
        raise DataError(f"{name} has {count_noun(n, 'example')}; expected two or more, to train on and to test on.")
    answers, classes = answers_of(name, rows.answers, task)
    keys = row_keys(rows.inputs, answers, classes, schema.seed)
    groups = answers if classes else np.zeros(n, dtype=np.int64)
    train, test = content_split(groups, keys, schema.test_share)
    if not len(test) or not len(train):
        raise DataError(f"{name} has {n} examples: too few for a test fraction of {schema.test_share}. Add rows.")
    schema = replace(_fitted(schema, rows.inputs[train]), fingerprint=table_fingerprint(keys))
    raw = schema.fill(rows.inputs).astype(np.float32)
    low, high = float(raw[train].min()), float(raw[train].max())
    prepared = fit_scaler(preparation, raw[train], low=low, high=high if high > low else low + 1, per_column=True)
    what = f"{len(classes)} classes" if classes else count_noun(answers.shape[1], "regression target")
    return Dataset(
        name=name,
        train=Examples(raw[train], answers[train], prepared),
        validation=None,
        test=Examples(raw[test], answers[test], prepared),
        class_names=classes,
        image_shape=None,
        source=f"{n:,} rows of {count_noun(len(schema.columns), 'column')} and a target from {name}, "
        f"{schema.test_share:g} of the rows for the test, "
        f"fingerprint {schema.fingerprint}",
        table=schema,
        notes=(f"{rows.notes[0]}; target {schema.target!r}, {what}", *rows.notes[1:]),
    )


def _replacement(known: Array, missing: str) -> float:
    """Return what stands for a missing cell of a column with these known values."""
    if not len(known):
        return 0.0
    return float(known.mean(dtype=np.float64) if missing == "mean" else np.median(known))


def _fitted(schema: TableSchema, inputs: Array) -> TableSchema:
    """Return the schema with what fills the gaps, of the training rows (n, features), where they are to be filled."""
    if schema.missing not in FILLING:
        return schema
    means = [_replacement(column[~np.isnan(column)], schema.missing) for column in inputs.T]
    columns, start = [], 0
    for column in schema.columns:
        columns.append(replace(column, means=tuple(means[start : start + column.n_inputs])))
        start += column.n_inputs
    return replace(schema, columns=tuple(columns))
