"""Out of distribution: how confident is a network on pictures that are not digits, and does a threshold reject them?

The threshold is the confidence that one in twenty validation digits stays below. The test digits are used once.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.experiments.experiment_data import ExperimentData, make_run, permute_columns, train_run
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.layers.softmax import softmax
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream
from byhand.training.evaluate import evaluate

REJECTION_RATE = 0.05  # of the validation digits
HIGH_CONFIDENCE = 0.9
SHUFFLED, NOISE = 0, 1  # which numbers of the seed's stream for data: its epoch


def run_seed(experiment: Experiment, material: ExperimentData, seed: int) -> Values:
    """Train one network; show it every kind of picture."""
    settings = experiment.trials[0].settings
    network = train_run(make_run(settings, material.dataset, material.train(settings, seed), seed))
    threshold = float(np.quantile(confidences(network, material.validation(settings)).max(axis=1), REJECTION_RATE))
    test = material.test(settings)
    found: Values = {}
    for trial in experiment.trials:
        proba = confidences(network, _pictures(trial.settings["pictures"], test, seed))
        top = proba.max(axis=1)
        counts = np.bincount(proba.argmax(axis=1), minlength=proba.shape[1])
        found[trial.name] = {
            "top_probability": float(top.mean()),
            "sure": float((top > HIGH_CONFIDENCE).mean()),
            "refused": float((top < threshold).mean()),
            "favourite": float(counts.argmax()),
            "favourite_share": float(counts.max() / len(top)),
        }
    return found


def confidences(network: Network, examples: Examples) -> Array:
    """Return the probabilities (n, k)."""
    return softmax(evaluate(network, examples).output)


def _pictures(kind: str, test: Examples, seed: int) -> Examples:
    """Return the test digits, or as many pictures that are not digits."""
    kinds: dict[str, Any] = {
        "digits": lambda: test,
        "shuffled": lambda: permute_columns(test, RandomStream(seed, DATA, SHUFFLED).order(test.n_features)),
        "negative": lambda: replace(test, preparation=_negative(test.preparation)),
        "noise": lambda: _noise(test, seed),
    }
    return kinds[kind]()


def _negative(unit: InputScaler) -> InputScaler:
    """Return the preparation that exchanges ink and paper: x → 1 − x."""
    return InputScaler("unit", -unit.scale, 1 - unit.shift)


def _noise(test: Examples, seed: int) -> Examples:
    """Return as many pictures of uniform noise, every grey level of every pixel equally likely."""
    raw = RandomStream(seed, DATA, NOISE).uniform(*test.raw.shape).astype(np.float32)
    return Examples(raw, test.y, InputScaler("raw", np.asarray(1.0), np.asarray(0.0)))
