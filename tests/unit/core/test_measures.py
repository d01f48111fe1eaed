"""Metrics by hand."""

import numpy as np
import pytest

from byhand.errors import ShapeError
from byhand.metrics import (
    accuracy,
    calibration_error,
    confusion_matrix,
    mean_interval,
    mean_squared_error,
    precision_recall_f1,
    predict_labels,
    r2_score,
    student_t_quantile,
    top_confusions,
    top_k_accuracy,
    wilson_interval,
)

Y = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 0, 2])
CONFUSION = [[2, 1, 0], [1, 1, 0], [0, 0, 1]]  # row = true, column = predicted


def test_the_seventh_output_is_digit_six() -> None:
    output = np.zeros((1, 10))
    output[0, 6] = 1
    assert predict_labels(output).tolist() == [6]


def test_of_equal_outputs_the_first_is_taken() -> None:
    assert predict_labels(np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]])).tolist() == [1, 0]


def test_one_logit_says_yes_above_zero() -> None:
    assert predict_labels(np.array([[-0.1], [0.0], [0.1]])).tolist() == [0, 0, 1]


def test_accuracy_by_hand() -> None:
    assert accuracy(PREDICTED, Y) == pytest.approx(4 / 6)


@pytest.mark.parametrize(("predicted", "y"), [(PREDICTED[:5], Y), (PREDICTED[:0], Y[:0])])
def test_accuracy_of_unequal_or_no_answers_is_refused(predicted: np.ndarray, y: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="accuracy got"):
        accuracy(predicted, y)


def test_confusion_matrix_by_hand() -> None:
    assert confusion_matrix(PREDICTED, Y, 3).tolist() == CONFUSION


def test_a_class_that_never_occurs_has_its_row_and_column() -> None:
    assert confusion_matrix(np.array([0, 2]), np.array([2, 2]), 4).tolist() == [
        [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0],
    ]  # fmt: skip


def test_precision_recall_and_f1_by_hand() -> None:
    found = precision_recall_f1(np.array(CONFUSION))
    np.testing.assert_allclose(found.precision, [2 / 3, 1 / 2, 1])  # of three zeros called, two are
    np.testing.assert_allclose(found.recall, [2 / 3, 1 / 2, 1])
    np.testing.assert_allclose(found.f1, [2 / 3, 1 / 2, 1])
    # 8 called, 6 of them right, 10 there: precision 3/4, recall 3/5, F1 = 2·(3/4)(3/5) / (3/4 + 3/5) = 2/3
    found = precision_recall_f1(np.array([[6, 4], [2, 20]]))
    np.testing.assert_allclose([found.precision[0], found.recall[0], found.f1[0]], [3 / 4, 3 / 5, 2 / 3])


def test_a_class_that_is_neither_there_nor_called_gets_zeros_and_no_warning() -> None:
    found = precision_recall_f1(np.array([[3, 0], [0, 0]]))
    assert [found.precision[1], found.recall[1], found.f1[1]] == [0, 0, 0]


def test_most_confused_by_hand() -> None:
    confusion = np.array([[9, 0, 5], [2, 9, 0], [0, 3, 9]])
    assert top_confusions(confusion) == [(0, 2, 5), (2, 1, 3), (1, 0, 2)]
    assert top_confusions(confusion, 2) == [(0, 2, 5), (2, 1, 3)]
    assert top_confusions(np.diag([4, 4])) == []


def test_top_k_accuracy_by_hand() -> None:
    output = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.1, 0.2, 0.7]])
    y = np.array([0, 1, 2, 0])
    assert [top_k_accuracy(output, y, k) for k in (1, 2, 3)] == [0.5, 0.75, 1]


def test_calibration_error_by_hand() -> None:
    # in the bin of 0.9: two answers, one right: |0.5 − 0.9| = 0.4; in the bin of 0.6: two, both right: |1 − 0.6| = 0.4
    proba = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    assert calibration_error(proba, np.array([0, 1, 1, 1])) == pytest.approx(0.4)
    assert calibration_error(proba, np.array([1, 1, 1, 1])) == pytest.approx((2 * 0.9 + 2 * 0.4) / 4)


def test_certain_and_right_is_perfectly_calibrated() -> None:
    assert calibration_error(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])) == 0
    assert calibration_error(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0])) == 1


def test_opposite_gaps_in_one_bin_cancel_as_the_source_has_it() -> None:
    # in one bin of width 1: mean confidence 0.7, accuracy 1/2
    proba = np.array([[0.8, 0.2], [0.4, 0.6]])
    assert calibration_error(proba, np.array([0, 0]), n_bins=1) == pytest.approx(0.2)


def test_wilson_interval_of_two_percent_of_ten_thousand() -> None:
    assert [round(100 * bound, 2) for bound in wilson_interval(0.02, 10_000)] == [1.74, 2.29]


def test_wilson_interval_solves_its_equation() -> None:
    # both ends p satisfy (f − p)² = z² p (1 − p) / n
    for bound in wilson_interval(0.3, 40):
        assert (0.3 - bound) ** 2 == pytest.approx(1.959964**2 * bound * (1 - bound) / 40, rel=1e-12)


@pytest.mark.parametrize("n", [1, 3, 10, 97, 1797, 10_000])
def test_wilson_interval_never_leaves_0_to_1_and_never_has_width_0(n: int) -> None:
    for right in {0, 1, n // 2, n - 1, n}:
        low, high = wilson_interval(right / n, n)
        assert 0 <= low <= right / n <= high + 1e-15 <= 1 + 1e-15
        assert high - low > 1e-5


@pytest.mark.parametrize(
    ("freedom", "level", "expected"),
    [
        (1, 0.95, 12.706), (2, 0.95, 4.303), (4, 0.95, 2.776), (9, 0.95, 2.262), (19, 0.95, 2.093), (30, 0.95, 2.042),
        (1, 0.99, 63.657), (4, 0.99, 4.604), (4, 0.9, 2.132),
    ],
)  # fmt: skip
def test_quantiles_of_student_as_in_the_tables(freedom: int, level: float, expected: float) -> None:
    assert student_t_quantile(freedom, level) == pytest.approx(expected, abs=5e-4)


def test_mean_interval_by_hand() -> None:
    # 1, 2, 3: mean 2, std 1; half width 4.303 · 1 / √3 = 2.484
    low, high = mean_interval([1.0, 2.0, 3.0])
    assert (low, high) == (pytest.approx(-0.484, abs=1e-3), pytest.approx(4.484, abs=1e-3))


def test_the_interval_of_a_mean_of_fractions_ends_at_1() -> None:
    """0.96 and 1: the mean is 0.98, t₁ = 12.706 times 0.02 on each side."""
    low, high = mean_interval([0.96, 1.0], most=1.0)
    assert low == pytest.approx(0.98 - 12.706 * 0.02, abs=1e-4)
    assert high == 1.0
    assert mean_interval([0.96, 1.0])[1] > 1.2


def test_mean_squared_error_and_r_squared_by_hand() -> None:
    # errors 0, 1, −1; the targets 1, 2, 6 stray by −2, −1, 3 from their mean: R² = 1 − 2/14
    output, target = np.array([[1.0], [3.0], [5.0]]), np.array([1.0, 2.0, 6.0])
    assert mean_squared_error(output, target) == pytest.approx(2 / 3)
    assert r2_score(output, target) == pytest.approx(1 - 2 / 14)


def test_r_squared_of_perfect_of_the_mean_and_of_a_constant_target() -> None:
    target = np.array([[1.0], [2.0], [6.0]])
    assert r2_score(target, target) == 1
    assert r2_score(np.full((3, 1), 3.0), target) == pytest.approx(0)
    assert r2_score(np.full((3, 1), 5.0), target) < 0
    assert r2_score(target, np.full((3, 1), 4.0)) == 0
