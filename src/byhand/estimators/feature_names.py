"""Names and number of features: kept by `fit`, compared by everything after it, in scikit-learn's sentences."""

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.estimators.columns import Columns
from byhand.estimators.errors import InputError

MOST_NAMED = 5


def check_features(estimator: Any, columns: Columns, *, reset: bool) -> None:
    """Keep the features of `columns` in the estimator (reset), or raise InputError where they are others."""
    if reset:
        _check_once(type(estimator).__name__, columns.names or [])
        estimator.n_features_in_ = len(columns.values)
        if columns.names is not None:
            estimator.feature_names_in_ = np.array(columns.names, dtype=object)
        elif hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        return
    name = type(estimator).__name__
    _check_names(name, getattr(estimator, "feature_names_in_", None), columns.names)
    if len(columns.values) != estimator.n_features_in_:
        raise InputError(
            f"X has {len(columns.values)} features, but {name} is expecting {estimator.n_features_in_} features as "
            f"input."
        )


def _check_once(who: str, names: Sequence[str]) -> None:
    """Raise InputError where two columns have one name: a saved model finds its columns by their names."""
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise InputError(f"{who} got the column {name!r} twice; expected every name once. Rename one, or drop it.")


def _check_names(name: str, fitted: Sequence[str] | None, given: Sequence[str] | None) -> None:
    if fitted is None and given is not None:
        warnings.warn(f"X has feature names, but {name} was fitted without feature names", stacklevel=5)
    if fitted is not None and given is None:
        warnings.warn(f"X does not have valid feature names, but {name} was fitted with feature names", stacklevel=5)
    if fitted is None or given is None or list(fitted) == list(given):
        return
    unseen, missing = sorted(set(given) - set(fitted)), sorted(set(fitted) - set(given))
    message = "The feature names should match those that were passed during fit.\n"
    if unseen:
        message += "Feature names unseen at fit time:\n" + _listed(unseen)
    if missing:
        message += "Feature names seen at fit time, yet now missing:\n" + _listed(missing)
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    raise InputError(message)


def _listed(names: Sequence[str]) -> str:
    more = "- ...\n" if len(names) > MOST_NAMED else ""
    return "".join(f"- {name}\n" for name in names[:MOST_NAMED]) + more
