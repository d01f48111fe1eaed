"""Prediction sets and intervals with a stated coverage: split conformal prediction on rows that nothing learned from.

    s = 1 − p[true class]   or, for numbers, s = |y − ŷ| / spread                        (1)

q is the ⌈(n + 1) coverage⌉-th smallest s of n held-out rows. For a new row, drawn as they were, the classes with
1 − p ≤ q contain the true one, and ŷ ± q · spread contains y, with at least that probability, over held-out and new
rows together and whatever the network: inspection/conformal.py has the sources, and refusal.
"""

import math
from dataclasses import dataclass

from byhand.arguments import check_number
from byhand.arrays import Array
from byhand.estimators.errors import InputError, not_fitted_error
from byhand.inspection.conformal import conformal_quantile


@dataclass(frozen=True)
class Calibration:
    """coverage : the probability that was asked for   n : held-out rows   threshold : q of (1)"""

    coverage: float
    n: int
    threshold: float


def check_coverage(who: str, coverage: float) -> float:
    """Return the coverage; raise OptionError unless it is a probability."""
    return check_number(who, "coverage", coverage, lambda c: 0 < c < 1, "a probability between 0 and 1, as 0.9")


def calibration(who: str, scores: Array, coverage: float) -> Calibration:
    """Return what nonconformity scores (n,) of held-out rows say. Raises InputError where they are too few."""
    threshold = conformal_quantile(scores, coverage)
    if math.isinf(threshold):
        needed = math.ceil(coverage / (1 - coverage) - 1e-9)  # 1e-9: 0.9 / 0.1 is 9.000000000000002
        raise InputError(
            f"{who} got {len(scores)} held-out rows; a coverage of {coverage:g} needs {needed:,} or more. Hold more "
            f"rows back, or ask for less."
        )
    return Calibration(coverage, len(scores), threshold)


def check_calibrated(estimator: object, method: str) -> Calibration:
    """Return an estimator's calibration; raise NotFittedError where it has none."""
    found = getattr(estimator, "calibration_", None)
    if not isinstance(found, Calibration):
        name = type(estimator).__name__
        raise not_fitted_error(
            f"{name}.{method} needs held-out rows first: call conformalize(X, y, coverage=0.9) with rows that were "
            f"not trained on."
        )
    return found
