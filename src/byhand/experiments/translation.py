"""Moved digits: a network tested on pictures moved by more and more pixels, trained with moves and without."""

from byhand.experiments.experiment_data import ExperimentData, make_run, train_run
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.training.evaluate import evaluate
from byhand.training.shift_robustness import accuracy_under_shift


def run_seed(experiment: Experiment, material: ExperimentData, seed: int) -> Values:
    """Train every trial; test it on the test digits as they are and moved left, right, up and down."""
    found: Values = {}
    for trial in experiment.trials:
        train, test = material.train(trial.settings, seed), material.test(trial.settings)
        network = train_run(make_run(trial.settings, material.dataset, train, seed))
        shape = material.dataset.image_shape or (1, 1)
        found[trial.name] = {"moved_0": evaluate(network, test).accuracy or 0.0}
        for pixels in trial.settings["moves"]:
            found[trial.name][f"moved_{pixels}"] = accuracy_under_shift(network, test, shape, pixels)
    return found
