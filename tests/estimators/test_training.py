"""What the estimators learn, and what their parameters do: each against a law or a number that is known."""

import warnings
from typing import Any

import numpy as np
import pytest

from byhand.engines.bindings import why_missing
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import OptionError
from byhand.estimators import InputError, MLPClassifier, MLPRegressor
from byhand.estimators.calibration import fit_temperature

QUICK: dict[str, Any] = {
    "hidden_layer_sizes": (16,),
    "learning_rate_init": 0.02,
    "max_iter": 60,
    "random_state": 3,
    "dropout": 0.0,
}


def blobs(n: int = 240, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return k well-separated clouds in the plane, (n, 2), and their labels, words."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, k, n)
    centers = 3 * np.stack([np.cos(2 * np.pi * np.arange(k) / k), np.sin(2 * np.pi * np.arange(k) / k)], axis=1)
    return centers[y] + rng.normal(size=(n, 2)) * 0.7, np.array(["ant", "bee", "cat", "dog"])[y]


def test_words_are_predicted_as_words() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK).fit(X, y)
    assert model.classes_.tolist() == ["ant", "bee", "cat"]
    assert model.score(X, y) > 0.95
    proba = model.predict_proba(X)
    assert proba.sum(axis=1) == pytest.approx(np.ones(len(X)), abs=1e-5)
    assert (model.classes_[proba.argmax(axis=1)] == model.predict(X)).all()


def test_the_best_epoch_is_kept_the_last_of_equals() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK).fit(X, y)
    scores = [row["val_score"] for row in model.history_]
    assert len(scores) == 60
    assert model.best_iter_ == max(i for i, score in enumerate(scores, start=1) if score == max(scores))


def test_a_validation_set_of_ones_own_is_used() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK, early_stopping=False).fit(X[:40], y[:40], X_val=X[40:], y_val=y[40:])
    assert max(model.validation_scores_) == pytest.approx(model.score(X[40:], y[40:]))


def test_patience_ends_the_training() -> None:
    X, y = blobs()
    model = MLPClassifier(**{**QUICK, "max_iter": 500}, n_iter_no_change=3).fit(X, y)
    scores = model.validation_scores_
    assert model.n_iter_ < 500
    assert max(scores[-4:]) <= max(scores[:-4])


def test_few_rows_are_all_trained_on() -> None:
    X, y = blobs(30)
    model = MLPClassifier(**QUICK).fit(X, y)
    assert model.validation_scores_ is None
    assert model.score(X, y) == 1


def test_a_callback_sees_every_epoch_and_may_stop() -> None:
    X, y = blobs()
    seen: list[int] = []

    def stop_at_five(row: dict[str, Any]) -> bool:
        seen.append(row["epoch"])
        return row["epoch"] == 5

    assert MLPClassifier(**QUICK, callbacks=[stop_at_five]).fit(X, y).n_iter_ == 5
    assert seen == [1, 2, 3, 4, 5]


def test_one_seed_gives_one_model_and_another_another() -> None:
    X, y = blobs()
    a, b, c = (MLPClassifier(**{**QUICK, "random_state": seed}).fit(X, y).predict_proba(X) for seed in (1, 1, 2))
    assert (a == b).all()
    assert not (a == c).all()


def test_an_ensemble_averages_the_probabilities_of_its_seeds() -> None:
    X, y = blobs()
    settings = {**QUICK, "early_stopping": False}
    single = [MLPClassifier(**{**settings, "random_state": seed}).fit(X, y).predict_proba(X) for seed in (3, 4)]
    both = MLPClassifier(**settings, n_ensemble=2).fit(X, y).predict_proba(X)
    assert both == pytest.approx(np.mean(single, axis=0))


def test_weights_are_repetitions() -> None:
    X, y = blobs(24)
    weight = np.arange(24) % 3
    rows = np.repeat(np.arange(24), weight)
    exact = {**QUICK, "dtype": "float64", "batch_size": 10**6}
    weighted = MLPClassifier(**exact).fit(X, y, sample_weight=weight).predict_proba(X)
    assert weighted == pytest.approx(MLPClassifier(**exact).fit(X[rows], y[rows]).predict_proba(X), abs=1e-9)
    assert weighted != pytest.approx(MLPClassifier(**exact).fit(X, y).predict_proba(X), abs=1e-3)


def test_a_heavy_class_wins_where_classes_overlap() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 1)), np.arange(200) % 2
    model = MLPClassifier(**QUICK, class_weight={0: 50.0, 1: 1.0}).fit(X, y)
    assert (model.predict(X) == 0).mean() > 0.9


def test_balanced_weights_are_those_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 1)), (np.arange(100) < 10).astype(int)
    balanced = MLPClassifier(**QUICK, class_weight="balanced").fit(X, y).predict_proba(X)
    by_hand = {0: 100 / (2 * 90), 1: 100 / (2 * 10)}  # n / (k · count)
    assert balanced == pytest.approx(MLPClassifier(**QUICK, class_weight=by_hand).fit(X, y).predict_proba(X), abs=1e-6)


def test_several_labels_are_answered_each_for_itself() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    Y = (X > 0).astype(int)
    model = MLPClassifier(**QUICK).fit(X, Y)
    assert model.predict(X).shape == Y.shape
    assert model.predict_proba(X).shape == Y.shape
    assert model.score(X, Y) > 0.9


def test_numbers_are_predicted_in_their_scale_and_range() -> None:
    X = np.linspace(-1, 1, 300)[:, None]
    y = 1e6 + 1e3 * X[:, 0] ** 2
    model = MLPRegressor(**QUICK).fit(X, y)
    assert model.score(X, y) > 0.95
    assert model.predict(X).shape == (300,)
    assert model.predict([[50.0]])[0] <= y.max()


def test_several_numbers_at_once() -> None:
    X = np.linspace(-1, 1, 300)[:, None]
    Y = np.column_stack([X[:, 0], -10 * X[:, 0]])
    model = MLPRegressor(**QUICK).fit(X, Y)
    assert model.predict(X).shape == (300, 2)
    assert model.score(X, Y) > 0.95


def test_partial_fit_goes_on_where_it_was_and_after_fit() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK)
    with pytest.raises(InputError, match="classes must be passed"):
        model.partial_fit(X, y)
    for _ in range(40):
        model.partial_fit(X, y, classes=["ant", "bee", "cat", "dog"])
    assert model.score(X, y) > 0.9
    assert model.predict_proba(X).shape == (len(X), 4)
    assert model.n_iter_ == 40
    fitted = MLPClassifier(**QUICK).fit(X, y)
    before = fitted.predict_proba(X)
    assert not (fitted.partial_fit(X, y).predict_proba(X) == before).all()


def test_a_warm_start_goes_on_with_the_same_network() -> None:
    X, y = blobs()
    model = MLPClassifier(**{**QUICK, "max_iter": 1}, warm_start=True, early_stopping=False)
    first = model.fit(X, y).loss_
    for _ in range(20):
        model.fit(X, y)
    assert model.loss_ < first
    with pytest.raises(InputError, match="same classes as in the previous"):
        model.fit(X, np.where(y == "ant", "new", y))


def test_temperature_changes_no_answer_and_fits_better() -> None:
    X, y = blobs(400)
    X = X + np.random.default_rng(1).normal(size=X.shape)
    plain = MLPClassifier(**QUICK).fit(X, y)
    calibrated = MLPClassifier(**QUICK, calibrate=True).fit(X, y)
    assert (plain.predict(X) == calibrated.predict(X)).all()
    assert calibrated.temperature_ != 1
    with pytest.raises(OptionError, match="without validation rows"):
        MLPClassifier(**QUICK, calibrate=True).fit(X[:50], y[:50])


def test_the_temperature_of_a_case_worked_by_hand() -> None:
    # logits ±2 with three of four right: the best p is 3/4, so 2·2/T = log 3
    output = np.array([[2.0, -2.0]] * 4)
    assert fit_temperature(output, np.array([0, 0, 0, 1])) == pytest.approx(4 / np.log(3))


def test_what_was_done_to_which_column_is_reported() -> None:
    X = np.array([[1.0, "a"], [2.0, "b"], [None, "c"]], dtype=object)
    report = MLPRegressor(**QUICK).fit(X, [1.0, 2.0, 3.0]).preprocessing_report().splitlines()
    assert report[0].startswith("column 0: number")
    assert "missing" in report[0]
    assert report[1] == "column 1: 3 categories, one input each; missing or unseen: 0 in all"


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([0, 1, np.nan, 1], "NaN"),
        ([0.1, 0.2, 0.3, 0.4], "Unknown label type: continuous"),
        ([1, 1, 1, 1], "1 class"),
        ([0, 1], "inconsistent numbers of samples"),
        (None, "y is None"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(y: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        MLPClassifier(**QUICK).fit([[0.0], [1.0], [2.0], [3.0]], y)


@pytest.mark.parametrize("weight", [[0, 0, 0, 0], [1, 2], [1, -1, 1, 1], [1, np.nan, 1, 1]])
def test_weights_that_cannot_be_used_are_refused(weight: list[float]) -> None:
    with pytest.raises(InputError, match="weight"):
        MLPClassifier(**QUICK).fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], sample_weight=weight)


def test_a_fit_that_fails_leaves_an_earlier_one_as_it_was() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK)
    with pytest.raises(InputError):
        model.fit(X, y[:3])
    with pytest.raises(Exception, match="not fitted yet"):
        model.predict(X)
    before = model.fit(X, y).predict_proba(X)
    with pytest.raises(InputError):
        model.fit(X[:, :1], y[:3])
    assert (model.predict_proba(X) == before).all()


def test_fit_learns_the_classes_anew_after_partial_fit() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK).partial_fit(X, y, classes=["ant", "bee", "cat", "dog"])
    assert model.fit(X, np.where(y == "ant", "yak", y)).classes_.tolist() == ["bee", "cat", "yak"]


def test_equal_weights_are_the_same_training_as_none() -> None:
    X, y = blobs()
    plain = MLPClassifier(**QUICK).fit(X, y)
    weighted = MLPClassifier(**QUICK).fit(X, y, sample_weight=np.full(len(y), 3.0))
    assert (plain.coefs_[0] == weighted.coefs_[0]).all()


def test_patience_may_be_infinite() -> None:
    X, y = blobs(60)
    with pytest.warns(UserWarning, match="maximum iterations"):
        model = MLPClassifier(**{**QUICK, "max_iter": 12}, n_iter_no_change=np.inf, tol=1e9).fit(X, y)
    assert model.n_iter_ == 12


def test_the_best_figures_stand_in_attributes() -> None:
    X, y = blobs()
    held = MLPClassifier(**QUICK, early_stopping=True).fit(X, y)
    assert held.validation_scores_ is not None
    assert (held.best_validation_score_, held.best_loss_) == (max(held.validation_scores_), None)
    whole = MLPClassifier(**QUICK, early_stopping=False).fit(X, y)
    assert (whole.best_validation_score_, whole.best_loss_) == (None, min(whole.loss_curve_))


def test_whoever_waits_for_it_to_stop_is_told_that_it_did_not() -> None:
    X, y = blobs(60)
    with pytest.warns(UserWarning, match=r"maximum iterations \(12\) reached"):
        MLPClassifier(**{**QUICK, "max_iter": 12}, n_iter_no_change=50).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier(**{**QUICK, "max_iter": 12}).fit(X, y)


def test_numbers_that_overflow_are_refused() -> None:
    X = np.array([[1.6e308], [1.7e308], [1.5e308], [1.4e308]])  # the mean of two overflows
    with pytest.raises(InputError, match="near 1e308"):
        MLPRegressor(**QUICK).fit(X, [0.0, 1.0, 2.0, 3.0])


def test_a_warm_start_with_other_classes_is_refused() -> None:
    X, y = blobs()
    model = MLPClassifier(**QUICK, warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(InputError, match="same classes as in the previous call"):
        model.fit(X, np.where(y == "cat", "bee", y))
    assert (model.predict_proba(X) == before).all()


def test_partial_fit_widens_the_range_of_answers() -> None:
    X = np.linspace(-1, 1, 32)[:, None]
    model = MLPRegressor((16,), learning_rate_init=0.01, dropout=0, random_state=42).fit(X, np.zeros(32))
    assert model.predict(X).max() == 0.0
    for _ in range(200):
        model.partial_fit(X, np.full(32, 1.0))
    assert model.predict(X) == pytest.approx(np.ones(32), abs=0.05)


def test_a_validation_set_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="The validation set is too small"):
        MLPRegressor(early_stopping=True).fit([[0.0], [1.0]], [0.0, 1.0])


@pytest.mark.skipif(why_missing() is not None, reason="there is no C core")
def test_defaults_are_never_trained_by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("NumPy trained")

    monkeypatch.setattr(NumpyEngine, "run_epoch", refuse)
    X, y = blobs()
    weight = np.linspace(0, 2, len(X))
    MLPClassifier(max_iter=1, class_weight="balanced").fit(X, y, sample_weight=weight)
    MLPClassifier(max_iter=1, activation="mish", scaled_inputs=True, bias_rate=0.1, solver="sgd").fit(X, y)
    for loss in ("squared_error", "huber", "quantile", "poisson"):
        MLPRegressor(max_iter=1, loss=loss).fit(X, np.exp(X[:, 0]), sample_weight=weight)


def test_class_weights_move_the_border() -> None:
    X = np.repeat([[0.0], [1.0]], 60, axis=0)
    y = np.r_[np.repeat("no", 50), np.repeat("yes", 10), np.repeat("no", 40), np.repeat("yes", 20)]
    plain = MLPClassifier(**QUICK, early_stopping=False).fit(X, y)
    balanced = MLPClassifier(**QUICK, early_stopping=False, class_weight="balanced").fit(X, y)
    assert plain.predict([[1.0]])[0] == "no"  # 40 to 20
    assert balanced.predict([[1.0]])[0] == "yes"  # 40 · 2/3 to 20 · 2


def skewed(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Return one column that changes nothing, and targets of which 0, 1, …, 9 are equally frequent."""
    return np.zeros((n, 1)), np.arange(n) % 10.0


@pytest.mark.parametrize("level", [0.25, 0.85])
def test_the_quantile_loss_predicts_the_quantile(level: float) -> None:
    X, y = skewed()
    model = MLPRegressor(**QUICK, loss="quantile", quantile=level).fit(X, y)
    assert (y <= model.predict(X[:1])[0]).mean() == pytest.approx(level, abs=0.1)


def test_the_huber_loss_forgives_outliers() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 1))
    y = 3 * X[:, 0]
    y[::10] += 200
    squared = MLPRegressor(**QUICK).fit(X, y)
    robust = MLPRegressor(**QUICK, loss="huber", huber_delta=0.05).fit(X, y)
    clean = np.arange(400) % 10 != 0
    error = {m.loss: np.abs(m.predict(X[clean]) - y[clean]).mean() for m in (squared, robust)}
    assert error["huber"] < error["squared_error"] / 3


def test_the_poisson_loss_predicts_expected_counts() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(1500, 1))
    y = rng.poisson(200 * np.exp(1.5 * X[:, 0])).astype(float)
    model = MLPRegressor(**QUICK, loss="poisson").fit(X, y)
    at = np.array([[-0.5], [0.0], [0.5]])
    assert model.predict(at) == pytest.approx(200 * np.exp(1.5 * at[:, 0]), rel=0.05)


def test_counts_below_0_are_refused() -> None:
    with pytest.raises(InputError, match="y holds -1, and loss='poisson' is for counts"):
        MLPRegressor(**QUICK, loss="poisson").fit(np.zeros((4, 1)), [0, 1, 2, -1])


@pytest.mark.parametrize(
    ("parameters", "told"),
    [({"loss": "absolute"}, "loss"), ({"huber_delta": 0}, "huber_delta"), ({"quantile": 1.0}, "quantile")],
)
def test_a_loss_that_cannot_be_is_refused(parameters: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        MLPRegressor(**parameters).fit(np.zeros((4, 1)), [0, 1, 2, 3])


def test_scales_of_inputs_grow_for_the_column_that_matters() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6))
    model = MLPRegressor(**QUICK, scaled_inputs=True, bias_rate=0.1).fit(X, 3 * np.abs(X[:, 2]))
    scale = model.networks_[0].params["0.scale"]
    assert np.abs(scale).argmax() == 2
    assert [array.ndim for array in model.coefs_] == [2, 2]
    saved = model.to_model()
    assert [layer.kind for layer in saved.network.layers] == ["dense", "relu", "dense"]  # the scales are in the weights
    assert saved.predict(X)[:, 0] == pytest.approx(model.predict(X), rel=1e-4, abs=1e-4)


def test_many_classes_with_two_rows_each_are_learned_with_the_defaults() -> None:
    x, y = np.random.default_rng(0).normal(size=(400, 2)), np.arange(400) % 200
    model = MLPClassifier((8,), max_iter=2, random_state=0).fit(x, y)
    assert len(model.classes_) == 200
    assert all("val_score" in row for row in model.history_), "a tenth of all rows is set aside"
