"""How good an answer is: counted, per class, with the uncertainty of the count.

Accuracies are fractions 0 … 1. Labels are (n,) integers, probabilities (n, k).
"""

import math
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.errors import ShapeError


def predict_labels(output: Array, threshold: float = 0.0) -> Array:
    """Return the label of each row: the largest output (the first of equals); of one output, whether it is above."""
    if output.shape[1] == 1:
        return (output[:, 0] > threshold).astype(np.int64)
    return output.argmax(axis=1)


def accuracy(predicted: Array, y: Array) -> float:
    """Return the share of right answers. Raises ShapeError on unequal or no examples."""
    if predicted.shape != y.shape or not len(y):
        raise ShapeError(f"accuracy got {predicted.shape} answers for {y.shape} labels; expected the same n ≥ 1.")
    return float((predicted == y).mean())


def confusion_matrix(predicted: Array, y: Array, k: int) -> Array:
    """Return counts (k, k): row = true class, column = predicted class."""
    return np.bincount(y * k + predicted, minlength=k * k).reshape(k, k)


@dataclass(frozen=True, eq=False)
class PrecisionRecallF1:
    """Each (k,), fractions; 0 where the class never occurs."""

    precision: Array  # of those called j, how many are j
    recall: Array  # of those that are j, how many were called j
    f1: Array  # harmonic mean of the two


def precision_recall_f1(confusion: Array) -> PrecisionRecallF1:
    """Return precision, recall and F1 of every class from a confusion matrix (k, k)."""
    hits, called, present = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    precision = hits / np.maximum(called, 1)
    recall = hits / np.maximum(present, 1)
    return PrecisionRecallF1(precision, recall, 2 * hits / np.maximum(called + present, 1))


def balanced_accuracy(confusion: Array) -> float:
    """Return the mean recall of the classes that occur: 1/k for always saying the same, however rare the others are."""
    present = confusion.sum(axis=1) > 0
    return float((np.diag(confusion)[present] / confusion.sum(axis=1)[present]).mean())


def majority_share(confusion: Array) -> float:
    """Return the accuracy of always saying the most frequent class: what a network has to beat."""
    return float(confusion.sum(axis=1).max() / confusion.sum())


def area_under_curve(scores: Array, y: Array) -> float | None:
    """Return the area under the ROC curve of scores (n,) for class 1 against class 0; None where only one occurs.

    It is the share of pairs (one of each class) in which class 1 has the larger score; equal scores count half.
    """
    n_ones = int((y == 1).sum())
    n_zeros = len(y) - n_ones
    if not n_ones or not n_zeros:
        return None
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2  # of equal scores, from 1
    ranks = mean_rank[place.reshape(-1)][y == 1].sum()
    return float((ranks - n_ones * (n_ones + 1) / 2) / (n_ones * n_zeros))


def top_confusions(confusion: Array, n: int = 3) -> list[tuple[int, int, int]]:
    """Return the n most frequent mistakes as (true, predicted, count), the most frequent first, zeros left out."""
    mistakes = confusion - np.diag(np.diag(confusion))
    order = np.argsort(-mistakes, axis=None, kind="stable")[:n]
    rows, columns = np.unravel_index(order, mistakes.shape)
    return [(int(t), int(p), int(mistakes[t, p])) for t, p in zip(rows, columns, strict=True) if mistakes[t, p]]


def top_k_accuracy(output: Array, y: Array, k: int) -> float:
    """Return the share of examples whose class is among the k largest outputs."""
    largest = np.argsort(-output, axis=1, kind="stable")[:, :k]
    return float((largest == y[:, None]).any(axis=1).mean())


def calibration_error(proba: Array, y: Array, n_bins: int = 15) -> float:
    """Return the expected calibration error: how far confidence is from accuracy, on average over examples.

    proba : (n, k). Examples are sorted into n_bins equal intervals of their top probability; the result is the mean
    of |accuracy − confidence| weighted by bin size, 0 … 1. Source: Guo et al. 2017, eq. 3.
    """
    confidence, right = proba.max(axis=1), proba.argmax(axis=1) == y
    bins = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=n_bins)  # n_bin · (accuracy − confidence)
    return float(np.abs(gaps).sum() / len(y))


def wilson_interval(fraction: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval that holds the true rate behind `fraction` of n trials (z = 1.96: 95 %).

    Source: Wilson 1927. Unlike fraction ± z·error it never leaves 0 … 1.

    >>> [round(100 * bound, 2) for bound in wilson_interval(0.02, 10_000)]
    [1.74, 2.29]
    """
    centre = fraction + z * z / (2 * n)
    spread = z * math.sqrt(fraction * (1 - fraction) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)  # a last bit may stick out


def mean_interval(values: list[float], most: float = math.inf, least: float = -math.inf) -> tuple[float, float]:
    """Return the 95 % confidence interval of the mean of a few runs (Student's t); needs two or more values.

    most, least : what the mean cannot exceed, 1 and 0 for fractions; t knows nothing of it, so the interval ends there

    >>> mean_interval([0.2, 0.9], most=1.0, least=0.0)
    (0.0, 1.0)
    """
    n = len(values)
    if n < 2:
        raise ShapeError(f"mean_interval got a list of {n}; expected two values or more, one for each run.")
    mean = sum(values) / n
    std = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    half = student_t_quantile(n - 1) * std / math.sqrt(n)
    return max(mean - half, least), min(mean + half, most)


def student_t_quantile(freedom: int, level: float = 0.95) -> float:
    """Return t with P(|T| ≤ t) = level, by bisection of the exact distribution.

    >>> round(student_t_quantile(4), 3), round(student_t_quantile(19), 3)
    (2.776, 2.093)
    """
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_t_within(middle, freedom) < level else (low, middle)
    return low


def _student_t_within(t: float, freedom: int) -> float:
    """Return P(|T| ≤ t). Source: Abramowitz & Stegun 26.7.3 and 26.7.4, finite sums in θ = atan(t / √ν)."""
    theta = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(theta), math.cos(theta)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for j in range((freedom - odd) // 2):
        total += term
        term *= cosine**2 * (2 * j + 1 + odd) / (2 * j + 2 + odd)
    return 2 / math.pi * (theta + sine * total) if odd else sine * total


def mean_squared_error(output: Array, target: Array) -> float:
    """Return the mean over examples and outputs of the squared difference."""
    error = output.astype(np.float64) - target.reshape(output.shape)
    return float(np.mean(error * error))


def mean_absolute_error(output: Array, target: Array) -> float:
    """Return the mean over examples and outputs of the difference without its sign."""
    return float(np.abs(output.astype(np.float64) - target.reshape(output.shape)).mean())


def r2_score(output: Array, target: Array) -> float:
    """Return R²: 1 is perfect, 0 is always saying the mean, negative is worse. A constant target gives 0."""
    target = target.reshape(output.shape).astype(np.float64)
    spread = float(((target - target.mean(axis=0)) ** 2).sum())
    return 1 - float(((output - target) ** 2).sum()) / spread if spread else 0.0
