"""Prediction sets: the classes an answer may be, right with a stated probability, or none: "I don't know".

Split conformal prediction. On n held-out examples, drawn as those to come, the nonconformity score is

    s = 1 − probability of the true class                                                (1)

and the threshold is their ⌈(n + 1) coverage⌉-th smallest,                               (2)

so that the set of classes with s ≤ threshold contains the true class with at least the stated probability, over
held-out and new examples together, whatever the network. An easy example gets one class, a hard one several.

Refusal: an example unlike all held-out ones gets the empty set. How unlike is measured where the network itself sorts:
the distance of the last hidden layer's activations to the mean of the predicted class, each standardized. Half of the
held-out examples give the means, the other half the threshold (2), with its own share of the examples that may be
refused, so that coverage holds for both together: sets miss α₁ and refusals α₂ with α₁ + α₂ = 1 − coverage.

Sources: Vovk, Gammerman, Shafer 2005, "Algorithmic learning in a random world"; Sadinle, Lei, Wasserman 2019, "Least
ambiguous set-valued classifiers with bounded error levels".
"""

import math
from dataclasses import dataclass

import numpy as np

from byhand.arguments import check_kind, check_number
from byhand.arrays import Array, check_input
from byhand.data.examples import Examples
from byhand.errors import DataError, OptionError
from byhand.layers import Dense, Softmax
from byhand.network import Network
from byhand.preprocessing import InputScaler

REFUSED_SHARE = 0.2  # of the errors that coverage allows, those that may be refusals
MIN_DEVIATION = 1e-3  # of a unit's activations, as a share of the largest: one that never moves says little


@dataclass(frozen=True, eq=False)
class PredictionSets:
    """is_in_set : (n, k)   refused : (n,), whose sets are empty because they are unlike anything held out"""

    is_in_set: Array
    refused: Array

    def __len__(self) -> int:
        return len(self.refused)

    def classes(self, i: int) -> list[int]:
        """Return the classes in the set of example i; empty: I don't know."""
        return [int(k) for k in np.flatnonzero(self.is_in_set[i])]

    def coverage(self, y: Array) -> float:
        """Return the share of examples whose set contains their class y (n,)."""
        return float(self.is_in_set[np.arange(len(y)), y].mean())

    @property
    def mean_size(self) -> float:
        """The mean number of classes in a set."""
        return float(self.is_in_set.sum(axis=1).mean())


@dataclass(frozen=True, eq=False)
class ConformalPredictor:
    """What calibration found, and the network it belongs to.

    coverage : that was asked for   n : held-out examples   threshold : of 1 − probability
    distance_threshold : of the distance to the predicted class   means, deviations : (k, units), (units,)
    """

    network: Network
    preparation: InputScaler
    coverage: float
    n: int
    threshold: float
    distance_threshold: float
    means: Array
    deviations: Array

    def sets(self, raw: Array) -> PredictionSets:
        """Return the prediction sets of examples raw (n, features), as stored."""
        check_input("prediction sets", raw, self.network.widths[0])
        features, proba = _features_and_probabilities(self.network, self.preparation.apply(raw))
        distance = _distances(features, proba.argmax(axis=1), self.means, self.deviations)
        refused = distance > self.distance_threshold
        return PredictionSets((1 - proba <= self.threshold) & ~refused[:, None], refused)


def conformal_predictor(network: Network, held_out: Examples, coverage: float = 0.99) -> ConformalPredictor:
    """Calibrate prediction sets on held-out examples, which must not have been trained on.

    coverage : the share of answers whose set shall contain the true class, at least
    Raises DataError for too few examples or other answers than classes, OptionError for another coverage.
    """
    check_kind("conformal_predictor", "network", network, Network, "a Network; of a model, its .network")
    check_kind("conformal_predictor", "held_out", held_out, Examples, "Examples, as data.validation")
    check_number("conformal_predictor", "coverage", coverage, lambda c: 0.5 <= c < 1, "a share from 0.5 to below 1")
    k = network.widths[-1]
    if k < 2:
        raise OptionError("conformal_predictor got a network of one output; expected one output a class.")
    if not held_out.is_classes:
        raise DataError("conformal_predictor got examples without classes; expected held-out examples with labels.")
    refused = (1 - coverage) * REFUSED_SHARE
    needed = 2 * math.ceil(1 / refused)  # half of them measure distances
    if len(held_out) < needed:
        raise DataError(
            f"conformal_predictor got {len(held_out)} held-out examples; a coverage of {coverage:g} needs {needed}."
        )
    features, proba = _features_and_probabilities(network, held_out.x)
    scores = 1 - proba[np.arange(len(held_out)), held_out.y]  # (1)
    predicted = proba.argmax(axis=1)
    means, deviations = _class_statistics(features[::2], predicted[::2], k)
    distances = _distances(features[1::2], predicted[1::2], means, deviations)
    return ConformalPredictor(
        network,
        held_out.preparation,
        coverage,
        len(held_out),
        conformal_quantile(scores, coverage + refused),
        conformal_quantile(distances, 1 - refused),
        means,
        deviations,
    )


def _features_and_probabilities(network: Network, x: Array) -> tuple[Array, Array]:
    """Return the input of the last dense layer and the classes' probabilities: (n, units), (n, k)."""
    trace = network.forward(x)
    features = next(record.x for record in reversed(trace.steps) if isinstance(record.layer, Dense))
    proba = trace.output if isinstance(network.layers[-1], Softmax) else Softmax().forward(trace.output)[0]
    return features.astype(np.float64), proba.astype(np.float64)


def _class_statistics(features: Array, predicted: Array, k: int) -> tuple[Array, Array]:
    """Return each class's mean (k, units), of all where it was never predicted, and deviations within (units,)."""
    means = np.array(
        [features[predicted == c].mean(axis=0) if (predicted == c).any() else features.mean(axis=0) for c in range(k)]
    )
    deviations = np.sqrt(((features - means[predicted]) ** 2).mean(axis=0))
    return means, np.maximum(deviations, MIN_DEVIATION * max(float(deviations.max()), np.finfo(float).tiny))


def _distances(features: Array, predicted: Array, means: Array, deviations: Array) -> Array:
    """Return how far each example's features are from the mean of its predicted class, in deviations: (n,)."""
    return np.sqrt((((features - means[predicted]) / deviations) ** 2).mean(axis=1))


def conformal_quantile(scores: Array, coverage: float) -> float:
    """Return (2): the ⌈(n + 1) coverage⌉-th smallest score; infinite if there are too few.

    >>> conformal_quantile(np.array([0.3, 0.1, 0.2, 0.4]), 0.8)
    0.4
    """
    rank = math.ceil((len(scores) + 1) * coverage - 1e-9)  # 1e-9: 0.8 · 5 may be 4.000000000000001
    return math.inf if rank > len(scores) else float(np.sort(scores)[rank - 1])
