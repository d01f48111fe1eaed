"""Permutation importance: how much worse a model does when one column's cells are dealt out to other rows.

    importance = score(rows) − score(rows with that column shuffled)                     (1)

The shuffled column has the values it always has and says nothing of its row. Several shuffles give a mean and its
interval. Two columns that say the same share their importance, so that both may seem to be worth little.

Source: Breiman 2001, "Random forests", section 10; Fisher, Rudin & Dominici 2019, "All models are wrong".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from byhand.arguments import check_whole
from byhand.arrays import Array
from byhand.errors import DataError
from byhand.metrics import accuracy, mean_interval, r2_score
from byhand.random import SPLIT, RandomStream

MAX_REPEATS = 1000


@dataclass(frozen=True)
class ColumnImportance:
    """name : of the column   drops : of the score, one a shuffle   mean : of them   interval : 95 %, of the mean"""

    name: str
    drops: tuple[float, ...]
    mean: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class PermutationImportance:
    """score : of the rows as they are   what : "accuracy" or "R²"   columns : the most important first"""

    score: float
    what: str
    n: int
    columns: tuple[ColumnImportance, ...]

    def __str__(self) -> str:
        width = max(len(one.name) for one in self.columns)
        rows = (
            f"{one.name:<{width}}  {one.mean:.4f}  {one.interval[0]:.4f} … {one.interval[1]:.4f}"
            for one in self.columns
        )
        return "\n".join([f"{self.what} {self.score:.4f} on {self.n:,} rows; lower by, with a column shuffled:", *rows])


def permutation_importance(
    predict: Callable[[Array], Array],
    raw: Array,
    y: Array,
    *,
    columns: Sequence[tuple[str, Sequence[int]]] | None = None,
    repeats: int = 10,
    seed: int = 0,
) -> PermutationImportance:
    """Return how much each column of rows raw (n, features) is worth to a model.

    predict : raw → labels (n,) or values (n, k), as model.predict
    y : (n,) labels, whole numbers or words, or (n, k) numbers; the score is the accuracy, or R²
    columns : names with the places of their features, which are shuffled together; None: each feature by itself
    Use rows that the model was not trained on. Raises DataError for fewer than two rows.
    """
    check_whole("permutation_importance", "repeats", repeats, 2, MAX_REPEATS)
    raw, y = np.asarray(raw), np.asarray(y)
    if len(raw) < 2 or len(raw) != len(y):
        raise DataError(f"permutation_importance got {len(raw)} rows and {len(y)} answers; expected two rows or more.")
    columns = columns or [(f"column {i + 1}", (i,)) for i in range(raw.shape[1])]
    is_classes = y.ndim == 1 and y.dtype.kind in "biuUSO"

    def score(rows: Array) -> float:
        said = predict(rows)
        return accuracy(said, y) if is_classes else r2_score(said.reshape(len(y), -1), y.reshape(len(y), -1))

    whole, stream = score(raw), RandomStream(seed, SPLIT)
    orders = [stream.order(len(raw)) for _ in range(repeats)]  # the same for every column: differences are its own
    found = [_importance(name, list(places), raw, orders, whole, score) for name, places in columns]
    found.sort(key=lambda one: -one.mean)
    return PermutationImportance(whole, "accuracy" if is_classes else "R²", len(raw), tuple(found))


def _importance(
    name: str, places: list[int], raw: Array, orders: list[Array], whole: float, score: Callable[[Array], float]
) -> ColumnImportance:
    """Return (1) of one column, for every order."""
    shuffled = raw.copy()
    drops = []
    for order in orders:
        shuffled[:, places] = raw[order][:, places]
        drops.append(whole - score(shuffled))
    low, high = mean_interval(drops)
    return ColumnImportance(name, tuple(drops), float(np.mean(drops)), (low, high))
