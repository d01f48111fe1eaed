"""Moved digits: a network tested on pictures moved by more and more pixels, trained with moves and without."""

from byhand.experiments.material import Material, begun, trained
from byhand.experiments.result import Values
from byhand.experiments.table import Experiment
from byhand.training.evaluate import evaluate
from byhand.training.moved import moved_accuracy


def one_seed(experiment: Experiment, material: Material, seed: int) -> Values:
    """Train every trial; test it on the test digits as they are and moved left, right, up and down."""
    found: Values = {}
    for trial in experiment.trials:
        train, test = material.train(trial.settings, seed), material.test(trial.settings)
        network = trained(begun(trial.settings, material.dataset, train, seed))
        shape = material.dataset.image_shape or (1, 1)
        found[trial.name] = {"moved_0": evaluate(network, test).accuracy or 0.0}
        for pixels in trial.settings["moves"]:
            found[trial.name][f"moved_{pixels}"] = moved_accuracy(network, test, shape, pixels)
    return found
