"""Removed units: what a trained network loses without some of its hidden units.

How useful a unit is, the validation digits say: their accuracy without it. The test digits are met once a trial.
"""

import numpy as np

from byhand.arrays import Array
from byhand.experiments.experiment_data import ExperimentData, make_run, train_run
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.network import Network


def run_seed(experiment: Experiment, material: ExperimentData, seed: int) -> Values:
    """Train one network; take away from it what each trial says: so many of the least or of the most useful units."""
    settings = experiment.trials[0].settings
    network = train_run(make_run(settings, material.dataset, material.train(settings, seed), seed))
    validation, test = material.validation(settings), material.test(settings)
    costs = ablation_costs(network, validation.x, validation.y)
    useless_first = np.argsort(costs, kind="stable")
    x_hidden = hidden(network, test.x)
    found: Values = {}
    for trial in experiment.trials:
        removed = {"least useful": useless_first, "most useful": useless_first[::-1]}[trial.settings["which"]]
        gone = removed[: trial.settings["removed"]]
        alive = np.ones(len(costs), dtype=bool)
        alive[gone] = False
        found[trial.name] = {
            "accuracy": accuracy_of(network, x_hidden, alive, test.y),
            "alone": float(costs[gone].sum()),
            "costs_nothing": float((costs <= 0).sum()),
        }
    return found


def hidden(network: Network, x: Array) -> Array:
    """Return what the hidden units say: the input (n, width) of the last layer."""
    return Network(network.layers[:-1]).predict(x)


def accuracy_of(network: Network, a: Array, alive: Array, y: Array) -> float:
    """Return the accuracy when only the units that are alive (width,) speak: a (n, width), y (n,)."""
    last = network.layers[-1].params
    return float(((a @ (last["W"] * alive[:, None]) + last["b"]).argmax(axis=1) == y).mean())


def ablation_costs(network: Network, x: Array, y: Array) -> Array:
    """Return how much accuracy each hidden unit's removal costs, alone: (width,), below 0 where it helps."""
    a = hidden(network, x)
    last = network.layers[-1].params
    logits = a @ last["W"] + last["b"]
    whole = float((logits.argmax(axis=1) == y).mean())
    without = [((logits - a[:, j : j + 1] * last["W"][j]).argmax(axis=1) == y).mean() for j in range(a.shape[1])]
    return whole - np.array(without)
