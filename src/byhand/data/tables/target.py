"""What is predicted: classes, or numbers.

`task` decides; without it words are classes, numbers with fractions are numbers, and whole numbers (also 1.0, 2.0) are
classes when at most a hundred different ones occur, each three times on average. Classes that are codes (codes.py)
keep their leading zeros.
"""

from collections.abc import Sequence

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.codes import are_codes
from byhand.data.tables.content import Table, find_missing, number_text, parse_numbers
from byhand.data.tables.frames import cell_text
from byhand.data.tables.options import TableOptions
from byhand.errors import DataError

MAX_CLASSES = 100  # by the rule; ten times as many on request
ROWS_A_CLASS = 3  # on average, for whole numbers to be classes


def target_column(table: Table, target: str | int | None) -> str:
    """Return the name of the given column, by default of the last one."""
    columns = table.columns
    if target is None:
        return columns[-1]
    if isinstance(target, int) and -len(columns) <= target < len(columns):
        return columns[target]
    if target not in columns and not table.has_header and f"column {target}" in columns:
        return f"column {target}"  # as columns are named in a table without a header
    if target not in columns:
        raise DataError(f"{table.name} has no column {target!r}; its columns are {', '.join(columns[:20])}.")
    return str(target)


def read_target(table: Table, name: str, options: TableOptions) -> Array:
    """Return the targets (n,), float64 or text. Every row must have one."""
    texts = table.column(name)
    numbers, words = parse_numbers(texts, [False] * len(texts), options.decimal)
    if not words:
        has_codes = are_codes(texts) and _are_classes(name, numbers, options.task)
        return np.array([text.strip() for text in texts], dtype=object) if has_codes else numbers
    if options.task == "regression":
        errors = CellErrors(table.name)
        for i in words:
            errors.add(f"{table.where(i)}, column {name!r}: {shown_cell(texts[i])} is not a number")
        errors.refuse("Correct the cells, or predict classes.")
    if 2 * len(words) < len(texts) and len(set(texts)) > MAX_CLASSES:
        raise DataError(
            f"{table.name}, {table.where(words[0])}, column {name!r}: {shown_cell(texts[words[0]])} is not a number, "
            f"and most others are. Correct it, or name it as a missing value."
        )
    return np.array([text.strip() for text in texts], dtype=object)


def find_unlabelled(table: Table, name: str, options: TableOptions) -> list[int]:
    """Return the rows without a target."""
    return [int(i) for i in np.flatnonzero(find_missing(table.column(name), options.missing_values))]


def answers_of(name: str, y: Array, task: str) -> tuple[Array, tuple[str, ...]]:
    """Return y as labels with class names, or as regression targets (n, k) without names."""
    if y.ndim == 1 and y.dtype.kind in "biufUSO" and _are_classes(name, y, task):
        return _numbered(name, y, MAX_CLASSES * (10 if task == "classes" else 1))
    if y.dtype.kind not in "biuf":
        raise DataError(f"{name}: targets of dtype {y.dtype}; expected numbers or words.")
    if y.ndim == 2 and y.shape[1] > 1 and task != "regression" and np.isin(y, (0, 1)).all():
        raise DataError(
            f"{name} got targets of shape {y.shape} that are all 0 or 1; expected one class per example, (n,). "
            f"For regression, say task='regression'."
        )
    if not np.isfinite(y).all():
        row = int(np.argwhere(~np.isfinite(y))[0][0])
        raise DataError(f"{name}: the target in row {row} is not a finite number. Leave the row out.")
    if len(y) > 1 and y.size and (y == y[0]).all():
        every = ", ".join(f"{value:g}" for value in y[0].ravel())
        raise DataError(f"{name}: every target is {every}; expected different numbers.", argument="target")
    return y.astype(np.float32).reshape(len(y), -1), ()


def class_texts(y: Array) -> list[str]:
    """Return targets as class names: 2 and 2.0 are both "2"."""
    if y.dtype.kind == "f":
        return list(map(number_text, y.tolist()))
    return [str(int(value)) if y.dtype.kind in "biu" else cell_text(value) for value in y.tolist()]


def _are_classes(name: str, y: Array, task: str) -> bool:
    """Are they classes, by request or by the rule?"""
    if task != "auto" or y.dtype.kind in "USO":
        return task != "regression"
    if y.dtype.kind == "f" and not (np.abs(y) < 2**53).all():  # nan is not, either
        return False
    n_different = len(np.unique(y))
    is_whole = y.dtype.kind != "f" or bool((y == np.round(y)).all())
    return is_whole and n_different <= MAX_CLASSES and n_different * ROWS_A_CLASS <= len(y)


def _numbered(name: str, y: Array, at_most: int) -> tuple[Array, tuple[str, ...]]:
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = int(np.argwhere(~np.isfinite(y))[0][0])
        raise DataError(f"{name}: the target in row {row} is missing. Leave the row out.")
    texts = class_texts(y)
    if "" in texts:
        raise DataError(f"{name}: the target in row {texts.index('')} is missing. Leave the row out.")
    names = _in_order(set(texts))
    if len(names) < 2:
        raise DataError(f"{name}: every target is {names[0]!r}; expected two classes or more.", argument="target")
    if len(names) > at_most:
        raise DataError(
            f"{name}: the targets are {len(names):,} different words; expected {at_most:,} classes at most.",
            argument="target",
        )
    number = {text: i for i, text in enumerate(names)}
    return np.array([number[text] for text in texts], dtype=np.int64), tuple(names)


def _in_order(names: set[str]) -> list[str]:
    """Return names sorted: as numbers where all are whole ones, as text otherwise."""
    if all(name.lstrip("-").isdecimal() for name in names):
        return sorted(names, key=lambda name: (int(name), name))  # of codes, 0012 and 12 are two
    return sorted(names)


def encode_labels(texts: Sequence[str], names: Sequence[str], decimal: str) -> list[int | None]:
    """Return the number of each class, None for one that is not among the names; "2.0" finds "2"."""
    number = {name: i for i, name in enumerate(names)}
    numbers, _ = parse_numbers(texts, [False] * len(texts), decimal)
    spelled = [
        class_texts(np.array([value]))[0] if np.isfinite(value) else text
        for text, value in zip(texts, numbers, strict=True)
    ]
    return [number.get(text.strip(), number.get(other)) for text, other in zip(texts, spelled, strict=True)]
