"""How to read a table: every choice that is otherwise inferred."""

import codecs
from dataclasses import dataclass

from byhand.errors import OptionError

MISSING_VALUES = ("na", "n/a", "nan", "null", "none", "?")  # in any case; an empty cell is always missing
TASKS = ("auto", "classes", "regression")
HEADERS = ("auto", "yes", "no")
MISSING = ("refuse", "mean", "drop", "indicator")


@dataclass(frozen=True)
class TableOptions:
    """What is known about a table in advance.

    target : name or number of the column to predict; None: the last one
    drop : names of columns to leave out
    task : auto, classes or regression
    header : is the first row a header: auto, yes or no
    decimal : "." or ","
    encoding : of a CSV file
    missing_values : words that stand for a missing value, in any case; an empty cell always does
    missing : what to do with a missing input: refuse the table, take the mean of the training rows, drop the row, or
        indicator: take the median, with one more input that marks missing numbers; of a category, all inputs 0
    Raises OptionError for any other value.
    """

    target: str | int | None = None
    drop: tuple[str, ...] = ()
    task: str = "auto"
    header: str = "auto"
    decimal: str = "."
    encoding: str = "utf-8"
    missing_values: tuple[str, ...] = MISSING_VALUES
    missing: str = "refuse"

    def __post_init__(self) -> None:
        for name, known in (("task", TASKS), ("header", HEADERS), ("missing", MISSING), ("decimal", (".", ","))):
            if getattr(self, name) not in known:
                listed = " or ".join(known) if len(known) == 2 else f"{', '.join(known[:-1])} or {known[-1]}"
                raise OptionError(f"a table got {name} {getattr(self, name)!r}; expected {listed}.")
        try:
            is_text = codecs.lookup(self.encoding)._is_text_encoding  # "hex" and "zip" are codecs but not encodings
        except (LookupError, ValueError):
            is_text = False
        if not is_text:
            raise OptionError(f"a table got the encoding {self.encoding!r}; expected one such as cp1252.")
