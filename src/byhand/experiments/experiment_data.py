"""What the trials on digits are made of: MNIST in each preparation a trial wants, and a network trained on it."""

import contextlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.data.mnist import mnist
from byhand.engines.selection import choose_engine
from byhand.errors import DataError, DivergedError
from byhand.network import Network
from byhand.preprocessing import InputScaler, fit_scaler
from byhand.random import SPLIT, RandomStream
from byhand.recipes.recipe import Recipe, current_names
from byhand.recipes.run import Run

FIELDS = {field.name for field in fields(Recipe)}


@dataclass(frozen=True, eq=False)
class ExperimentData:
    """MNIST, read once for all trials and seeds.

    validation : only where something is chosen by it   preparations : every one that a trial asks for
    """

    dataset: Dataset
    preparations: dict[str, InputScaler]

    @classmethod
    def read(cls, data_dir: Path | None, trials: list[dict[str, Any]], *, validation: bool) -> "ExperimentData":
        """Read MNIST, or the look-alike in data_dir. Raises DataError where there is none."""
        dataset = mnist(data_dir, validation="balanced" if validation else None)
        names = sorted({settings["preparation"] for settings in trials})
        raw = dataset.train.raw
        return cls(dataset, {name: fit_scaler(name, raw, low=0, high=255) for name in names})

    def train(self, settings: dict[str, Any], seed: int) -> Examples:
        """Return the training examples of a trial: all, or as many as it wants, drawn by the seed."""
        examples = replace(self.dataset.train, preparation=self.preparations[settings["preparation"]])
        wanted = settings.get("train", len(examples))
        if wanted < len(examples):
            examples = examples.take(RandomStream(seed, SPLIT).order(len(examples))[:wanted])
        return examples

    def test(self, settings: dict[str, Any]) -> Examples:
        """Return the test examples, prepared as the trial's training examples are."""
        return self._prepare(self.dataset.test, "test", settings)

    def validation(self, settings: dict[str, Any]) -> Examples:
        """Return the validation examples."""
        return self._prepare(self.dataset.validation, "validation", settings)

    def _prepare(self, part: Examples | None, name: str, settings: dict[str, Any]) -> Examples:
        if part is None:
            raise DataError(
                f"an experiment got {self.dataset.name} without {name} examples; expected MNIST's four files."
            )
        return replace(part, preparation=self.preparations[settings["preparation"]])


def recipe_of(settings: dict[str, Any], seed: int) -> Recipe:
    """Return the recipe among a trial's settings; the others are for the kind of experiment."""
    own = {name: value for name, value in current_names(settings).items() if name in FIELDS}
    own["hidden"] = tuple(own["hidden"])
    return Recipe(name="experiment", title="", expects="", **{**own, "seed": seed})


def make_run(settings: dict[str, Any], dataset: Dataset, train: Examples, seed: int) -> Run:
    """Return a run at its start; `fill` gives every weight the same value."""
    run = Run.of(recipe_of(settings, seed), replace(dataset, train=train, validation=None))
    if "fill" in settings:
        for name, array in run.network.params.items():
            if name.endswith("W"):
                array[...] = settings["fill"]
    return run


def train_run(run: Run) -> Network:
    """Train to the end on one thread; a network that diverges keeps its state from before that epoch."""
    parts = run.state.network, run.plan.loss, run.state.optimizer
    engine = choose_engine(None, *parts, n_threads=1).engine
    with contextlib.suppress(DivergedError):
        for _ in run.epochs(engine):
            pass
    return run.network


def permute_columns(examples: Examples, order: Array) -> Examples:
    """Return the examples with their inputs in another order, the same for all."""
    return replace(examples, raw=np.ascontiguousarray(examples.raw[:, order]))
