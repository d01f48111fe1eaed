"""scikit-learn's own checks of the contract, where scikit-learn is installed; and that it is not needed."""

import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor, NotFittedError

# Small and quick; and the setting in which weights must be exactly repetitions: float64, all rows in one batch.
QUICK = {"hidden_layer_sizes": (32, 32), "max_iter": 60, "dropout": 0.0}
EXACT = {
    "hidden_layer_sizes": (16,),
    "max_iter": 200,
    "dtype": "float64",
    "batch_size": 10**6,
    "early_stopping": False,
    "dropout": 0.0,
}
# Every check that may fail, and why: of minibatches in float32. On some processors rounding lets it pass.
MAY_FAIL = {
    "check_sample_weight_equivalence_on_dense_data": (
        "rows of weight 2 are drawn once into one minibatch, repeated rows twice into any; and float32 ends at 1e-7, "
        "the tolerance of this check"
    )
}


def failures(estimator: Any, may_fail: dict[str, str] | None = None) -> list[str]:
    """Return what scikit-learn finds wrong with an estimator, a line each; without the checks that may fail."""
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it does not inherit from BaseEstimator; what the checks provoke
        results = checks.check_estimator(estimator, expected_failed_checks=may_fail, on_fail=None, on_skip=None)
    assert len(results) > 50
    return [f"{r['check_name']}: {r['exception']!r}" for r in results if r["status"] == "failed"]


@pytest.mark.full
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_float64_in_one_batch_passes_every_check(estimator: type[Any]) -> None:
    assert failures(estimator(**EXACT)) == []


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_minibatches_in_float32_fail_no_check_but_those_that_may(estimator: type[Any]) -> None:
    assert failures(estimator(**QUICK), MAY_FAIL) == []


@pytest.mark.full
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_the_defaults_fail_no_check_but_those_that_may(estimator: type[Any]) -> None:
    assert failures(estimator(), MAY_FAIL) == []


def test_scikit_learn_is_not_imported() -> None:
    code = (
        "import sys; from byhand.estimators import MLPClassifier as M\n"
        "m = M((4,), max_iter=2, random_state=0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])\n"
        "m.predict_proba([[1.0]]), m.score([[0.0]], [0]), repr(m)\n"
        "assert not any(name.split('.')[0] in ('sklearn', 'scipy', 'pandas') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_estimators_imports_no_scikit_learn() -> None:
    code = "import sys, byhand.estimators; assert not {'sklearn', 'scipy', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parameters_are_kept_and_compared() -> None:
    hidden = (3, 4)
    model = MLPClassifier(hidden, random_state=7)
    assert model.get_params()["hidden_layer_sizes"] is hidden
    assert repr(model) == "MLPClassifier(hidden_layer_sizes=(3, 4), random_state=7)"
    assert model.set_params(alpha=0.5).alpha == 0.5
    with pytest.raises(OptionError, match="Invalid parameter 'hiden'"):
        model.set_params(hiden=3)


def test_an_unfitted_model_says_so() -> None:
    error: type[Exception] = NotFittedError
    if "sklearn" in sys.modules:
        error = sys.modules["sklearn"].exceptions.NotFittedError
    with pytest.raises(error, match="not fitted yet"):
        MLPRegressor().predict([[1.0]])


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("solver", "lbfgs"),
        ("learning_rate", "adaptive"),
        ("activation", "swish"),
        ("max_iter", 0),
        ("hidden_layer_sizes", (3, -1)),
        ("hidden_layer_sizes", "wide"),
        ("early_stopping", "yes"),
        ("validation_fraction", 1.0),
        ("class_weight", "even"),
        ("dtype", "float16"),
        ("callbacks", [1]),
        ("label_smoothing", 1.0),
        ("learning_rate_init", 0),
        ("n_ensemble", 0),
    ],
)
def test_a_wrong_parameter_is_refused_by_fit_in_a_sentence(parameter: str, value: Any) -> None:
    model = MLPClassifier((4,), max_iter=2).set_params(**{parameter: value})
    with pytest.raises(OptionError):
        model.fit([[0.0], [1.0]], [0, 1])
    assert not hasattr(model, "networks_")


def test_a_fitted_model_survives_pickle() -> None:
    X = np.linspace(0, 1, 40).reshape(20, 2)
    model = MLPClassifier((8,), max_iter=3, random_state=0).fit(X, X[:, 0] > 0.5)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301  (made a line above)
    assert (again.predict_proba(X) == model.predict_proba(X)).all()


def test_routing_passes_weights_where_they_are_asked_for() -> None:
    sklearn = pytest.importorskip("sklearn")
    from sklearn.model_selection import cross_validate

    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(60, 2)), np.ones(60)
    y = (X[:, 0] > 0).astype(int)
    model = MLPClassifier((8,), max_iter=100, batch_size=8, random_state=0)
    with sklearn.config_context(enable_metadata_routing=True):
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            cross_validate(model, X, y, params={"sample_weight": weight}, error_score="raise")
        asking = model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        scores = cross_validate(asking, X, y, params={"sample_weight": weight}, error_score="raise")
    assert scores["test_score"].mean() > 0.8
