"""Exercise 8: look at the mistakes."""

import math

import numpy as np


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, k: int) -> np.ndarray:
    """Return the counts (k, k): row = true class, column = predicted class."""
    counts = np.zeros((k, k), dtype=int)
    for i, j in zip(true, predicted, strict=True):
        counts[i, j] += 1
    return counts


def recall(confusion: np.ndarray) -> np.ndarray:
    """Return for each class (k,) the share of its examples that were found. Every class has examples."""
    return np.diag(confusion) / confusion.sum(axis=1)


def wilson_interval(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval (low, high) of a share of `right` among n. Use z = 1.96.

    centre = (p + z²/2n) / (1 + z²/n)    half = z / (1 + z²/n) · √(p (1 − p) / n + z² / 4n²)
    """
    z, p = 1.96, right / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return centre - half, centre + half
