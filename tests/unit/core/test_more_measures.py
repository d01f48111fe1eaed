"""Measures beside accuracy, by hand."""

import numpy as np

from byhand.metrics import area_under_curve, balanced_accuracy, majority_share, mean_absolute_error
from byhand.training.evaluate import classification_metrics


def test_one_in_a_thousand_never_found() -> None:
    confusion = np.array([[999, 0], [1, 0]])
    assert majority_share(confusion) == 0.999
    assert balanced_accuracy(confusion) == 0.5
    assert balanced_accuracy(np.array([[3, 1, 0], [0, 0, 0], [1, 0, 1]])) == (0.75 + 0.5) / 2


def test_area_under_the_curve_counts_pairs() -> None:
    y = np.array([0, 0, 1, 1])
    assert area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), y) == 0.75  # of four pairs three are in order
    assert area_under_curve(np.array([1.0, 1.0, 1.0, 1.0]), y) == 0.5
    assert area_under_curve(np.array([1.0, 2.0]), np.array([1, 1])) is None


def test_mean_absolute_error() -> None:
    assert mean_absolute_error(np.array([[1.0], [4.0]]), np.array([2.0, 1.0])) == 2.0


def test_an_evaluation_is_shown_in_a_line() -> None:
    found = classification_metrics(np.array([[2.0, 1.0], [0.0, 1.0]]), np.array([0, 1]))
    assert repr(found) == "<Evaluation on 2 examples: accuracy 100.00 % (95 % interval 34.24 – 100.00 %)>"
