"""Codes: cells of digits that are names and no numbers, as zip codes are, known by their leading zeros.

A column has codes if all its cells are digits alone, four or more, one of them begins with 0, and not all can be times
(0930, 093015). A number is not written so: 0, 0.5, 12 or −7 in the column makes it one of numbers, and months (01) and
days are too short. Codes that hardly repeat stay numbers: as categories they would be refused.
"""

import re
from collections.abc import Collection, Iterator, Sequence

MIN_DIGITS = 4
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d){1,2}")


def are_codes(texts: Sequence[str], missing_values: Collection[str] = ()) -> bool:
    """Are these cells codes? missing_values : words, in any case, that stand for a missing cell, as "" always does

    >>> [are_codes(cells) for cells in (["02134", "10001", ""], ["0930", "1745"], ["01", "12"], ["0500", "5"])]
    [True, False, False, False]
    """
    is_padded, are_times = False, True
    for cell in _present(texts, missing_values):
        if len(cell) < MIN_DIGITS or not (cell.isascii() and cell.isdecimal()):
            return False
        is_padded = is_padded or cell[0] == "0"
        are_times = are_times and _TIME.fullmatch(cell) is not None
    return is_padded and not are_times


def lost_zeros(name: str, categories: Sequence[str]) -> str:
    """Return why a column of these codes takes no numbers: 2134 may have been 02134."""
    return (
        f"column {name!r} has numbers; expected words with their leading zeros, as {categories[0]!r} in training. Read "
        f"it as text, in pandas with dtype={{{name!r}: str}}."
    )


def _present(texts: Sequence[str], missing_values: Collection[str]) -> Iterator[str]:
    """Yield the cells that are not missing, one at a time: the first number ends the search."""
    words = {"", *(word.lower() for word in missing_values)}
    return (cell for cell in map(str.strip, texts) if cell.lower() not in words)
