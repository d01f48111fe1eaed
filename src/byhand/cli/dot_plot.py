"""Dot plots in the terminal: a row per run, a dot per seed, all rows on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

ONE, MORE, RULE = "•", "●", "┊"


@dataclass(frozen=True)
class Scale:
    """low, high : what its ends stand for   width : characters from one end to the other"""

    low: float
    high: float
    width: int

    @classmethod
    def holding(cls, axis: tuple[float, float], numbers: Sequence[float], width: int) -> "Scale":
        """Return a scale that shows at least this axis, and every number."""
        return cls(min(axis[0], *numbers), max(axis[1], *numbers), width)

    def place(self, number: float) -> int:
        """Return the column of a number, 0 … width − 1."""
        return round((number - self.low) / (self.high - self.low) * (self.width - 1))

    def row(self, numbers: Sequence[float], marks: Sequence[float]) -> str:
        """Return the dots of one run, with a rule where a mark is: a larger dot is more than one seed."""
        cells = [" "] * self.width
        for mark in marks:
            cells[self.place(mark)] = RULE
        for number in numbers:
            column = self.place(number)
            cells[column] = MORE if cells[column] in (ONE, MORE) else ONE
        return "".join(cells)

    def ends(self, low: str, high: str) -> str:
        """Return the line over the rows: both ends, and a rule between."""
        return f"{low} {'╌' * (self.width - len(low) - len(high) - 2)} {high}"
