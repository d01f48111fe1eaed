"""Two models on the same examples: only those count that one has right and the other wrong."""

import math

import numpy as np

from byhand.arrays import Array
from byhand.metrics import student_t_quantile

Z = 1.959964  # 95 % of a normal distribution
MANY = 1000  # examples, from which on Student's t is normal to three digits


def paired_accuracy(right_a: Array, right_b: Array) -> tuple[float, tuple[float, float]]:
    """Return the difference of two accuracies, B − A, and its 95 % interval.

    right_a, right_b : (n,) whether each example was classified right
    Source: Agresti & Min 2005: half an example added to each of the four counts makes the Wald interval hold its 95 %.
    """
    n = len(right_a)
    a_only, b_only = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    a_half, b_half, total = a_only + 0.5, b_only + 0.5, n + 2
    centre = (b_half - a_half) / total
    half = Z * math.sqrt(a_half + b_half - (b_half - a_half) ** 2 / total) / total
    return (b_only - a_only) / n, (max(centre - half, -1.0), min(centre + half, 1.0))


def paired_errors(answers_a: Array, answers_b: Array, y: Array) -> tuple[float, tuple[float, float] | None]:
    """Return the difference of two mean squared errors, B − A, and its 95 % interval; None for a single example."""
    y = y.reshape(answers_a.shape).astype(np.float64)
    differences = ((answers_b - y) ** 2 - (answers_a - y) ** 2).mean(axis=1)
    n, mean = len(differences), float(differences.mean())
    if n < 2:
        return mean, None
    quantile = Z if n > MANY else student_t_quantile(n - 1)
    half = quantile * float(differences.std(ddof=1)) / math.sqrt(n)
    return mean, (mean - half, mean + half)
