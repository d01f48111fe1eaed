"""`byhand train --resume`: a stopped run as a request again, and which flags may stand beside it."""

import operator
from dataclasses import asdict, replace
from pathlib import Path

import click
from click.core import ParameterSource

from byhand.cli.model_lookup import read_recipe
from byhand.cli.training import Request
from byhand.engines.bindings import FLOAT32
from byhand.errors import DataError, OptionError
from byhand.recipes.recipe import Recipe
from byhand.training.checkpoint import load_checkpoint
from byhand.training.run_folder import RunFolder

BESIDE = {"resume", "epochs", "lab", "runs", "as_json", "quiet", "no_color"}  # what changes nothing of the run


def refuse_other_flags(context: click.Context) -> None:
    """Raise OptionError for a flag that a resumed run would not obey: it goes on as it was begun."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in BESIDE and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            shown = parameter.opts[0] if isinstance(parameter, click.Option) else f"the recipe {context.params[name]!r}"
            raise OptionError(
                f"--resume goes on with the run's own settings, and {shown} was given too. Leave it out, or train anew."
            )


def resumed(path: Path, epochs: int | None = None) -> Request:
    """Return the request of a run folder, to go on with it; to another number of epochs where that can be."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("status") == "finished":
        folder.finish()  # the end may have come before it had cleared up
        raise DataError(f"{path} is finished; there is nothing to resume. Its model: {folder.model_file}.")
    try:
        settings = record["settings"]
        recipe = read_recipe(settings["recipe"])
        data_dir = settings["data_dir"] and Path(settings["data_dir"])
        n_seeds, engine = operator.index(settings["n_seeds"]), settings["engine"]
        precision = settings.get("precision", FLOAT32)  # older runs had no other
        test, n_train = settings.get("test", True), settings.get("n_train")  # older runs: all examples, then the test
        if n_seeds < 1 or not isinstance(engine, str | None) or not isinstance(precision, str):
            raise ValueError(f"{n_seeds} seeds, engine {engine!r}, precision {precision!r}")
        if not isinstance(test, bool) or not (n_train is None or operator.index(n_train) > 0):
            raise ValueError(f"test {test!r}, n_train {n_train!r}")
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder.record_file} does not say how to go on: {error!r}. Train anew.") from error
    return Request(
        recipe=recipe if epochs is None else _extended(recipe, epochs, folder),
        data_dir=data_dir,
        n_seeds=n_seeds,
        engine=engine,
        precision=precision,
        runs=path.parent,
        given=tuple(asdict(recipe)),  # all of it: what was made to fit once is not made to fit again
        folder=folder,
        test=test,
        n_train=n_train,
    )


def _extended(recipe: Recipe, epochs: int, folder: RunFolder) -> Recipe:
    """Return the recipe with another number of epochs; raise OptionError where the past would have been different."""
    if epochs == recipe.epochs:
        return recipe
    if recipe.schedule != "constant" or recipe.warm_up:
        raise OptionError(
            f"the learning rates of this run were laid out over {recipe.epochs} epochs (schedule {recipe.schedule}); "
            f"with --epochs {epochs} its past would have been another. Resume without --epochs, or train anew."
        )
    done = [load_checkpoint(one.checkpoint_file).epoch for one in (folder, *folder.seeds())
            if one.checkpoint_file.exists()]  # fmt: skip
    if epochs < max(done, default=0):
        raise OptionError(f"--epochs {epochs} is fewer than the {max(done)} that this run has done.")
    return replace(recipe, epochs=epochs)
