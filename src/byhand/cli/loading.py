"""Finding what a verb was asked to work on: the saved model, and examples of the kind it was trained on."""

import operator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from byhand.data.examples import Dataset, Examples
from byhand.errors import DataError
from byhand.persistence.model import Model, load_model
from byhand.recipes.recipe import Recipe
from byhand.recipes.sources import load_data
from byhand.training.run_folder import RunFolder


def find_model(path: Path | None, runs: Path) -> tuple[Model, Path]:
    """Return the model of a file or run folder, or of the newest run; and where it lies."""
    place = path or RunFolder.latest(runs).path
    return load_model(place), place


def read_recipe(given: Any) -> Recipe:
    """Return the recipe that a file tells as plain data; raise KeyError, TypeError or ValueError if it tells none."""
    recipe = Recipe(**{**given, "hidden": tuple(map(operator.index, given["hidden"]))})
    for name, sample in asdict(Recipe(name="", title="", expects="")).items():
        if not isinstance(getattr(recipe, name), int | float if isinstance(sample, float) else type(sample)):
            raise ValueError(f"{name} is {getattr(recipe, name)!r}")
    return recipe


def recipe_of(model: Model) -> Recipe:
    """Return the recipe a model was trained by, as its provenance tells it."""
    try:
        return read_recipe(model.provenance["recipe"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            "the model does not say how it was trained; name the data with --data-dir or --data."
        ) from error


def data_for(model: Model, data: str | None, data_dir: Path | None) -> Dataset:
    """Return data for a model, with the model's own preparation: its own kind, or what was named."""
    if data_dir is not None:
        recipe = Recipe(name="", title="", expects="", data="mnist", preparation="raw")
    elif data is not None:
        recipe = Recipe(name="", title="", expects="", data=data, preparation="raw")
    else:
        recipe = replace(recipe_of(model), validation="none")
    dataset = load_data(recipe, data_dir)
    if dataset.train.n_features != model.n_features:
        raise DataError(
            f"the model takes {model.n_features} numbers an example, and {dataset.name} has "
            f"{dataset.train.n_features}. Name other data with --data or --data-dir."
        )
    return replace(dataset, train=_prepared(dataset.train, model), test=dataset.test and _prepared(dataset.test, model))


def _prepared(examples: Examples, model: Model) -> Examples:
    return replace(examples, preparation=model.preparation)
