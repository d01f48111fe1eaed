"""Exercise 11: what hidden units know."""

import numpy as np


def centre(a: np.ndarray) -> np.ndarray:
    """Return the activations (n, m) with the mean of each column taken away."""
    return a - a.mean(axis=0)


def explained_variance(a: np.ndarray, k: int) -> float:
    """Return the share of the variance of a (n, m) that its k first principal components hold, 0 … 1."""
    sizes = np.linalg.svd(a - a.mean(axis=0), compute_uv=False) ** 2
    return float(sizes[:k].sum() / sizes.sum())


def between(start: np.ndarray, end: np.ndarray, t: float) -> np.ndarray:
    """Return the weights at t on the straight line from start (t = 0) to end (t = 1)."""
    return (1 - t) * start + t * end
