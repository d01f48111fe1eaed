"""`byhand train --resume`: the request of a stopped run, read back, and which flags may be given with it."""

import operator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from byhand.cli.model_lookup import read_recipe
from byhand.cli.training import Request
from byhand.engines.bindings import FLOAT32
from byhand.errors import DataError, OptionError
from byhand.recipes.recipe import Recipe
from byhand.training.checkpoint import load_checkpoint
from byhand.training.run_folder import RunFolder

ALLOWED = {"resume", "epochs", "lab", "runs", "as_json", "quiet", "no_color"}  # they change nothing already trained


def check_flags(context: click.Context) -> None:
    """Raise OptionError for a flag that a resumed run would ignore: it keeps its own settings."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in ALLOWED and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            shown = parameter.opts[0] if isinstance(parameter, click.Option) else f"the recipe {context.params[name]!r}"
            raise OptionError(
                f"--resume keeps the run's own settings, and {shown} was given too. Leave it out, or start a new run."
            )


def read_request(path: Path, epochs: int | None = None) -> Request:
    """Return the request of the run in this folder, with another number of epochs where that is possible."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("status") == "finished":
        folder.finish()  # the end may have come before it had cleared up
        raise DataError(f"{path} is finished; there is nothing to resume. Its model: {folder.model_file}.")
    try:
        request = _request(record["settings"], folder)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder.record_file} does not say how to resume: {error!r}. Start a new run.") from error
    return request if epochs is None else replace(request, recipe=_extended(request.recipe, epochs, folder))


def _request(settings: dict[str, Any], folder: RunFolder) -> Request:
    """Return the request in a record's settings; raise KeyError, TypeError or ValueError where they are damaged."""
    recipe = read_recipe(settings["recipe"])
    n_seeds, engine = operator.index(settings["n_seeds"]), settings["engine"]
    precision = settings.get("precision", FLOAT32)  # older runs had no other
    test, n_train = settings.get("test", True), settings.get("n_train")  # older runs tested, and used all examples
    if n_seeds < 1 or not isinstance(engine, str | None) or not isinstance(precision, str):
        raise ValueError(f"{n_seeds} seeds, engine {engine!r}, precision {precision!r}")
    if not isinstance(test, bool) or not (n_train is None or operator.index(n_train) > 0):
        raise ValueError(f"test {test!r}, n_train {n_train!r}")
    return Request(
        recipe=recipe,
        data_dir=settings["data_dir"] and Path(settings["data_dir"]),
        n_seeds=n_seeds,
        engine=engine,
        precision=precision,
        runs=folder.path.parent,
        given=tuple(asdict(recipe)),  # all of it: what was adapted to the data once is not adapted again
        folder=folder,
        test=test,
        n_train=n_train,
    )


def _extended(recipe: Recipe, epochs: int, folder: RunFolder) -> Recipe:
    """Return the recipe with another number of epochs; raise OptionError where the epochs done would have differed."""
    if epochs == recipe.epochs:
        return recipe
    if recipe.schedule != "constant" or recipe.warm_up:
        raise OptionError(
            f"the learning-rate schedule ({recipe.schedule}) of this run spans {recipe.epochs} epochs; with --epochs "
            f"{epochs} the epochs already trained would have had other rates. Resume without --epochs, or start anew."
        )
    files = [one.checkpoint_file for one in (folder, *folder.seeds())]
    done = max((load_checkpoint(file).epoch for file in files if file.exists()), default=0)
    if epochs < done:
        raise OptionError(f"--epochs {epochs} is less than the {done} epochs that this run has trained.")
    return replace(recipe, epochs=epochs)
