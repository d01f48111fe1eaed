"""A recipe as the command line that trains it: for the suggestions of a diagnosis and of a report."""

import shlex
from collections.abc import Collection

from byhand.data.examples import Dataset
from byhand.recipes import RECIPES
from byhand.recipes.build import OWN_DATA, adapt_to_regression
from byhand.recipes.recipe import Recipe, recipe_fields
from byhand.recipes.request import change_recipe, default_recipe
from byhand.recipes.table import FITTED, TABLE


def train_command(
    recipe: Recipe, changes: dict[str, str], dataset: Dataset | None = None, *, chosen: Collection[str] = ()
) -> str:
    """Return the command that trains this recipe with changes, quoted for a shell.

    dataset : what it was trained on, where that is at hand: what these data decide needs no flag
    chosen : without it, fields that somebody chose: they stay where the number of rows would decide otherwise

    >>> train_command(RECIPES["vanilla"], {"learning_rate": "0.05"})
    'byhand train vanilla --learning-rate 0.05'
    """
    return shlex.join(["byhand", "train", *_as_flags(recipe, _needed_flags(recipe, changes, dataset, chosen))])


def _as_flags(recipe: Recipe, needed: dict[str, str]) -> list[str]:
    """Return name and flags of a recipe. needed : see _needed_flags"""
    is_implied = recipe.name == TABLE.name and "data" in needed and default_recipe(needed["data"]) == TABLE.name
    flags = [recipe.name] if recipe.name in RECIPES and not is_implied else []
    for name, (default, _) in recipe_fields().items():
        if name not in needed:
            continue
        value, word = needed[name], name.replace("_", "-")
        if name == "header" or isinstance(default, bool):
            flags.append(f"--{word}" if value in ("true", "yes") else f"--no-{word}")
        else:
            flags += [f"--{word}", value]
    return flags


def _needed_flags(
    recipe: Recipe, changes: dict[str, str], dataset: Dataset | None, chosen: Collection[str]
) -> dict[str, str]:
    """Return the fields, as the command line takes them, that would be others without a flag.

    Flags decide other fields too (a loss its label smoothing), so one after the other is left out, to see what changes.
    """
    own = RECIPES.get(recipe.name, Recipe(name="", title="", expects=""))
    wanted = {name: changes.get(name, as_flag_value(getattr(recipe, name))) for name in recipe_fields()}
    given = {name: getattr(recipe, name) for name in wanted}
    stays = {*FITTED} & {*chosen} if recipe.name in OWN_DATA and dataset is None else set()
    for name in [name for name in wanted if name not in stays]:
        rest = {other: value for other, value in given.items() if other != name}
        made = change_recipe(own, rest)
        made = made if dataset is None else adapt_to_regression(made, dataset, rest)
        if all(as_flag_value(getattr(made, other)) == wanted[other] for other in wanted if other not in rest):
            given = rest
    return {name: wanted[name] for name in given}


def as_flag_value(value: object) -> str:
    """Return a field's value as the command line takes it."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
