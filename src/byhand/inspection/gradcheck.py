"""Gradient checks: compare backpropagation with numerical differentiation.

Two ways to differentiate L with respect to a parameter w without the chain rule:

    complex step          dL/dw ≈ Im L(w + ih) / h                              (1)
    central differences   dL/dw ≈ (L(w + h) − L(w − h)) / 2h                    (2)

(2) subtracts two nearly equal numbers, so its error is about 1e-8 at best, for any h. (1) subtracts
nothing: h may be 1e-200, and the result is exact to rounding. It requires every formula to work on complex numbers,
which is why the layers are written for any dtype. Source of (1): Squire & Trapp 1998.

The error of an array is the largest difference divided by the largest entry of the two,

    max |g − ĝ| / max(max |g|, max |ĝ|, G / 100)                                 (3)

so that an entry near zero does not dominate it. G is the largest gradient anywhere in the network:
some gradients are zero by nature (of a bias in front of batch normalisation), and only rounding remains of them.
The error of a gradient that is missing, not finite or of another shape is infinite.

At the kink of a ReLU, z = 0 exactly, there is no derivative to compare with: use biases that avoid it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array, Params, check_input, check_numbers
from byhand.errors import lookup
from byhand.losses import Loss, loss_for
from byhand.network import Network
from byhand.random import DROPOUT, RandomStream

COMPLEX_STEP = 1e-200
CENTRAL_STEP = 1e-5  # of weights near 1: balances the rounding of (2) against its curvature
TOLERANCE = {"complex": 1e-11, "central": 1e-6}


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """errors : name of the parameter ("x" for the input) → error (3)   tolerance : of the method."""

    method: str
    errors: dict[str, float]
    tolerance: float

    @property
    def worst(self) -> float:
        """The largest error of any array."""
        return max(self.errors.values())

    @property
    def is_right(self) -> bool:
        """Is every gradient within the method's tolerance?"""
        return self.worst <= self.tolerance

    def __repr__(self) -> str:
        found = "right" if self.is_right else "WRONG"
        return f"<GradientCheck by {self.method}: {found}, largest error {self.worst:.1e} of {len(self.errors)} arrays>"

    def __str__(self) -> str:
        lines = [
            f"{name:<12}{error:9.1e}  {'ok' if error <= self.tolerance else 'WRONG'}"
            for name, error in self.errors.items()
        ]
        return "\n".join([f"gradient check by {self.method}, tolerance {self.tolerance:.0e}", *lines])


def gradient_check(
    network: Network,
    loss: Loss | str,
    x: Array,
    y: Array,
    *,
    method: str = "complex",
    training: bool = True,
    seed: int = 0,
) -> GradientCheck:
    """Compare every gradient of backpropagation with a numerical one. The network is not changed.

    x : (n, n_in)   y : (n,) labels or (n, k) targets; a few examples are enough
    method : "complex" (1) or "central" (2)
    training : check the training mode of dropout and batch normalisation   seed : of dropout's masks
    """
    check_kind("gradient_check", "network", network, Network, "a Network")
    loss = loss_for("gradient_check", loss)
    check_input("gradient_check", x, network.widths[0])
    check_numbers("gradient_check", "y", y)
    differentiate, dtype = lookup("method", method, {"complex": (_complex, complex), "central": (_central, float)})
    learner = network.astype(dtype)
    inputs: Array = np.array(x, dtype=dtype)

    def value() -> complex:
        trace = learner.forward(inputs, training=training, rng=RandomStream(seed, DROPOUT))
        return complex(loss.forward(trace.output, y)[0])

    found = backpropagated(network.astype(float), loss, np.array(x, dtype=float), y, training=training, seed=seed)
    arrays = {**learner.params, "x": inputs}
    expected = {name: differentiate(value, array) for name, array in arrays.items()}
    floor = max(float(np.abs(gradient).max(initial=0)) for gradient in expected.values()) / 100
    errors = {name: _error(found.get(name), expected[name], floor) for name in arrays}
    return GradientCheck(method, errors, TOLERANCE[method])


def backpropagated(network: Network, loss: Loss, x: Array, y: Array, *, training: bool, seed: int) -> Params:
    """Return the gradients of backpropagation: of every parameter and, as "x", of the input."""
    trace = network.forward(x, training=training, rng=RandomStream(seed, DROPOUT))
    _, saved = loss.forward(trace.output, y)
    grads = network.backward(loss.backward(saved), trace)
    first = trace.steps[0]
    dx, _ = first.layer.backward(np.asarray(first.dy), first.saved)  # which the network itself does not compute
    return grads if dx is None else {**grads, "x": dx}


def _complex(value: Callable[[], complex], array: Array) -> Array:
    """Return the derivative of value() by each entry of `array`, by (1)."""
    gradient = np.zeros(array.shape)
    for entry in _entries(array):
        before = array[entry]
        array[entry] = before + 1j * COMPLEX_STEP
        gradient[entry] = value().imag / COMPLEX_STEP
        array[entry] = before
    return gradient


def _central(value: Callable[[], complex], array: Array) -> Array:
    """Return the derivative of value() by each entry of `array`, by (2)."""
    gradient = np.zeros(array.shape)
    for entry in _entries(array):
        before = array[entry]
        array[entry] = before + CENTRAL_STEP
        above = value().real
        array[entry] = before - CENTRAL_STEP
        gradient[entry] = (above - value().real) / (2 * CENTRAL_STEP)
        array[entry] = before
    return gradient


def _entries(array: Array) -> Iterator[tuple[int, ...]]:
    return np.ndindex(*array.shape)


def _error(found: Array | None, expected: Array, floor: float) -> float:
    """Return (3); where all gradients are zero throughout, they agree."""
    if found is None or found.shape != expected.shape or not np.isfinite([found, expected]).all():
        return math.inf
    largest = max(np.abs(found).max(initial=0), np.abs(expected).max(initial=0), floor)
    return float(np.abs(found - expected).max(initial=0) / largest) if largest else 0.0
