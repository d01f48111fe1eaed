"""What was done to which column of a table, and how many of its cells were missing or rare."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.codes import are_codes
from byhand.data.tables.schema import Column
from byhand.preprocessing import NOTHING, InputScaler


@dataclass(frozen=True)
class ColumnReport:
    """One column of a table as the network gets it.

    n_inputs : of the network   became : one phrase
    n_missing, n_rare : training rows whose cell was missing, or of a category without an input of its own; None: not
        counted
    """

    name: str
    n_inputs: int
    became: str
    n_missing: int | None = None
    n_rare: int | None = None

    def sentence(self) -> str:
        """Return what became of the column, and what was counted, as one line without its name."""
        counts = [f"{n:,} {what}" for n, what in ((self.n_missing, "missing"), (self.n_rare, "rare")) if n]
        return f"{self.became}{' (' + ', '.join(counts) + ')' if counts else ''}"


def report_columns(
    columns: Sequence[Column], scaler: InputScaler, raw: Array | None = None, missing: str = "indicator"
) -> list[ColumnReport]:
    """Return what was done to each column.

    raw : (n, n_inputs) the training rows before the scaling, to count missing and rare cells in; None: not to count
    missing : see TableOptions
    """
    starts = np.cumsum([0, *(column.n_inputs for column in columns)])
    reports = []
    for column, start in zip(columns, starts, strict=False):
        part = None if raw is None else raw[:, start : start + column.n_inputs]
        counts = (None, None) if part is None else _count_repaired(column, part)
        became = _phrase(column, scaler, int(start), missing)
        reports.append(ColumnReport(column.name, column.n_inputs, became, *counts))
    return reports


def _phrase(column: Column, scaler: InputScaler, start: int, missing: str) -> str:
    """Return what became of a column."""
    if column.categories:
        gaps = {"indicator": "missing or unseen", "mean": "unseen"}.get(missing, "unseen")
        zeros = "; codes: leading zeros count" if are_codes(column.categories) else ""
        return f"{column.describe()}{zeros}; {gaps}: {'the others' if column.has_other else '0 in all'}"
    scale, shift = (float(part if part.ndim == 0 else part[start]) for part in (scaler.scale, scaler.shift))
    if scale == NOTHING:
        return "number, constant to seven digits: of no use"
    clipped = "" if scaler.clip is None else f", clipped to ±{scaler.clip:g}"
    return f"number, ({_minus(-shift / scale)}) · {scale:.6g}{clipped}{_filling(column, missing)}"


def _minus(center: float) -> str:
    return f"x + {-center:.6g}" if center < 0 else f"x − {abs(center):.6g}"


def _filling(column: Column, missing: str) -> str:
    if column.has_indicator:
        return "; missing: the median, and an input that marks it"
    return f"; missing: the mean, {column.means[0]:.6g}" if missing == "mean" and column.means else ""


def _count_repaired(column: Column, part: Array) -> tuple[int, int]:
    """Return how many training rows have a missing cell, and how many have a rare category."""
    if column.has_indicator:
        return int((part[:, 1] > 0).sum()), 0
    if not column.categories:
        return 0, 0  # a mean in place of a missing cell looks like any number
    return int((part == 0).all(axis=1).sum()), int((part[:, -1] > 0).sum()) if column.has_other else 0
