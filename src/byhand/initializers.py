"""Initial weights. Biases always start at zero: different weights are enough to break the symmetry.

With every weight equal, every hidden unit computes the same, receives the same gradient, and stays equal for ever.
Each initializer is a function (rng, n_in, n_out) → W (n_in, n_out), float64; the layer rounds it to its dtype.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from byhand.arguments import format_value
from byhand.arrays import Array
from byhand.errors import OptionError, lookup
from byhand.random import RandomStream

Initializer: TypeAlias = Callable[[RandomStream, int, int], Array]


def zeros(rng: RandomStream, n_in: int, n_out: int) -> Array:
    """All zero: for biases, and to show why weights must not be."""
    return np.zeros((n_in, n_out))


def normal(std: float) -> Initializer:
    """Return the initializer N(0, std²): the "small random normal" of the textbooks."""
    return lambda rng, n_in, n_out: std * rng.normal(n_in, n_out)


def uniform(limit: float) -> Initializer:
    """Return the initializer U(−limit, limit)."""
    return lambda rng, n_in, n_out: limit * (2.0 * rng.uniform(n_in, n_out) - 1.0)


def he(rng: RandomStream, n_in: int, n_out: int) -> Array:
    """N(0, 2/n_in): keeps the variance of signals that pass a ReLU. Source: He et al. 2015, eq. 10."""
    return math.sqrt(2.0 / n_in) * rng.normal(n_in, n_out)


def glorot(rng: RandomStream, n_in: int, n_out: int) -> Array:
    """N(0, 2/(n_in + n_out)): a compromise between signal and gradient. Source: Glorot & Bengio 2010, eq. 12."""
    return math.sqrt(2.0 / (n_in + n_out)) * rng.normal(n_in, n_out)


def scaled(factor: float, inner: Initializer) -> Initializer:
    """Return `inner` with every weight multiplied by `factor`."""
    return lambda rng, n_in, n_out: factor * inner(rng, n_in, n_out)


INITIALIZERS: dict[str, Initializer] = {"he": he, "glorot": glorot, "zeros": zeros}  # those that need no number


def initializer_for(caller: str, initializer: Initializer | str) -> Initializer:
    """Return the initializer of this name, or the one given; raise OptionError for anything else.

    >>> initializer_for("Dense", "glorot") is glorot
    True
    """
    if isinstance(initializer, str):
        return lookup("initializer", initializer, INITIALIZERS)
    if not callable(initializer):
        raise OptionError(
            f"{caller} got initializer {format_value(initializer)}; expected one of {', '.join(INITIALIZERS)}, or a "
            f"function as byhand.initializers.normal(0.1)."
        )
    return initializer
