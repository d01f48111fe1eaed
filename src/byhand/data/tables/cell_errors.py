"""Unusable cells of a table with their places, in one sentence of bounded length."""

from byhand.errors import DataError

MOST_SHOWN = 10
MOST_CHARACTERS = 40  # of a cell


def shown_cell(text: str) -> str:
    """Return a cell as quoted in an error message."""
    text = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
    return repr(text) if text.isprintable() else ascii(text)


class CellErrors:
    """Collects errors, a phrase each: the first ten are listed, the others counted."""

    def __init__(self, name: str) -> None:
        self._name, self._told, self.n = name, [], 0  # type: ignore[var-annotated]

    def add(self, phrase: str) -> None:
        """Add one error."""
        self.n += 1
        if len(self._told) < MOST_SHOWN:
            self._told.append(phrase)

    def __str__(self) -> str:
        more = f"; and {self.n - len(self._told):,} more" if self.n > len(self._told) else ""
        return f"{self._name}: {'; '.join(self._told)}{more}"

    def refuse(self, remedy: str, *, argument: str | None = None) -> None:
        """Raise DataError if there is anything. argument : see ByhandError"""
        if self.n:
            raise DataError(f"{self}. {remedy}", argument=argument)
