"""Tables: one's own data from a CSV or NPZ file, a data frame, or arrays.

The last column, or the one that is named, is what is to be told; the others are what it is told from. Columns of
words become one column a word. What cannot be used is refused with its line and column, never guessed.
"""

import csv
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.archive import MAX_BYTES, read_arrays
from byhand.data.examples import Dataset, Examples
from byhand.data.prepare import preparation_for
from byhand.data.split import stratified_split
from byhand.errors import DataError
from byhand.files import read_whole

MAX_COLUMNS = 100_000
MAX_FIELD = 64_000  # characters
MAX_WORDS = 50  # different words in a column; more are names, not categories
MAX_CLASSES = 100
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}


def read_table(
    source: Any,
    *,
    target: str | int | None = None,
    preparation: str = "standard",
    test_share: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Return a table as a data set with a training and a test part.

    source : path of a .csv (with or without a header) or .npz file (arrays x and y), or a data frame
    target : name or number of the column to tell; the last one unless given
    preparation : learned per column, on the training part alone
    test_share : of each class (of all rows, in regression), chosen by `seed`
    Few whole numbers or words in the target are classes; anything else is numbers to predict.
    Raises DataError naming line and column of what cannot be used.
    """
    if hasattr(source, "columns"):
        columns = [str(name) for name in source.columns]
        rows = [[str(value) for value in row] for row in np.asarray(source)]
        return _from_rows("data frame", columns, rows, target, preparation, test_share, seed, first_line=0)
    path = Path(source)
    if path.suffix.lower() == ".npz":
        x, y = read_arrays(path, ("x", "y"))
        return from_arrays(x, y, name=path.stem, preparation=preparation, test_share=test_share, seed=seed)
    names, rows, first_line = _csv(path)
    return _from_rows(path.stem, names, rows, target, preparation, test_share, seed, first_line=first_line)


def from_arrays(
    x: Any, y: Any, *, name: str = "arrays", preparation: str = "standard", test_share: float = 0.2, seed: int = 0
) -> Dataset:
    """Return arrays as a data set: x (n, features) numbers, y (n,) classes (numbers or words) or numbers to predict."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or x.dtype.kind not in "biuf":
        raise DataError(f"{name} got x of shape {x.shape} and dtype {x.dtype}; expected (n, features) numbers.")
    if len(x) != len(y) or y.ndim > 2:
        raise DataError(f"{name} got {x.shape} inputs and {y.shape} answers; expected (n, features) and (n,).")
    if len(x) < 2:
        raise DataError(f"{name} has {len(x)} example(s); expected two or more to learn from and to test.")
    answers, classes = _answers(name, y)
    if not np.isfinite(answers).all():
        raise DataError(
            f"{name}: the answer in row {int(np.argwhere(~np.isfinite(answers))[0][0])} is no finite number."
        )
    groups = answers if classes else np.zeros(len(x), dtype=np.int64)
    train, test = stratified_split(groups, test_share, seed)
    if not len(test) or not len(train):
        raise DataError(f"{name} has {len(x)} examples: too few for a test share of {test_share}. Bring more rows.")
    raw = _as_float32(name, x)
    low, high = float(raw[train].min()), float(raw[train].max())
    prepared = preparation_for(preparation, raw[train], low=low, high=high if high > low else low + 1, per_column=True)
    return Dataset(
        name=name,
        train=Examples(raw[train], answers[train], prepared),
        validation=None,
        test=Examples(raw[test], answers[test], prepared),
        class_names=classes,
        image_shape=None,
        source=f"{len(x):,} rows of {x.shape[1]} numbers from {name}, {test_share:g} of them for the test",
    )


def _as_float32(name: str, x: Array) -> Array:
    """Return x (n, features) as float32; refuse what is not finite there (beyond 3e38 it is not)."""
    with np.errstate(over="ignore"):
        raw = x.astype(np.float32)
    if not np.isfinite(raw).all():
        row, column = np.argwhere(~np.isfinite(raw))[0]
        raise DataError(
            f"{name} got {x[row, column]} in row {row}, column {column}; expected finite numbers up to 3e38. "
            f"Fill the gap or leave the row out."
        )
    return raw


def _answers(name: str, y: Array) -> tuple[Array, tuple[str, ...]]:
    """Return y as class numbers with their names, or as numbers to predict (n, k) with none."""
    if y.ndim == 1 and y.dtype.kind in "biuUSO":
        numeric = y.dtype.kind in "biu"
        values = sorted({int(value) if numeric else str(value) for value in y})
        if len(values) <= MAX_CLASSES:
            if len(values) < 2:
                raise DataError(f"{name}: every answer is {values[0]!r}; expected two classes or more.")
            number = {value: i for i, value in enumerate(values)}
            numbers = [number[int(value) if numeric else str(value)] for value in y]
            return np.array(numbers, dtype=np.int64), tuple(map(str, values))
        if not numeric:
            raise DataError(
                f"{name}: {len(values):,} different answers in words; expected {MAX_CLASSES} classes at most."
            )
    if y.dtype.kind not in "biuf":
        raise DataError(f"{name}: answers of dtype {y.dtype}; expected numbers or words.")
    return y.astype(np.float32).reshape(len(y), -1), ()


def _from_rows(
    name: str,
    columns: list[str],
    rows: list[list[str]],
    target: str | int | None,
    preparation: str,
    test_share: float,
    seed: int,
    *,
    first_line: int,
) -> Dataset:
    """Return a data set from rows of text."""
    if len(columns) < 2 or not rows:
        raise DataError(
            f"{name} has {len(columns)} column(s) and {len(rows)} row(s); expected two columns and some rows."
        )
    at = _target_column(name, columns, target)
    for i, row in enumerate(rows):
        if len(row) != len(columns):
            raise DataError(f"{name}, line {i + first_line}: {len(row)} fields; expected {len(columns)}.")
    texts = list(zip(*rows, strict=True))
    inputs = [_numbers_of(name, columns[j], texts[j], first_line) for j in range(len(columns)) if j != at]
    answers = _target_of(name, columns[at], texts[at], first_line)
    return from_arrays(np.hstack(inputs), answers, name=name, preparation=preparation, test_share=test_share, seed=seed)


def _target_column(name: str, columns: list[str], target: str | int | None) -> int:
    """Return the number of the column to tell."""
    if target is None:
        return len(columns) - 1
    if isinstance(target, int) and -len(columns) <= target < len(columns):
        return target % len(columns)
    if target not in columns:
        raise DataError(f"{name} has no column {target!r}; its columns are {', '.join(columns[:20])}.")
    return columns.index(str(target))


def _numbers_of(name: str, column: str, texts: Sequence[str], first_line: int) -> Array:
    """Return one column as numbers (n, 1), or, of words, as one column of 0 and 1 a word."""
    _refuse_missing(name, column, texts, first_line)
    numbers = _as_numbers(texts)
    if numbers is not None:
        return numbers.reshape(-1, 1)
    words = sorted(set(texts))
    if len(words) > MAX_WORDS:
        raise DataError(
            f"{name}, column {column!r}: {len(words):,} different texts (the first is {texts[0][:40]!r}); expected "
            f"numbers, or {MAX_WORDS} words at most. Leave the column out."
        )
    return np.stack([[text == word for text in texts] for word in words], axis=1).astype(np.float64)


def _target_of(name: str, column: str, texts: Sequence[str], first_line: int) -> Array:
    """Return the answers: whole numbers and words as they are, other numbers as floats."""
    _refuse_missing(name, column, texts, first_line)
    numbers = _as_numbers(texts)
    if numbers is None:
        return np.array(texts, dtype=object)
    is_whole = bool((np.abs(numbers) < 2**53).all() and (numbers == np.round(numbers)).all())
    return numbers.astype(np.int64) if is_whole else numbers


def _as_numbers(texts: Sequence[str]) -> Array | None:
    """Return texts as float64 numbers, or None if one of them is none. An infinite one is refused later, by its row."""
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return None


def _refuse_missing(name: str, column: str, texts: Iterable[str], first_line: int) -> None:
    for i, text in enumerate(texts):
        if text.strip().lower() in MISSING:
            raise DataError(
                f"{name}, line {i + first_line}, column {column!r}: {text!r} is missing. Fill it in or drop the row."
            )


def _csv(path: Path) -> tuple[list[str], list[list[str]], int]:
    """Return column names, rows of text, and the line number of the first row."""
    try:
        text = read_whole(path, "a table", MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no text in UTF-8: byte {error.start:,} cannot be read.") from None
    lines = text.splitlines()
    if not lines:
        raise DataError(f"{path} is empty.")
    delimiter = max(",;\t", key=lines[0].count)
    if lines[0].count(delimiter) >= MAX_COLUMNS:
        raise DataError(f"{path} has more than {MAX_COLUMNS:,} columns.")
    csv.field_size_limit(MAX_FIELD)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a table: {error}.") from error
    if not rows:
        raise DataError(f"{path} is empty.")
    has_header = len(rows) > 1 and _as_numbers(rows[0]) is None and _looks_like_header(rows)
    names = [name.strip() for name in rows[0]] if has_header else [f"column {i + 1}" for i in range(len(rows[0]))]
    return names, rows[1:] if has_header else rows, 2 if has_header else 1


def _looks_like_header(rows: list[list[str]]) -> bool:
    """Is the first row of another kind than the next ones: words where they have numbers, or words none of them has?"""
    some = list(itertools.islice(rows, 1, 50))
    for j, first in enumerate(rows[0]):
        below = [row[j] for row in some if j < len(row)]
        if _as_numbers([first]) is None and (_as_numbers(below) is not None or first not in below):
            continue
        return False
    return True
