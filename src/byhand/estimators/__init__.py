"""Estimators with scikit-learn's interface, for tables: fit, predict, score. scikit-learn itself is not needed."""

from byhand.estimators.classifier import MLPClassifier
from byhand.estimators.errors import InputError, InputTypeError, NotFittedError
from byhand.estimators.regressor import MLPRegressor

__all__ = ["InputError", "InputTypeError", "MLPClassifier", "MLPRegressor", "NotFittedError"]
