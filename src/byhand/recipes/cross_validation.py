"""Cross-validation for data sets too small for a test set: each fold is tested by a network that never saw it."""

from dataclasses import replace

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Dataset
from byhand.data.split import k_folds, stratified_split
from byhand.preprocessing import fit_scaler
from byhand.recipes.build import build_network, build_optimizer, build_plan
from byhand.recipes.recipe import Recipe
from byhand.training.evaluate import Evaluation, classification_metrics, evaluate
from byhand.training.state import TrainingState
from byhand.training.train import train

N_FOLDS = 5
VALIDATION_FRACTION = 1 / 6  # of a fold's training examples, where it stops early


def cross_validate(recipe: Recipe, dataset: Dataset, *, seed: int | None) -> Evaluation:
    """Return the pooled predictions of five networks, each for the fifth that it was not trained on.

    seed : shuffles and stratifies the folds; None cuts them in file order
    """
    everything = dataset.train
    outputs, labels = [], []
    for held_out in k_folds(everything.y, N_FOLDS, seed):
        rest = np.setdiff1d(np.arange(len(everything)), held_out)
        part = _prepared_by(recipe, dataset, rest)
        network, plan = build_network(recipe, part), build_plan(recipe, part)
        state = TrainingState(network, build_optimizer(recipe, network))
        for _ in train(state, part.train, plan, validation=part.validation):
            pass
        tested = replace(everything.take(held_out), preparation=part.train.preparation)
        outputs.append(evaluate(network, tested, loss=plan.loss).output)
        labels.append(tested.y)
    return classification_metrics(np.concatenate(outputs), np.concatenate(labels))


def _prepared_by(recipe: Recipe, dataset: Dataset, rows: Array) -> Dataset:
    """Return a data set of these training rows only, its preparation learned from them alone."""
    part = dataset.train.take(rows)
    preparation = fit_scaler(recipe.scaling, part.raw, low=0, high=float(dataset.train.raw.max()))
    part = replace(part, preparation=preparation)
    if not recipe.patience:
        return replace(dataset, train=part, validation=None)
    kept, watched = stratified_split(part.y, VALIDATION_FRACTION, recipe.seed)  # early stopping needs examples to watch
    return replace(dataset, train=part.take(kept), validation=part.take(watched))
