"""Errors of the estimators: in byhand's tree, and of the types that scikit-learn's users catch."""

import sys
import warnings

from byhand.errors import ByhandError


class InputError(ByhandError, ValueError):
    """X, y or weights that an estimator cannot use."""

    exit_code = 3


class InputTypeError(ByhandError, TypeError):
    """X or y of a type that an estimator cannot use."""

    exit_code = 3


class NotFittedError(ByhandError, ValueError, AttributeError):
    """An estimator was asked before it was fitted."""


def warn_of_no_convergence(who: str, n_epochs: int, patience: float) -> None:
    """Warn that the last epoch came before training had stopped by itself, as scikit-learn's warning where loaded."""
    category: type[Warning] = UserWarning
    if "sklearn" in sys.modules:
        from sklearn.exceptions import ConvergenceWarning

        category = ConvergenceWarning
    message = f"{who}: maximum iterations ({n_epochs}) reached before {patience} of them brought no improvement."
    warnings.warn(message, category, stacklevel=5)


def warn_of_unused(who: str, given: str, needs: str) -> None:
    """Warn that a parameter changes nothing; no error, since a grid of parameters has such pairs."""
    warnings.warn(f"{who} got {given}, which changes nothing without {needs}.", UserWarning, stacklevel=4)


def not_fitted_error(message: str) -> Exception:
    """Return scikit-learn's NotFittedError where that is loaded, so that its callers catch it, else byhand's."""
    if "sklearn" in sys.modules:
        from sklearn.exceptions import NotFittedError as SklearnNotFittedError

        error: Exception = SklearnNotFittedError(message)
        return error
    return NotFittedError(message)
