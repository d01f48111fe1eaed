"""From the columns of a table to network inputs: learned on training rows, applied to any.

    numbers      x′ = (x − median) / (q75 − q25);  where the quartiles are equal, 2 (x − median) / (max − min)  (1)
    categories   one column per category; two categories: one column, −1 and +1; missing or unseen: 0
    both         x″ = x′ / √(1 + (x′/3)²), which lies between −3 and 3                                            (2)
    missing      a number that is missing counts as the median; where training had gaps, a column says which these were

The clip (2) matters more than the scaler: one far outlier no longer decides what all other rows look like.
Source of (1) and (2): Holzmüller, Grinsztajn & Steinwart 2024, "Better by default", section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.estimators.columns import Columns

MAX_CATEGORIES = 50  # of a column; rarer ones are taken together as "other"
CLIP = 3.0


@dataclass
class NumberColumn:
    """center, scale : x′ = (x − center) · scale   has_gaps : did training have missing values here?"""

    center: float
    scale: float
    has_gaps: bool

    @property
    def n_inputs(self) -> int:
        return 1 + self.has_gaps

    def describe(self) -> str:
        gaps = "; missing: the median, and a column that says so" if self.has_gaps else ""
        return f"number, (x − {self.center:.6g}) · {self.scale:.6g}{gaps}"


@dataclass
class CategoryColumn:
    """categories : the known ones, most frequent first   has_other : are rarer ones taken together behind them?"""

    categories: list[Any]
    has_other: bool
    places: dict[Any, int] = field(repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {category: i for i, category in enumerate(self.categories)}

    @property
    def is_binary(self) -> bool:
        return len(self.categories) == 2 and not self.has_other

    @property
    def n_inputs(self) -> int:
        return 1 if self.is_binary else len(self.categories) + self.has_other

    def describe(self) -> str:
        other = " and others together" if self.has_other else ""
        return f"{len(self.categories)} categories{other}" + (", −1 and +1" if self.is_binary else ", one input each")


class TableEncoder:
    """Learns what (1) needs from training rows and makes network inputs of any rows with the same columns."""

    def fit(self, columns: Columns, weight: Array | None = None) -> "TableEncoder":
        """Learn the columns; weight : (n,) how often each row counts, above 0."""
        self.columns = [_fit_column(values, weight) for values in columns.values]
        plain = self._encode(columns)
        scales = [_robust_scale(column, weight) for column in plain.T]
        self.centers = np.array([center for center, _ in scales])
        self.scales = np.array([scale for _, scale in scales])
        return self

    @property
    def n_inputs(self) -> int:
        return sum(column.n_inputs for column in self.columns)

    def transform(self, columns: Columns) -> Array:
        """Return the inputs (n, n_inputs), float64."""
        x = (self._encode(columns) - self.centers) * self.scales
        return x / np.sqrt(1 + (x / CLIP) ** 2)  # (2)

    def _encode(self, columns: Columns) -> Array:
        """Return numbers and one-hot columns, before (1)."""
        parts = [_encode_column(column, values) for column, values in zip(self.columns, columns.values, strict=True)]
        return np.concatenate(parts, axis=1) if parts else np.zeros((columns.n_rows, 0))

    def report(self, names: Sequence[str]) -> str:
        """Return what was learned, a line a column."""
        return "\n".join(f"{name}: {column.describe()}" for name, column in zip(names, self.columns, strict=True))


def _fit_column(values: Array, weight: Array | None) -> NumberColumn | CategoryColumn:
    if values.dtype.kind == "f":
        gaps = np.isnan(values)
        known = values[~gaps]
        center = weighted_quantile(known, 0.5, None if weight is None else weight[~gaps]) if len(known) else 0.0
        return NumberColumn(center, 1.0, bool(gaps.any()))
    counts: dict[Any, float] = {}
    for i, value in enumerate(values):
        if value is not None:
            counts[value] = counts.get(value, 0.0) + (1.0 if weight is None else float(weight[i]))
    ranked = sorted(counts, key=lambda category: (-counts[category], str(category)))
    if len(ranked) > MAX_CATEGORIES:
        return CategoryColumn(ranked[: MAX_CATEGORIES - 1], True)
    return CategoryColumn(sorted(ranked, key=str), False)


def _encode_column(column: NumberColumn | CategoryColumn, values: Array) -> Array:
    """Return one column's inputs (n, n_inputs)."""
    if isinstance(column, NumberColumn):
        gaps = np.isnan(values)
        filled = np.where(gaps, column.center, values)[:, None]
        return np.column_stack([filled, gaps]) if column.has_gaps else filled
    unseen = len(column.categories) if column.has_other else -1
    places = np.array([-1 if value is None else column.places.get(value, unseen) for value in values], dtype=np.int64)
    if column.is_binary:
        return np.choose(places + 1, [0.0, -1.0, 1.0])[:, None]
    return (places[:, None] == np.arange(column.n_inputs)).astype(np.float64)


def _robust_scale(column: Array, weight: Array | None) -> tuple[float, float]:
    """Return center and scale of (1); a constant column gets the scale 0, so that it says nothing."""
    low, center, high = (weighted_quantile(column, q, weight) for q in (0.25, 0.5, 0.75))
    if high > low:
        return center, 1 / (high - low)
    spread = float(column.max() - column.min()) if len(column) else 0.0
    return center, 2 / spread if spread > 0 else 0.0


def weighted_quantile(values: Array, q: float, weight: Array | None = None) -> float:
    """Return the q-quantile of values (n,), n ≥ 1, each counted `weight` times.

    The inverse of the cumulated weights, the mean of both neighbours where q falls on a step: a row of weight 2 counts
    exactly as two rows do. Source: Hyndman & Fan 1996, definition 2.

    >>> weighted_quantile(np.array([1.0, 2.0, 9.0, 4.0]), 0.5)
    3.0
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(np.ones(len(values)) if weight is None else weight[order])
    wanted = q * cumulated[-1]
    i = min(int(np.searchsorted(cumulated, wanted)), len(values) - 1)
    j = min(i + 1, len(values) - 1) if cumulated[i] == wanted else i
    return float((values[order[i]] + values[order[j]]) / 2)
