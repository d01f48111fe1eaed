"""What training a recipe gave: each seed's model, history and evaluation, and all of it as plain data."""

import math
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from byhand.data.examples import Dataset
from byhand.metrics import mean_interval, top_confusions
from byhand.persistence.model import Model, load_model
from byhand.recipes.baselines import Baselines
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import RecipeEvaluation
from byhand.training.diagnosis import Finding
from byhand.training.history import History
from byhand.training.state import TrainingState


@dataclass(frozen=True)
class KeptEpoch:
    """What early stopping did.

    epoch, val_loss : of the weights that were kept   last : the epoch after which training ended
    """

    epoch: int
    val_loss: float
    last: int

    @classmethod
    def of(cls, state: TrainingState) -> "KeptEpoch | None":
        """Return what early stopping kept; None where it was off."""
        return cls(state.best.epoch, state.best.val_loss, state.epoch) if state.best else None

    def to_saved(self) -> dict[str, Any]:
        """Return it under the names that records have."""
        return {"epoch": self.epoch, "valid_loss": self.val_loss, "last": self.last}

    def sentence(self, planned: int) -> str:
        """Return it for people."""
        kept = f"kept epoch {self.epoch}, whose validation loss {self.val_loss:.4f} is the lowest"
        if self.last < planned:
            return f"stopped after epoch {self.last} of {planned}; {kept}"
        return f"did not stop before epoch {planned}, the last; {kept}"


@dataclass(frozen=True, eq=False, repr=False)
class SeedResult:
    """One seed, trained and tested.

    evaluation : on the test set, or on the validation set when validating
    """

    seed: int
    evaluation: RecipeEvaluation
    history: History
    model_file: Path
    findings: list[Finding] = field(default_factory=list)  # what went wrong
    kept: KeptEpoch | None = None  # by early stopping

    @property
    def train_seconds(self) -> float:
        """Time spent in training, all epochs of all sittings."""
        return sum(self.history.seconds.tolist())

    @property
    def model(self) -> Model:
        """The trained model, read from its file."""
        return load_model(self.model_file)

    def line(self) -> str:
        """Return the row of a run over many seeds."""
        return f"seed {self.seed:<4} {self.evaluation.headline():<28} {self.train_seconds:6.2f} s"

    def __repr__(self) -> str:
        return f"<SeedResult seed {self.seed}: {self.evaluation.headline()} {self.evaluation.method}>"


@dataclass(frozen=True, eq=False, repr=False)
class RecipeResult:
    """A recipe, trained with one seed or several.

    recipe : as it was trained, made to fit its data   engine : the name of what trained it
    seeds : a SeedResult each   path : the run folder, with the record, the models and the histories
    test_evaluations : how often this test set was used on this machine; None: it was not, or cannot be counted
    notes : what should be known of the run, a sentence each
    baselines : of a table, what a linear model and a constant reach beside the first seed's network
    Without a seed named, `model`, `history` and `evaluation` are those of the first one.
    """

    recipe: Recipe
    dataset: Dataset
    engine: str
    seeds: tuple[SeedResult, ...]
    path: Path
    test_evaluations: int | None = None
    notes: tuple[str, ...] = ()
    baselines: Baselines | None = None

    @property
    def model(self) -> Model:
        """The trained model, read from its file."""
        return self.seeds[0].model

    @property
    def history(self) -> History:
        """An EpochRecord per epoch; its columns are arrays."""
        return self.seeds[0].history

    @property
    def evaluation(self) -> RecipeEvaluation:
        """What the network reaches on the test set; on the validation set when validating."""
        return self.seeds[0].evaluation

    def to_dict(self) -> dict[str, Any]:
        """Return everything that was found, as plain data: what `byhand train --json` prints."""
        return result_values(self)

    def __repr__(self) -> str:
        many = f", {len(self.seeds)} seeds" if len(self.seeds) > 1 else ""
        return (
            f"<RecipeResult {self.recipe.name}: {self.evaluation.headline()} {self.evaluation.method}, "
            f"{len(self.history)} epochs{many}, {self.path}>"
        )


def result_values(result: RecipeResult) -> dict[str, Any]:
    """Return everything that was found, as plain data; accuracies are fractions."""
    results, first = result.seeds, result.evaluation
    values: dict[str, Any] = {
        "recipe": result.recipe.name,
        "data": result.dataset.name,
        "engine": result.engine,
        "seeds": [one.seed for one in results],
        "tested": first.method,
        "train_seconds": spread([one.train_seconds for one in results], most=math.inf),
        "model": str(results[0].model_file),
        "run": str(result.path),
    }
    if first.accuracy is not None:
        values[f"{first.part}_accuracy"] = spread([one.evaluation.accuracy or 0.0 for one in results])
    else:
        values["r_squared"] = spread([one.evaluation.r2_score or 0.0 for one in results], least=-math.inf)
    if first.interval is not None and first.held_out:
        values["interval"] = {"of": f"seed {results[0].seed}", "level": 0.95, "bounds": list(first.interval)}
    if first.confusion is not None:
        names = result.dataset.class_names
        matrices = [one.evaluation.confusion for one in results if one.evaluation.confusion is not None]
        pairs = top_confusions(np.sum(matrices, axis=0), 5)
        values["top_confusions"] = [{"true": names[t], "predicted": names[p], "count": c} for t, p, c in pairs]
    for name in first.extra_metrics:
        values[name] = spread([one.evaluation.extra_metrics[name] for one in results])
    if results[0].kept is not None:
        values["early_stopping"] = [{"seed": one.seed, **one.kept.to_saved()} for one in results if one.kept]
    if result.baselines is not None:
        values["baselines"] = result.baselines.to_dict()
    values["diagnosis"] = [{"seed": one.seed, **asdict(finding)} for one in results for finding in one.findings]
    return values | {"test_evaluations": result.test_evaluations}


def spread(numbers: list[float], *, most: float = 1.0, least: float = 0.0) -> dict[str, Any]:
    """Return mean, median, min, max, all values, and with two or more the standard deviation and 95 % interval.

    most, least : what no number can exceed: 1 for accuracies and R², and 0 for accuracies
    """
    found: dict[str, Any] = {
        "mean": statistics.fmean(numbers),
        "median": statistics.median(numbers),
        "min": min(numbers),
        "max": max(numbers),
        "values": numbers,
    }
    if len(numbers) > 1:
        found |= {"std": statistics.stdev(numbers), "mean_interval_95": list(mean_interval(numbers, most, least))}
    return found
