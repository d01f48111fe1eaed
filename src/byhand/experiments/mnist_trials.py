"""Digits: networks that differ in one setting, trained alike and tested once each.

Beside the settings of a recipe a trial may say: `train`, so many examples drawn by the seed; `order`: "by class";
`permuted`: all pictures' pixels in one other order; `fill`: every weight begins with this value; `frozen`: only the
last layer learns.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.experiments.experiment_data import ExperimentData, make_run, permute_columns, train_run
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.losses import Loss
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream
from byhand.recipes.build import build_loss
from byhand.recipes.run import Run
from byhand.training.evaluate import evaluate

LATEST = 1000  # examples: those a network was shown last
GRADIENT_OF = 100  # examples: the batch whose gradient is looked at before the training
SAME = 1e-5  # weights closer than this are the same


def run_seed(experiment: Experiment, material: ExperimentData, seed: int) -> Values:
    """Train and test every trial with this seed."""
    wanted = {measure.name for measure in (*experiment.scale, *experiment.aside)}
    return {trial.name: _one_trial(trial.settings, material, seed, wanted) for trial in experiment.trials}


def _one_trial(settings: dict[str, Any], material: ExperimentData, seed: int, wanted: set[str]) -> dict[str, float]:
    """Train one network and test it; return what is wanted of all that can be measured."""
    train, test = material.train(settings, seed), material.test(settings)
    if settings.get("permuted"):
        order = RandomStream(seed, DATA).order(train.n_features)
        train, test = permute_columns(train, order), permute_columns(test, order)
    if settings.get("order") == "by class":
        train = train.take(np.argsort(train.y, kind="stable"))
    run = make_run(settings, material.dataset, train, seed)
    if settings.get("frozen"):
        run, train, test = _last_layer_alone(run, settings, material, train, test)
    loss = build_loss(run.recipe)
    ratio = gradient_ratio(run.network, loss, train)
    network = train_run(run)
    shown = train.take(run.plan.order(len(train), run.recipe.epochs)[-LATEST:])
    measures: dict[str, Callable[[], float]] = {
        "accuracy": lambda: evaluate(network, test).accuracy or 0.0,
        "train_accuracy": lambda: evaluate(network, train).accuracy or 0.0,
        "latest_loss": lambda: evaluate(network, shown, loss=loss).loss or 0.0,
        "distinct_units": lambda: distinct_units(network),
        "silent_units": lambda: dead_units(network, test.x),
        "gradient_ratio": lambda: ratio,
        "updates": lambda: run.plan.n_steps(len(train)) * run.recipe.epochs,
        "seconds": lambda: run.seconds,
    }
    return {name: float(measure()) for name, measure in measures.items() if name in wanted}


def _last_layer_alone(
    run: Run, settings: dict[str, Any], material: ExperimentData, train: Examples, test: Examples
) -> tuple[Run, Examples, Examples]:
    """Return a run of the last layer alone, on what the layers before it say at their random start."""
    *before, last = run.network.layers
    network, as_it_is = Network(before), InputScaler("raw", np.asarray(1.0), np.asarray(0.0))
    train, test = (replace(part, raw=evaluate(network, part).output, preparation=as_it_is) for part in (train, test))
    alone = make_run({**settings, "hidden": []}, material.dataset, train, run.recipe.seed)
    alone.network.params["0.W"][...] = last.params["W"]
    return alone, train, test


def gradient_ratio(network: Network, loss: Loss, examples: Examples) -> float:
    """Return how large the gradient of the first layer's weights is beside the last's, each as the mean of |dW|."""
    batch = examples.take(slice(GRADIENT_OF))
    trace = network.forward(batch.x, training=True)
    grads = network.backward(loss.backward(loss.forward(trace.output, batch.y)[1]), trace)
    weights = [name for name in network.params if name.endswith("W")]
    first, last = (float(np.abs(grads[name]).mean()) for name in (weights[0], weights[-1]))
    return first / last if last else 0.0


def distinct_units(network: Network) -> int:
    """Return how many units of the first layer differ from each other in their weights."""
    return len(np.unique(np.round(network.params["0.W"] / SAME).astype(np.int64), axis=1).T)


def dead_units(network: Network, x: Array) -> int:
    """Return how many units of the first hidden layer say 0 or less to every example x (n, n_in)."""
    return int((Network(network.layers[:2]).predict(x).max(axis=0) <= 0).sum())
