"""A request to train: a recipe with changes, its data, its seeds; or the same read back from a stopped run."""

import operator
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from byhand.data.image_folder import is_image_folder
from byhand.engines.bindings import FLOAT32
from byhand.errors import DataError, OptionError
from byhand.recipes import find_recipe
from byhand.recipes.datasets import is_table, is_toy
from byhand.recipes.digits import DIGITS
from byhand.recipes.recipe import Recipe, current_names, read_recipe
from byhand.training.checkpoint import load_checkpoint
from byhand.training.run_folder import RunFolder


@dataclass(frozen=True)
class TrainRequest:
    """What was asked for. It stands in the run's record, so that a stopped run can be resumed.

    n_seeds : that many consecutive ones, from the recipe's own on
    fallback : the recipe to train on the bundled digits if MNIST cannot be had; None where somebody named MNIST
    explicit : the recipe's fields that somebody chose; others are adapted to regression targets
    folder : of the run to resume, None for a new one
    test : evaluate on the test set at the end? Not when validating, unless requested
    name : of the run's folder; None: the recipe's
    n_train : train on this many of the training examples only; None: on all of them
    notes : what the user should know, one sentence each
    """

    recipe: Recipe
    data_dir: Path | None = None
    n_seeds: int = 1
    engine: str | None = None
    precision: str = FLOAT32
    device: str | None = None
    n_shards: int | None = None
    runs: Path = Path("runs")
    fallback: Recipe | None = None
    explicit: tuple[str, ...] = ()
    folder: RunFolder | None = None
    test: bool = True
    name: str | None = None
    n_train: int | None = None
    notes: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """Return what resuming needs, as plain data."""
        return {
            "recipe": asdict(self.recipe),
            "data_dir": self.data_dir and str(self.data_dir),
            "n_seeds": self.n_seeds,
            "engine": self.engine,
            "precision": self.precision,
            "device": self.device,
            "shards": self.n_shards,
            "test": self.test,
            "n_train": self.n_train,
        }

    def seeds(self) -> range:
        """Return the seeds to train, the recipe's own first."""
        return range(self.recipe.seed, self.recipe.seed + self.n_seeds)


def make_request(
    recipe: Recipe | str | None,
    changes: Mapping[str, Any],
    *,
    validate: bool = False,
    test: bool = False,
    data_dir: Path | None = None,
    n_seeds: int = 1,
    engine: str | None = None,
    precision: str = FLOAT32,
    device: str | None = None,
    n_shards: int | None = None,
    runs: Path = Path("runs"),
) -> TrainRequest:
    """Return the request to train a recipe with changes.

    recipe : None: by its data   changes : the recipe's fields by name, those that somebody chose
    validate : hold out a validation set and leave the test set alone, unless `test`
    Raises OptionError for an unknown recipe, and for `validate` with validation="none".
    """
    if validate and changes.get("validation") == "none":
        raise OptionError("training got validate, and validation none, which holds nothing out. Leave one of them out.")
    changes = {"validation": "balanced", **changes} if validate else dict(changes)
    data = changes.get("data")
    own = recipe if isinstance(recipe, Recipe) else find_recipe(default_recipe(data) if recipe is None else recipe)
    chosen = change_recipe(own, changes)
    mnist_is_named = recipe is not None or data_dir is not None or data is not None
    return TrainRequest(
        recipe=chosen,
        data_dir=data_dir,
        n_seeds=n_seeds,
        engine=engine,
        precision=precision,
        device=device,
        n_shards=n_shards,
        runs=runs,
        fallback=None if mnist_is_named else change_recipe(DIGITS, changes),
        explicit=tuple(changes),
        test=test or chosen.validation == "none",
        name=_folder_name(data) if recipe is None and data else _folder_name(own.name),
        n_train=None if is_toy(chosen.data) else changes.get("examples"),
        notes=_notes(own, chosen, changes),
    )


def change_recipe(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return the recipe with other values of some fields; its own label smoothing goes with its own loss."""
    if changes.get("loss", recipe.loss) != recipe.loss and "label_smoothing" not in changes:
        changes = {**changes, "label_smoothing": 0.0}
    return replace(recipe, **current_names(dict(changes)))


def _notes(own: Recipe, chosen: Recipe, changes: Mapping[str, Any]) -> tuple[str, ...]:
    if "loss" not in changes or chosen.label_smoothing >= own.label_smoothing:
        return ()
    return (f"label smoothing goes with softmax_cross_entropy; {chosen.loss} trains without it.",)


def default_recipe(data: str | None) -> str:
    """Return the name of the recipe for these data, where none is named."""
    if data is None:
        return "vanilla"
    return "images" if is_image_folder(Path(data)) else "table" if is_table(data) else "vanilla"


def _folder_name(data: str) -> str:
    """Return what a run on these data is called: the name of the set, or of the file, as a file's name can be."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", Path(data).stem)[:40].strip("-") or "table"


def load_request(path: Path, epochs: int | None = None) -> TrainRequest:
    """Return the request of the run in this folder, with another number of epochs where that is possible."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("status") == "finished":
        folder.finish()  # the process may have ended before it had cleaned up
        raise DataError(f"{path} is finished; there is nothing to resume. Its model: {folder.model_file}.")
    try:
        request = _read_request(record["settings"], folder)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder.record_file} does not say how to resume: {error!r}. Start a new run.") from error
    return request if epochs is None else replace(request, recipe=_with_epochs(request.recipe, epochs, folder))


def _read_request(settings: dict[str, Any], folder: RunFolder) -> TrainRequest:
    """Return the request in a record's settings; raise KeyError, TypeError or ValueError where they are damaged."""
    recipe = read_recipe(settings["recipe"])
    n_seeds, engine = operator.index(settings["n_seeds"]), settings["engine"]
    precision = settings.get("precision", FLOAT32)  # older runs had no other
    device, n_shards = settings.get("device"), settings.get("shards")  # nor the engine torch
    test, n_train = settings.get("test", True), settings.get("n_train")  # older runs tested, and used all examples
    if n_seeds < 1 or not isinstance(engine, str | None) or not isinstance(precision, str):
        raise ValueError(f"{n_seeds} seeds, engine {engine!r}, precision {precision!r}")
    if not isinstance(device, str | None) or not (n_shards is None or operator.index(n_shards) > 0):
        raise ValueError(f"device {device!r}, {n_shards!r} shards")
    if not isinstance(test, bool) or not (n_train is None or operator.index(n_train) > 0):
        raise ValueError(f"test {test!r}, n_train {n_train!r}")
    return TrainRequest(
        recipe=recipe,
        data_dir=settings["data_dir"] and Path(settings["data_dir"]),
        n_seeds=n_seeds,
        engine=engine,
        precision=precision,
        device=device,
        n_shards=n_shards,
        runs=folder.path.parent,
        explicit=tuple(asdict(recipe)),  # all of it: what was adapted to the data once is not adapted again
        folder=folder,
        test=test,
        n_train=n_train,
    )


def _with_epochs(recipe: Recipe, epochs: int, folder: RunFolder) -> Recipe:
    """Return the recipe with another number of epochs; raise OptionError where the epochs done would have differed."""
    if epochs == recipe.epochs:
        return recipe
    if recipe.schedule != "constant" or recipe.warm_up:
        raise OptionError(
            f"the learning-rate schedule ({recipe.schedule}) of this run spans {recipe.epochs} epochs; with "
            f"{epochs} the epochs already trained would have had other rates. Keep the number, or start anew."
        )
    files = [one.checkpoint_file for one in (folder, *folder.seeds())]
    done = max((load_checkpoint(file).epoch for file in files if file.exists()), default=0)
    if epochs < done:
        raise OptionError(
            f"{epochs} epochs are fewer than the {done} that this run has trained. Ask for {done} or more."
        )
    return replace(recipe, epochs=epochs)
