"""Dots on a scale in the terminal: one row a run, one dot a seed, all rows on the same scale."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 46  # characters from one end of the scale to the other
ONE, MORE, RULE = "•", "●", "┊"


@dataclass(frozen=True)
class Scale:
    """low, high : what its ends stand for"""

    low: float
    high: float

    @classmethod
    def holding(cls, axis: tuple[float, float], numbers: Sequence[float]) -> "Scale":
        """Return a scale that shows at least this axis, and every number."""
        return cls(min(axis[0], *numbers), max(axis[1], *numbers))

    def place(self, number: float) -> int:
        """Return the column of a number, 0 … WIDTH − 1."""
        return round((number - self.low) / (self.high - self.low) * (WIDTH - 1))

    def row(self, numbers: Sequence[float], marks: Sequence[float]) -> str:
        """Return the dots of one run, with a rule where a mark is: a larger dot is more than one seed."""
        cells = [" "] * WIDTH
        for mark in marks:
            cells[self.place(mark)] = RULE
        for number in numbers:
            column = self.place(number)
            cells[column] = MORE if cells[column] in (ONE, MORE) else ONE
        return "".join(cells)

    def ends(self, low: str, high: str) -> str:
        """Return the line over the rows: both ends, and a rule between."""
        return f"{low} {'╌' * (WIDTH - len(low) - len(high) - 2)} {high}"
