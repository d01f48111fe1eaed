"""Numbers in sentences and tables: negative ones have a minus sign as in formulas, and zero has none.

The sign is U+2212. JSON, CSV and Python's own text for a number keep the hyphen, because programs read them.
"""

import re

_HYPHEN = re.compile(r"(?<![\w.])-(?=\d)")  # before a number, not within 784-128-10 or 1e-05
_NEGATIVE_ZERO = re.compile(r"−(?=0(?:\.0*)?(?![\d.]))")


def format_number(value: float, spec: str) -> str:
    """Return a number by a format specification such as ".4f", with a minus sign where it is negative."""
    return typeset_minus(format(value, spec))


def count_noun(n: int, noun: str) -> str:
    """Return a count and its noun, in the plural unless it is one.

    >>> count_noun(1, "row"), count_noun(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


def typeset_minus(text: str) -> str:
    """Return a text with a minus sign before every negative number in it, and none before a zero."""
    return _NEGATIVE_ZERO.sub("", _HYPHEN.sub("−", text))
