"""Which columns of a table are numbers and which are categories.

A column is numeric if more than half of its cells that are not missing are numbers; its other cells are then reported
as errors. Otherwise it has categories: all of them, or the most frequent and one more for all others. Decimal commas
read without `decimal=","` are errors too, and so are dates, and a column of texts that are nearly all different: it
names the rows.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.content import Table, all_numbers, find_missing, parse_number
from byhand.data.tables.options import TableOptions
from byhand.data.tables.schema import MAX_CATEGORIES, Column

_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
_DAY = r"\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{4}|\d\d?/\d\d?/\d\d|\d\d\.\d\d\.\d\d"  # 1.2.10 may be a version
_DATE = re.compile(rf"\s*({_DAY})([ T]\d\d?:\d\d\S*)?\s*")
IN_DATES = "the numbers in them that matter, such as a month or an age in days"  # what is expected instead of them
ADVICE = "Correct the cells or drop the column; or name the words that stand for a missing value, or the decimal sign."


def infer_columns(table: Table, target: str, options: TableOptions) -> tuple[Column, ...]:
    """Return the input columns. Raises DataError with the places of all unusable cells."""
    errors = CellErrors(table.name)
    dropped = {target, *options.drop}
    names = [name for name in table.columns if name not in dropped]
    columns = tuple(_infer_column(table, name, options, errors) for name in names)
    errors.refuse(ADVICE, argument="drop")
    return columns


def is_date(text: str) -> bool:
    """Is it a date, with or without a time, as 2021-03-05, 5.3.2021 or 3/5/21?"""
    return _DATE.fullmatch(text) is not None


def _infer_column(table: Table, name: str, options: TableOptions, errors: CellErrors) -> Column:
    """Return one column; add its unusable cells to the errors."""
    texts = table.column(name)
    if texts and all_numbers(texts, options.missing_values, options.decimal) is not None:
        return Column(name)
    is_missing = find_missing(texts, options.missing_values)
    filled = [i for i, gap in enumerate(is_missing) if not gap]
    words = [i for i in filled if parse_number(texts[i], options.decimal) is None]
    if not filled:
        errors.add(f"column {name!r} has no values")
    elif len(words) * 2 < len(filled):
        for i in words:
            errors.add(f"{table.where(i)}, column {name!r}: {shown_cell(texts[i])} is not a number")
    elif all(_COMMA.fullmatch(texts[i]) for i in words):
        errors.add(
            f"column {name!r} has decimal commas, first {shown_cell(texts[words[0]])} in {table.where(words[0])}"
        )
    elif all(is_date(texts[i]) for i in words):
        first = f"{shown_cell(texts[words[0]])} in {table.where(words[0])}"
        errors.add(f"column {name!r} has dates, first {first}; expected {IN_DATES}")
    else:
        return _categories(name, texts, filled, errors)
    return Column(name, has_indicator=options.missing == "indicator" and len(filled) < len(texts))


def _categories(name: str, texts: Sequence[str], filled: Sequence[int], errors: CellErrors) -> Column:
    counts = Counter(texts[i].strip() for i in filled)
    if len(counts) > MAX_CATEGORIES and 2 * len(counts) > len(filled):
        errors.add(
            f"column {name!r} has {len(counts):,} different texts in {len(filled):,} rows (the first is "
            f"{shown_cell(texts[filled[0]])}); expected numbers, or categories that come more often"
        )
    return category_column(name, counts)


def category_column(name: str, counts: Mapping[str, float]) -> Column:
    """Return a column of categories that come so often: all of them, or the most frequent and one input for others."""
    ranked = sorted(counts, key=lambda category: (-counts[category], category))
    if len(ranked) > MAX_CATEGORIES:
        return Column(name, tuple(ranked[: MAX_CATEGORIES - 1]), has_other=True)
    return Column(name, tuple(sorted(ranked)), signed=len(ranked) == 2)
