"""Which columns of a table are numbers and which are categories.

A column is numeric if more than half of its cells that are not missing are numbers; its other cells are then reported
as errors. Otherwise it has categories, fifty at most. Decimal commas read without `decimal=","` are errors too.
"""

import re
from collections.abc import Sequence

from byhand.data.tables.cell_errors import CellErrors, shown_cell
from byhand.data.tables.content import Table, all_numbers, find_missing, parse_number
from byhand.data.tables.options import TableOptions
from byhand.data.tables.schema import MAX_CATEGORIES, Column

_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
ADVICE = (
    "Correct the cells, drop the column, or say how to read it: which words stand for a missing value, or that numbers "
    "have decimal commas."
)


def infer_columns(table: Table, target: str, options: TableOptions) -> tuple[Column, ...]:
    """Return the input columns. Raises DataError with the places of all unusable cells."""
    errors = CellErrors(table.name)
    dropped = {target, *options.drop}
    names = [name for name in table.columns if name not in dropped]
    columns = tuple(_infer_column(table, name, options, errors) for name in names)
    errors.refuse(ADVICE)
    return columns


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
    else:
        return _categories(name, texts, filled, errors)
    return Column(name)


def _categories(name: str, texts: Sequence[str], filled: Sequence[int], errors: CellErrors) -> Column:
    categories = tuple(sorted({texts[i].strip() for i in filled}))
    if len(categories) > MAX_CATEGORIES:
        errors.add(
            f"column {name!r} has {len(categories):,} different texts (the first is {shown_cell(texts[filled[0]])}); "
            f"expected numbers, or {MAX_CATEGORIES} categories at most"
        )
    return Column(name, categories)
