"""What the estimators refuse, in sentences that name classes and arguments as their user wrote them."""

from typing import Any

import numpy as np
import pytest

from byhand.errors import ByhandError, OptionError
from byhand.estimators import InputError, MLPClassifier, MLPRegressor

QUICK: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 2, "random_state": 3}


def words() -> tuple[np.ndarray, np.ndarray]:
    """Return 60 rows of two numbers, and their labels, three words."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    return rng.normal(size=(60, 2)) + y[:, None], np.array(["ant", "bee", "cat"])[y]


def test_messages_name_classes_as_users_wrote_them() -> None:
    X, y = words()
    with pytest.raises(InputError, match="got 1 class, 'ant'; expected"):
        MLPClassifier(**QUICK).fit(X, np.full(len(y), "ant"))
    model = MLPClassifier(**QUICK).fit(X, y)
    with pytest.raises(InputError, match="y has class 'dog', which is not"):
        model.partial_fit(X[:1], ["dog"])


def test_a_misspelt_class_has_no_weight_and_is_told() -> None:
    X, y = words()
    with pytest.raises(InputError, match=r"The classes, \['ant', 'cat'\], are not in class_weight.*'ants'"):
        MLPClassifier(class_weight={"bee": 1, "ants": 5}, **QUICK).fit(X, y)
    assert MLPClassifier(class_weight={"ant": 5}, **QUICK).fit(X, y).n_iter_ == 2, "the others weigh 1"
    every = {"ant": 1, "bee": 1, "cat": 1, "dog": 2}
    assert MLPClassifier(class_weight=every, **QUICK).fit(X, y).n_iter_ == 2, "a fold may lack a class"


def test_a_validation_set_without_its_answers_is_told() -> None:
    X, y = words()
    for own in ({"X_val": X}, {"y_val": y}):
        with pytest.raises(InputError, match="fit got X_val or y_val without the other"):
            MLPClassifier(**QUICK).fit(X, y, **own)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hidden_layer_sizes": (4,)}, r"Dense\(n_in=2, n_out=4\) instead of Dense\(n_in=2, n_out=8\)"),
        ({"activation": "tanh"}, r"Tanh\(\) instead of ReLU\(\)"),
        ({"dtype": "float64"}, "float64 instead of float32"),
        ({"n_ensemble": 2}, "the previous fit's 1 network, and n_ensemble=2"),
    ],
)
def test_a_warm_start_of_another_network_is_refused(changed: dict[str, Any], told: str) -> None:
    X, y = words()
    model = MLPClassifier(**QUICK, warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(InputError, match=rf"got warm_start=True, which goes on with .*{told}"):
        model.set_params(**changed).fit(X, y)
    assert (model.set_params(**QUICK, dtype="float32", activation="relu").predict_proba(X) == before).all()
    model.set_params(n_ensemble=1, dropout=0.5).fit(X, y)  # dropout has no weights


def test_a_score_of_other_numbers_of_rows_is_refused() -> None:
    X, y = words()
    for model, target in ((MLPClassifier(**QUICK), y), (MLPRegressor(**QUICK), X[:, 0])):
        model.fit(X, target)
        with pytest.raises(InputError, match=r"inconsistent numbers of samples: \[60, 5\]"):
            model.score(X, target[:5])
        with pytest.raises(InputError, match=r"sample_weight.shape == \(1,\), expected \(60,\)"):
            model.score(X, target, sample_weight=[1])


def test_float64_is_refused_where_an_engine_is_asked_for_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = words()
    monkeypatch.setenv("BYHAND_ENGINE", "native")
    with pytest.raises(OptionError, match="got dtype='float64', and BYHAND_ENGINE names the engine native"):
        MLPClassifier(**QUICK, dtype="float64").fit(X, y)
    monkeypatch.setenv("BYHAND_ENGINE", "numpy")
    assert MLPClassifier(**QUICK, dtype="float64").fit(X, y).engine_ == "numpy"
    monkeypatch.setenv("BYHAND_ENGINE", "nmpy")
    with pytest.raises(ByhandError, match="nmpy"):
        MLPClassifier(**QUICK, dtype="float64").fit(X, y)


def test_what_early_stopping_and_activation_may_be_is_told() -> None:
    X, y = words()
    with pytest.raises(OptionError, match="early_stopping 'yes'; expected 'auto', True or False"):
        MLPClassifier(early_stopping="yes", **QUICK).fit(X, y)
    with pytest.raises(OptionError, match=r"unknown activation '.*Known: relu, .* parametric_mish"):
        MLPClassifier(activation="?", **QUICK).fit(X, y)


def test_a_target_that_is_no_number_is_shown() -> None:
    X, _ = words()
    y = np.array(["1.5"] * 40 + ["1,628"] * 20, dtype=object)
    with pytest.raises(InputError, match="y holds '1,628'; expected numbers for a regressor"):
        MLPRegressor(**QUICK).fit(X, y)


def test_a_quantile_that_the_loss_does_not_use_is_warned_of() -> None:
    X, _ = words()
    with pytest.warns(
        UserWarning, match=r"MLPRegressor got quantile=0\.9, which changes nothing without loss='quantile'"
    ):
        MLPRegressor(quantile=0.9, **QUICK).fit(X, X[:, 0])
    with pytest.warns(UserWarning, match=r"huber_delta=2\.0, which changes nothing without loss='huber'"):
        MLPRegressor(loss="quantile", quantile=0.9, huber_delta=2.0, **QUICK).fit(X, X[:, 0])
    MLPRegressor(loss="quantile", quantile=0.9, **QUICK).fit(X, X[:, 0])  # without a word: a warning is an error


def test_two_columns_of_one_name_are_refused_by_fit() -> None:
    pandas = pytest.importorskip("pandas")
    X, y = words()
    frame = pandas.DataFrame(np.hstack([X, X]), columns=list("abba"))
    with pytest.raises(InputError, match="MLPClassifier got the column 'a' twice; expected every name once"):
        MLPClassifier(**QUICK).fit(frame, y)
    frame.columns = [0, 1, 1, 0]  # numbers are no names
    assert MLPClassifier(**QUICK).fit(frame, y).n_features_in_ == 4


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"hidden_layer_sizes": "16"}, "got hidden_layer_sizes='16'; expected a whole number"),
        ({"callbacks": print}, "got callbacks <built-in function print>; expected a list of functions"),
        ({"callbacks": [3]}, r"got callbacks \[3\]; expected a list of functions"),
    ],
)
def test_parameters_are_told_as_they_were_given(params: dict[str, Any], told: str) -> None:
    X, y = words()
    with pytest.raises(OptionError, match=f"MLPClassifier {told}"):
        MLPClassifier(**{**QUICK, **params}).fit(X, y)


def test_a_word_among_numbers_to_predict_is_told_as_a_word() -> None:
    X, y = words()
    with pytest.raises(InputError, match="y holds 'ant'; expected numbers for a regressor"):
        MLPRegressor(**QUICK).fit(X, y)
