"""How sure an answer is, from both sides: how far all inputs may move before another class wins.

From below, proved. Where a unit's z lies in [low, high] across 0, what goes out of it lies between two lines in z. So a
lead over another class is never under a linear function of the inputs, whose least value over all allowed changes is a
sum. If that is above 0 for every class, no change of up to r alters the answer. The exact boundary is farther out.
Source: Zhang, Weng, Chen, Hsieh, Daniel 2018, "Efficient neural network robustness certification with general
activation functions" (CROWN).

From above, found. Every input is pushed by r to where another class gains; the gradient tells where, again and again.
Source: Goodfellow, Shlens, Szegedy 2015, "Explaining and harnessing adversarial examples".
"""

from dataclasses import dataclass

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

HALVINGS, PUSHES = 12, 6
MARGIN = 1e-6  # of doubles; a lead of this much is one


@dataclass(frozen=True, eq=False)
class RobustnessQuery:
    """An example and how it may change.

    stored : (n_in,), as grey levels   preparation : what makes of them what the network sees
    lowest, highest : what can be stored, 0 and 255 for bytes
    """

    layers: list[FusedDense]
    stored: Array
    preparation: InputScaler
    lowest: float = 0.0
    highest: float = 255.0

    def prepared(self, stored: Array) -> Array:
        return self.preparation.apply(stored, np.float64)

    def winner(self, stored: Array) -> int:
        return int(preactivations(self.layers, self.prepared(stored))[-1].argmax())

    def ends(self, radius: float) -> tuple[Array, Array]:
        """Return the inputs' least and largest prepared values for changes of up to radius."""
        ends = [self.prepared(np.clip(self.stored + step, self.lowest, self.highest)) for step in (-radius, radius)]
        return np.minimum(*ends), np.maximum(*ends)


@dataclass(frozen=True, eq=False)
class Adversarial:
    """changed : (n_in,) what is stored, changed by up to `radius` each, which gets another answer."""

    changed: Array
    radius: int


def question(
    network: Network, stored: Array, preparation: InputScaler, lowest: float = 0.0, highest: float = 255.0
) -> RobustnessQuery:
    """Return what `radius` and `flip` ask of. Raises OptionError for a network that is not ReLU, or of one output."""
    if network.widths[-1] < 2:
        raise OptionError("a network with one output has no other class that could win.")
    return RobustnessQuery(
        piecewise_linear_layers(network), np.asarray(stored, np.float64), preparation, lowest, highest
    )


def radius(asked: RobustnessQuery) -> float:
    """Return r: no change of up to r in any or all of the stored numbers alters the answer. Proved."""
    best = asked.winner(asked.stored)
    holding, beyond = 0.0, asked.highest - asked.lowest
    for _ in range(HALVINGS):
        middle = (holding + beyond) / 2
        if _holds(asked, best, middle):
            holding = middle
        else:
            beyond = middle
    return holding


def _holds(asked: RobustnessQuery, best: int, radius: float) -> bool:
    """Return whether the lead of `best` over every other class stays positive for all changes of up to radius."""
    ends = asked.ends(radius)
    bounds: list[tuple[Array, Array]] = []
    for i in range(len(asked.layers) - 1):
        every_unit = np.eye(asked.layers[i].W.shape[1])
        bounds.append((_least(asked, i, every_unit, bounds, ends), -_least(asked, i, -every_unit, bounds, ends)))
    n_classes = asked.layers[-1].W.shape[1]
    leads = np.eye(n_classes)[best] - np.delete(np.eye(n_classes), best, axis=0)
    return bool((_least(asked, len(asked.layers) - 1, leads, bounds, ends) > MARGIN).all())


def _least(
    asked: RobustnessQuery, last: int, slopes: Array, bounds: list[tuple[Array, Array]], ends: tuple[Array, Array]
) -> Array:
    """Return (rows,): what slopes (rows, units) · z of layer `last` is never under."""
    constant = np.zeros(len(slopes))
    for i in range(last, -1, -1):
        constant = constant + slopes @ asked.layers[i].b
        slopes = slopes @ asked.layers[i].W.T
        if i > 0:
            upper, lift, lower = _lines(slope_below_0(asked.layers[i - 1]), *bounds[i - 1])
            constant = constant + np.minimum(slopes, 0) @ lift
            slopes = np.where(slopes < 0, slopes * upper, slopes * lower)
    low, high = ends
    least: Array = constant + slopes @ ((low + high) / 2) - np.abs(slopes) @ ((high - low) / 2)
    return least


def _lines(below: float, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Return slope and lift of the line above each unit, and the slope of the line below it, through 0."""
    bent = (low < 0) & (high > 0)
    width = np.where(bent, high - low, 1.0)
    upper = np.where(bent, (high - below * low) / width, np.where(low >= 0, 1.0, below))
    lift = np.where(bent, below * low - upper * low, 0.0)
    return upper, lift, np.where((low >= 0) | ((high > 0) & (high > -low)), 1.0, below)


def flip(asked: RobustnessQuery) -> Adversarial | None:
    """Return a change that gets another answer, with the least whole radius at which one was found, or None."""
    best, most = asked.winner(asked.stored), int(asked.highest - asked.lowest)
    holding, flipping, found = 0, 1, None
    while found is None and holding < most:  # 1, 2, 4, …: most answers flip early
        flipping = min(flipping, most)
        found = _flipped(asked, best, flipping)
        if found is None:
            holding, flipping = flipping, 2 * flipping
    if found is None:
        return None
    while flipping - holding > 1:
        middle = (holding + flipping) // 2
        changed = _flipped(asked, best, middle)
        if changed is None:
            holding = middle
        else:
            found, flipping = changed, middle
    return Adversarial(found, flipping)


def _flipped(asked: RobustnessQuery, best: int, radius: float) -> Array | None:
    """Return a change of up to radius that another class wins, or None where the search finds none."""
    for target in range(asked.layers[-1].W.shape[1]):
        changed = asked.stored
        for _ in range(PUSHES if target != best else 0):
            zs = preactivations(asked.layers, asked.prepared(changed))
            way = logit_margin_gradient(asked.layers, zs, target, best) * asked.preparation.scale
            pushed = np.where(way == 0, changed, asked.stored + radius * np.sign(way))
            changed = np.clip(pushed, asked.lowest, asked.highest)
            if asked.winner(changed) != best:
                return changed
    return None
