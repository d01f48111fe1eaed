"""Which columns of a table are numbers and which are categories.

A column is numeric if more than half of its cells that are not missing are numbers; its other cells are then reported
as errors. Otherwise, or if its digits are codes (codes.py) that repeat, it has categories: all of them, or the most
frequent and one more for all others. Decimal commas read without `decimal=","` are errors too, and so are dates,
numbers with thousands separators, and a column of more than 50 texts that hardly repeat: it names the rows, or has
numbers with units.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.codes import are_codes
from byhand.data.tables.content import Table, all_numbers, find_missing, parse_number
from byhand.data.tables.options import TableOptions
from byhand.data.tables.schema import MAX_CATEGORIES, Column

_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
_THOUSANDS = re.compile(r"\s*[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?\s*")
_WITH_SIGNS = re.compile(r"[^\w\s]?\s?[-+]?\d[\d.,'’ \u00a0\u202f]*\s?(\w{1,3}|[^\w\s])?")  # $5, 5 %, 5'000 kg
_DAY = r"\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{4}|\d\d?/\d\d?/\d\d|\d\d\.\d\d\.\d\d"  # 1.2.10 may be a version
_DATE = re.compile(rf"\s*({_DAY})([ T]\d\d?:\d\d\S*)?\s*")
IN_DATES = "the numbers in them that matter, such as a month or an age in days"  # what is expected instead of them
ADVICE = "Correct the cells or drop the column; or name the words that stand for a missing value."


@dataclass
class _Found:
    """What is noticed in all columns: unusable cells, those of decimal commas apart, and notes."""

    errors: CellErrors
    commas: CellErrors
    notes: list[str]


def infer_columns(table: Table, target: str, options: TableOptions) -> tuple[tuple[Column, ...], list[str]]:
    """Return the input columns, and notes on them. Raises DataError with the places of all unusable cells."""
    found = _Found(CellErrors(table.name), CellErrors(table.name), [])
    dropped = {target, *options.drop}
    names = [name for name in table.columns if name not in dropped]
    columns = tuple(_infer_column(table, name, options, found) for name in names)
    found.commas.refuse("Read them with decimal=','.", argument="decimal")
    found.errors.refuse(ADVICE, argument="drop")
    return columns, found.notes


def is_date(text: str) -> bool:
    """Is it a date, with or without a time, as 2021-03-05, 5.3.2021 or 3/5/21?"""
    return _DATE.fullmatch(text) is not None


COMMAS = "decimal commas, {first}"
KINDS: dict[str, Callable[[str], object]] = {  # of columns that are no categories → what a cell of them is
    "thousands separators, {first}; expected none, or decimal=',' if they are decimal commas": _THOUSANDS.fullmatch,
    COMMAS: _COMMA.fullmatch,
    f"dates, {{first}}; expected {IN_DATES}": is_date,
}


def _infer_column(table: Table, name: str, options: TableOptions, found: _Found) -> Column:
    """Return one column; add what is noticed to `found`."""
    texts = table.column(name)
    has_codes = are_codes(texts, options.missing_values)
    if texts and not has_codes and all_numbers(texts, options.missing_values, options.decimal) is not None:
        return Column(name)
    is_missing = find_missing(texts, options.missing_values)
    filled = [i for i, gap in enumerate(is_missing) if not gap]
    words = [i for i in filled if parse_number(texts[i], options.decimal) is None]
    if has_codes and not _hardly_repeat(counts := _counts(texts, filled), filled):
        return category_column(name, counts)
    if has_codes:
        found.notes.append(f"column {name!r} is read as numbers, without its leading zeros: its codes hardly repeat")
    elif not filled:
        found.errors.add(f"column {name!r} has no values")
    elif len(words) * 2 < len(filled):
        for i in words:
            found.errors.add(f"{table.where(i)}, column {name!r}: {shown_cell(texts[i])} is not a number")
    elif kind := next((kind for kind, is_one in KINDS.items() if all(is_one(texts[i]) for i in words)), None):
        first = f"first {shown_cell(texts[words[0]])} in {table.where(words[0])}"
        (found.commas if kind is COMMAS else found.errors).add(f"column {name!r} has {kind.format(first=first)}")
    else:
        return _categories(name, texts, filled, found.errors)
    return Column(name, has_indicator=options.missing == "indicator" and len(filled) < len(texts))


def _categories(name: str, texts: Sequence[str], filled: Sequence[int], errors: CellErrors) -> Column:
    counts = _counts(texts, filled)
    if _hardly_repeat(counts, filled):
        errors.add(
            f"column {name!r} has {len(counts):,} different texts in {len(filled):,} rows (the first is "
            f"{shown_cell(texts[filled[0]])}); expected {_better(texts[i] for i in filled)}"
        )
    return category_column(name, counts)


def _counts(texts: Sequence[str], filled: Sequence[int]) -> Counter[str]:
    return Counter(texts[i].strip() for i in filled)


def _hardly_repeat(counts: Mapping[str, float], filled: Sequence[int]) -> bool:
    """Are there so many different texts that they name the rows rather than categories?"""
    return len(counts) > MAX_CATEGORIES and 2 * len(counts) > len(filled)


def _better(texts: Iterable[str]) -> str:
    """Return what was expected in place of texts that are nearly all different."""
    if all(_WITH_SIGNS.fullmatch(text.strip()) for text in texts):
        return "numbers alone, without units, currencies or separators of thousands"
    return "numbers, or categories that come more often"


def category_column(name: str, counts: Mapping[str, float]) -> Column:
    """Return a column of categories that come so often: all of them, or the most frequent and one input for others."""
    ranked = sorted(counts, key=lambda category: (-counts[category], category))
    if len(ranked) > MAX_CATEGORIES:
        return Column(name, tuple(ranked[: MAX_CATEGORIES - 1]), has_other=True)
    return Column(name, tuple(sorted(ranked)), signed=len(ranked) == 2)
