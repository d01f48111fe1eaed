"""Robustness: how far all inputs may change before another class wins, bounded from both sides.

From below, certified (CROWN). Where a unit's z lies in [low, high] across 0, its output lies between two lines in z. So
the margin over another class is bounded from below by a linear function of the inputs, whose minimum over all allowed
changes is a sum. If that is positive for every class, no change of up to r alters the prediction. The exact boundary is
farther out. Source: Zhang, Weng, Chen, Hsieh, Daniel 2018, "Efficient neural network robustness certification with
general activation functions".

From above, by attack (iterative FGSM). Every input is moved by r in the direction in which another class gains, by the
sign of the gradient, several times. Source: Goodfellow, Shlens, Szegedy 2015, "Explaining and harnessing adversarial
examples".
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from byhand.arrays import Array
from byhand.errors import OptionError
from byhand.inspection.attribution import (
    logit_margin_gradient,
    piecewise_linear_layers,
    preactivations,
    slope_below_0,
)
from byhand.lowering import FusedDense
from byhand.network import Network
from byhand.preprocessing import InputScaler

BISECTIONS, ATTACK_STEPS = 12, 6
MARGIN = 1e-6  # the smallest margin that counts, far above rounding


Range: TypeAlias = tuple[Array, Array]  # least, largest


@dataclass(frozen=True, eq=False)
class RobustnessQuery:
    """An example and how it may change.

    raw : (n_in,), as stored   preparation : the network's input scaling
    lowest, highest : the range of stored values, 0 and 255 for bytes
    """

    layers: list[FusedDense]
    raw: Array
    preparation: InputScaler
    lowest: float = 0.0
    highest: float = 255.0

    def scaled(self, raw: Array) -> Array:
        """Return the network's inputs for stored values, both (n_in,); float64."""
        return self.preparation.apply(raw, np.float64)

    def predicted_class(self, raw: Array) -> int:
        """Return the class that the network predicts for stored values (n_in,)."""
        return int(preactivations(self.layers, self.scaled(raw))[-1].argmax())

    def input_range(self, radius: float) -> Range:
        """Return the least and largest scaled value of each input for changes of up to radius."""
        ends = [self.scaled(np.clip(self.raw + step, self.lowest, self.highest)) for step in (-radius, radius)]
        return np.minimum(*ends), np.maximum(*ends)


@dataclass(frozen=True, eq=False)
class Adversarial:
    """raw : (n_in,) the example with each value changed by up to `radius`, which is predicted as another class."""

    raw: Array
    radius: int


def robustness_query(
    network: Network, raw: Array, preparation: InputScaler, lowest: float = 0.0, highest: float = 255.0
) -> RobustnessQuery:
    """Return a query. Raises OptionError for one output, or activations other than ReLU and leaky ReLU."""
    if network.widths[-1] < 2:
        raise OptionError("robustness got a network with one output; expected two classes or more.")
    return RobustnessQuery(piecewise_linear_layers(network), np.asarray(raw, np.float64), preparation, lowest, highest)


def certified_radius(query: RobustnessQuery) -> float:
    """Return r such that no change of up to r in any or all of the raw inputs alters the prediction."""
    best = query.predicted_class(query.raw)
    certified, beyond = 0.0, query.highest - query.lowest
    for _ in range(BISECTIONS):
        middle = (certified + beyond) / 2
        if _is_certified(query, best, middle):
            certified = middle
        else:
            beyond = middle
    return certified


def _is_certified(query: RobustnessQuery, best: int, radius: float) -> bool:
    """Return whether the margin of `best` over every other class stays positive for all changes of up to radius."""
    input_range = query.input_range(radius)
    bounds: list[Range] = []
    for i in range(len(query.layers) - 1):
        every_unit = np.eye(query.layers[i].n_out)
        low, high = (sign * _lower_bound(query, i, sign * every_unit, bounds, input_range) for sign in (1, -1))
        bounds.append((low, high))
    n_classes = query.layers[-1].n_out
    margins = np.eye(n_classes)[best] - np.delete(np.eye(n_classes), best, axis=0)
    return bool((_lower_bound(query, len(query.layers) - 1, margins, bounds, input_range) > MARGIN).all())


def _lower_bound(query: RobustnessQuery, last: int, slopes: Array, bounds: list[Range], input_range: Range) -> Array:
    """Return (rows,): a lower bound of slopes (rows, units) · z of layer `last`.

    bounds : of z of the layers before it
    """
    constant = np.zeros(len(slopes))
    for i in range(last, -1, -1):
        constant = constant + slopes @ query.layers[i].b
        slopes = slopes @ query.layers[i].W.T
        if i > 0:
            upper, intercept, lower = _relaxation(slope_below_0(query.layers[i - 1]), *bounds[i - 1])
            constant = constant + np.minimum(slopes, 0) @ intercept
            slopes = np.where(slopes < 0, slopes * upper, slopes * lower)
    low, high = input_range
    least: Array = constant + slopes @ ((low + high) / 2) - np.abs(slopes) @ ((high - low) / 2)
    return least


def _relaxation(below: float, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Return slope and intercept of the line above each activation, and the slope of that below it, through 0."""
    crosses = (low < 0) & (high > 0)
    width = np.where(crosses, high - low, 1.0)
    upper = np.where(crosses, (high - below * low) / width, np.where(low >= 0, 1.0, below))
    intercept = np.where(crosses, below * low - upper * low, 0.0)
    return upper, intercept, np.where((low >= 0) | ((high > 0) & (high > -low)), 1.0, below)


def find_adversarial(query: RobustnessQuery) -> Adversarial | None:
    """Return an adversarial example with the least whole radius at which one was found, or None."""
    best, most = query.predicted_class(query.raw), int(query.highest - query.lowest)
    resists, yields, found = 0, 1, None
    while found is None and resists < most:  # 1, 2, 4, …: a small change suffices for most
        yields = min(yields, most)
        found = _attack(query, best, yields)
        if found is None:
            resists, yields = yields, 2 * yields
    if found is None:
        return None
    while yields - resists > 1:
        middle = (resists + yields) // 2
        perturbed = _attack(query, best, middle)
        if perturbed is None:
            resists = middle
        else:
            found, yields = perturbed, middle
    return Adversarial(found, yields)


def _attack(query: RobustnessQuery, best: int, radius: float) -> Array | None:
    """Return the example changed by up to radius so that another class wins, or None where the search fails."""
    for target in range(query.layers[-1].n_out):
        perturbed = query.raw
        for _ in range(ATTACK_STEPS if target != best else 0):
            zs = preactivations(query.layers, query.scaled(perturbed))
            gradient = logit_margin_gradient(query.layers, zs, target, best) * query.preparation.derivative(perturbed)
            stepped = np.where(gradient == 0, perturbed, query.raw + radius * np.sign(gradient))
            perturbed = np.clip(stepped, query.lowest, query.highest)
            if query.predicted_class(perturbed) != best:
                return perturbed
    return None
