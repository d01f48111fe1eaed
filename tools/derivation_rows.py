"""Numbers, arrays and gradients as lines of text, for the examples of docs/derivations/."""

import unicodedata
from collections.abc import Callable

import numpy as np

from byhand.arrays import Array
from byhand.layers import Dense, Layer
from byhand.losses import Loss

DIGITS = 4  # shown; what lies exactly between two is first rounded to 8, so that all machines agree
STEP = 1e-5
LABEL, MARGIN = 34, 39  # columns of a line: what it is, its equation, then the numbers


def number(value: float, digits: int = DIGITS) -> str:
    """Return the value to `digits` digits after the point, without a minus in front of zero."""
    return f"{round(round(float(value), 8), digits) + 0.0:.{digits}f}"


def short(value: float) -> str:
    """Return the value without trailing zeros, in brackets when negative: for sums written out."""
    text = number(value).rstrip("0").rstrip(".")
    return f"({text})" if value < 0 else text


def rows(label: str, values: Array | list[float] | float, equation: str = "") -> list[str]:
    """Return an array as lines, one for each of its rows, with as many digits as it needs."""
    table = np.atleast_2d(np.asarray(values, dtype=float))
    digits = next(d for d in range(DIGITS + 1) if d == DIGITS or np.allclose(table, table.round(d), atol=1e-7, rtol=0))
    texts = ["".join(f"{number(value, digits):>9}" for value in row) for row in table]
    first = label + " " * (LABEL - sum(not unicodedata.combining(mark) for mark in label)) + f"{equation:<5}"
    return [(first if i == 0 else " " * MARGIN) + text for i, text in enumerate(texts)]


def nudged(loss: Callable[[Array], float], array: Array) -> Array:
    """Return the slope of loss(array) by each entry: a little more, a little less, the difference."""
    slopes = np.zeros_like(array)
    for entry in np.ndindex(*array.shape):
        more, less = array.copy(), array.copy()
        more[entry] += STEP
        less[entry] -= STEP
        slopes[entry] = (loss(more) - loss(less)) / (2 * STEP)
    return slopes


def gradient(label: str, found: Array | None, loss: Callable[[Array], float], array: Array, equation: str) -> list[str]:
    """Return the rows of a gradient by the formula and by nudging `array`. Raises ValueError where they differ."""
    slopes = nudged(loss, array)
    if found is None or not np.allclose(found, slopes, atol=1e-7):
        raise ValueError(f"{label}: the formula gives {found}, nudging gives {slopes}.")
    beside = rows("", slopes)
    notes = ["   nudged", *[" " * 9] * (len(beside) - 1)]
    return [
        line + note + right[MARGIN:]
        for line, note, right in zip(rows(label, found, equation), notes, beside, strict=True)
    ]


def of_activation(layer: Layer, z: Array, da: Array, forward: str, backward: str) -> list[str]:
    """Return one row of z through an activation and back."""
    a, saved = layer.forward(z)
    dz, _ = layer.backward(da, saved)
    return [
        *rows("z", z),
        *rows(forward, a, "(1)"),
        *rows("da, from above", da),
        *gradient(backward, dz, lambda moved: float((da * layer.forward(moved)[0]).sum()), z, "(2)"),
    ]


def filled(W: Array, b: Array) -> Dense:
    """Return a dense layer with these weights, in float64."""
    layer = Dense(*W.shape)
    layer.params = {"W": W, "b": b}
    return layer


def loss_of(loss: Loss, target: Array) -> Callable[[Array], float]:
    """Return the loss as a function of the output alone."""
    return lambda output: float(loss.forward(output, target)[0])
