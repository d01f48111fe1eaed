"""Errors of the estimators: in byhand's tree, and of the types that scikit-learn's users catch."""

import sys

from byhand.errors import ByhandError


class InputError(ByhandError, ValueError):
    """X, y or weights that an estimator cannot use."""

    exit_code = 3


class InputTypeError(ByhandError, TypeError):
    """X or y of a type that an estimator cannot use."""

    exit_code = 3


class NotFittedError(ByhandError, ValueError, AttributeError):
    """An estimator was asked before it was fitted."""


def not_fitted_error(message: str) -> Exception:
    """Return scikit-learn's NotFittedError where that is loaded, so that its callers catch it, else byhand's."""
    if "sklearn" in sys.modules:
        from sklearn.exceptions import NotFittedError as SklearnNotFittedError

        error: Exception = SklearnNotFittedError(message)
        return error
    return NotFittedError(message)
