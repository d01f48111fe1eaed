"""What becomes of a table's columns, a line each: what `byhand train` and `byhand data` print."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byhand.data.examples import Dataset

MOST_COLUMNS, MOST_NAME = 30, 24  # of a table that are listed, and characters of a name


def column_lines(dataset: "Dataset") -> list[str]:
    """Return what was done to a table's columns, a line each; nothing for other data."""
    from byhand.recipes.session import columns_of

    columns = columns_of(dataset)
    width = min(max((len(one.name) for one in columns), default=0), MOST_NAME)
    lines = [f"  {_shown_name(one.name, width)}  {one.sentence()}" for one in columns[:MOST_COLUMNS]]
    more = len(columns) - MOST_COLUMNS
    return [*lines, f"  and {more:,} more columns, all in the record of the run"] if more > 0 else lines


def _shown_name(name: str, width: int) -> str:
    """Return a column's name in so many characters, its inner spaces single."""
    name = " ".join(name.split())
    return (name if len(name) <= width else f"{name[: width - 1]}…").ljust(width)
