"""Many starts of small networks on XOR: how many find the answer. A seed is a population of starts."""

import numpy as np

from byhand import data
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.layers.sigmoid import sigmoid
from byhand.recipes.random_restarts import train_restarts


def run_seed(experiment: Experiment, material: None, seed: int) -> Values:
    """Train the seed's population of every trial: seed 1 is the starts 0 … n − 1, seed 2 the next n."""
    corners = data.xor().train
    found: Values = {}
    for trial in experiment.trials:
        settings = trial.settings
        logits = train_restarts(
            corners.x.astype(np.float64),
            corners.y,
            settings["hidden"],
            n_starts=settings["starts"],
            steps=settings["steps"],
            learning_rate=settings["learning_rate"],
            activation=settings["activation"],
            first_seed=(seed - 1) * settings["starts"],
        )[:, :, 0]
        right = ((logits > 0) == corners.y).sum(axis=1)  # of four, for each start
        found[trial.name] = {
            "solved": float((right == 4).mean()),
            "three_right": float((right == 3).mean()),
            "from_half": float(np.abs(sigmoid(logits) - 0.5).mean()),
        }
    return found
