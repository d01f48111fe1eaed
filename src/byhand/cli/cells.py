"""Names in the columns of a terminal, where a letter takes one cell and an emoji or a Chinese sign takes two."""

from byhand.untrusted import escape_control_chars


def one_line(name: str) -> str:
    """Return a name with its inner spaces and line breaks as single spaces and its control characters spelled out."""
    return escape_control_chars(" ".join(name.split()))


def n_cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int) -> str:
    """Return text truncated to `width` cells, with an ellipsis."""
    from rich.cells import set_cell_size

    return text if n_cells(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return text truncated and padded to `width` cells; right: with the spaces before it."""
    text = cut(text, width)
    spaces = " " * (width - n_cells(text))
    return spaces + text if right else text + spaces
