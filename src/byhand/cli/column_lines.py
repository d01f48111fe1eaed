"""What becomes of a table's columns, a line each: what `byhand train` and `byhand data` print."""

from typing import TYPE_CHECKING

from byhand.cli.cells import n_cells, one_line, pad

if TYPE_CHECKING:
    from byhand.data.examples import Dataset

MOST_COLUMNS, MOST_NAME = 30, 24  # of a table that are listed, and cells of a name


def column_lines(dataset: "Dataset") -> list[str]:
    """Return what was done to a table's columns, a line each; nothing for other data."""
    from byhand.recipes.session import columns_of

    columns = columns_of(dataset)
    names = [one_line(one.name) for one in columns[:MOST_COLUMNS]]
    width = min(max(map(n_cells, names), default=0), MOST_NAME)
    lines = [f"  {pad(name, width)}  {one.sentence()}" for name, one in zip(names, columns, strict=False)]
    more = len(columns) - MOST_COLUMNS
    return [*lines, f"  and {more:,} more columns, all in the record of the run"] if more > 0 else lines
