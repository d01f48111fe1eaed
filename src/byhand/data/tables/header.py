"""Is the first row of a file a header?

It is one if none of its cells is a missing value (empty cells are allowed), and
1. its cells are at least three whole numbers that go up by one (0, 1, 2 … as data frames write them; years), and no
   row below is such a sequence; or
2. in some column it has a word where there are numbers below, and at least half of its cells are words; or
3. where all cells are words: at least half of its cells do not occur below them.
"""

from collections.abc import Sequence

from byhand.data.tables.content import parse_number

N_LOOKED_AT = 50  # rows below


def looks_like_header(rows: Sequence[Sequence[str]], missing_values: Sequence[str], decimal: str = ".") -> bool:
    """Return whether the first of these rows is a header."""
    first, below = rows[0], rows[1 : N_LOOKED_AT + 1]
    if not below or any(cell.strip().lower() in missing_values for cell in first):
        return False
    if _is_sequence(first):
        return not any(_is_sequence(row) for row in below)
    if has_words_above_numbers(rows, missing_values, decimal):
        return True
    columns = [_cells_below(j, below, missing_values) for j in range(len(first))]
    new = sum(cell not in cells for cell, cells in zip(first, columns, strict=True))
    return all(parse_number(cell, decimal) is None for cell in first) and 2 * new >= len(first)


def has_words_above_numbers(rows: Sequence[Sequence[str]], missing_values: Sequence[str], decimal: str) -> bool:
    """Return whether rule 2 alone makes the first of these rows a header."""
    first, below = rows[0], rows[1 : N_LOOKED_AT + 1]
    is_word = [parse_number(cell, decimal) is None for cell in first]
    if 2 * sum(is_word) < len(first) or any(cell.strip().lower() in missing_values for cell in first):
        return False
    columns = [_cells_below(j, below, missing_values) for j in range(len(first))]
    is_numeric = [bool(cells) and all(parse_number(cell, decimal) is not None for cell in cells) for cells in columns]
    return any(word and number for word, number in zip(is_word, is_numeric, strict=True))


def _cells_below(j: int, below: Sequence[Sequence[str]], missing_values: Sequence[str]) -> list[str]:
    """Return a column's cells below the first row, without missing values."""
    cells = [row[j].strip() for row in below if j < len(row)]
    return [cell for cell in cells if cell and cell.lower() not in missing_values]


def _is_sequence(row: Sequence[str]) -> bool:
    """Does it say 0, 1, 2 …, 1, 2, 3 … or years that follow one another? An index may stand before it, unnamed."""
    cells = list(row[1:] if row and not row[0].strip() else row)
    if len(cells) < 3 or not all(cell.strip().isdecimal() and len(cell) < 10 for cell in cells):
        return False
    start = int(cells[0])
    return (start in (0, 1) or 1900 <= start <= 2100) and [int(cell) for cell in cells] == list(
        range(start, start + len(cells))
    )
