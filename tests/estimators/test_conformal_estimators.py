"""Prediction sets and intervals of the estimators: the stated coverage, by hand and on rows they never saw."""

from typing import Any

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.estimators import InputError, MLPClassifier, MLPRegressor, NotFittedError

QUICK: dict[str, Any] = {"hidden_layer_sizes": (16,), "max_iter": 40, "random_state": 0, "early_stopping": False}
UNCALIBRATED = (NotFittedError, ValueError)  # scikit-learn's own where that is loaded, which is a ValueError


def clouds(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    return rng.normal(size=(n, 2)) + 1.5 * np.array([[0, 1], [1, -1], [-1, -1]])[y], np.array(["a", "b", "c"])[y]


@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_sets_contain_the_class_as_often_as_stated(coverage: float) -> None:
    model = MLPClassifier(**QUICK).fit(*clouds(300, 1)).conformalize(*clouds(2000, 2), coverage=coverage)
    X, y = clouds(4000, 3)
    sets = model.predict_set(X)
    held = sets[np.arange(len(y)), np.searchsorted(model.classes_, y)].mean()
    assert held == pytest.approx(coverage, abs=0.03)
    assert (model.calibration_.coverage, model.calibration_.n) == (coverage, 2000)
    assert sets.shape == (4000, 3)


def test_intervals_contain_the_number_as_often_as_stated() -> None:
    def rows(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        X = rng.uniform(-2, 2, (n, 1))
        return X, 50 * np.sin(X[:, 0]) + 10 * rng.normal(size=n)

    model = MLPRegressor(**QUICK).fit(*rows(400, 1)).conformalize(*rows(2000, 2), coverage=0.9)
    X, y = rows(4000, 3)
    low, high = model.predict_interval(X).T
    assert ((low <= y) & (y <= high)).mean() == pytest.approx(0.9, abs=0.03)
    assert (low + high) / 2 == pytest.approx(model.predict(X))


def test_the_interval_of_a_case_worked_by_hand() -> None:
    X = np.arange(9.0)[:, None]
    model = MLPRegressor(**{**QUICK, "max_iter": 1}).fit(X, np.zeros(9))  # says 0: the range of its targets
    model.conformalize(X, np.arange(1.0, 10.0), coverage=0.8)  # the ⌈10 · 0.8⌉-th smallest error of 1 … 9 is 8
    assert model.predict_interval(X[:1]).tolist() == [[-8.0, 8.0]]


def test_several_numbers_a_row_are_covered_together() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 2))
    model = MLPRegressor(**QUICK).fit(X, X @ [[1.0, 100.0], [1.0, -100.0]])
    fresh = rng.normal(size=(1000, 2))
    noisy = fresh @ [[1.0, 100.0], [1.0, -100.0]] + rng.normal(size=(1000, 2)) * [1, 100]
    intervals = model.conformalize(fresh, noisy, coverage=0.9).predict_interval(fresh)
    assert intervals.shape == (1000, 2, 2)
    inside = (intervals[:, 0] <= noisy) & (noisy <= intervals[:, 1])
    assert inside.all(axis=1).mean() == pytest.approx(0.9, abs=0.005)


def test_another_training_needs_another_calibration() -> None:
    model = MLPClassifier(**QUICK).fit(*clouds(100, 1))
    with pytest.raises(UNCALIBRATED, match="conformalize"):
        model.predict_set([[0.0, 0.0]])
    model.conformalize(*clouds(100, 2)).predict_set([[0.0, 0.0]])
    model.partial_fit(*clouds(100, 3))
    with pytest.raises(UNCALIBRATED, match="conformalize"):
        model.predict_set([[0.0, 0.0]])


def test_what_cannot_be_calibrated_is_refused() -> None:
    X, y = clouds(100, 1)
    model = MLPClassifier(**QUICK).fit(X, y)
    with pytest.raises(InputError, match=r"a coverage of 0\.99 needs 99 or more"):
        model.conformalize(X[:50], y[:50], coverage=0.99)
    with pytest.raises(OptionError, match="coverage"):
        model.conformalize(X, y, coverage=1.0)
    with pytest.raises(InputError, match="inconsistent"):
        model.conformalize(X, y[:50])
    several = MLPClassifier(**QUICK).fit(X, np.column_stack([y == "a", y == "b"]).astype(int))
    with pytest.raises(OptionError, match="one class a row"):
        several.conformalize(X, y)
    with pytest.raises(UNCALIBRATED, match="not fitted"):
        MLPRegressor().conformalize(X, np.zeros(100))
