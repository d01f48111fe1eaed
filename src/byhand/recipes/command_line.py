"""A recipe as the command line that trains it: for the suggestions of a diagnosis and of a report."""

import shlex

from byhand.recipes import RECIPES
from byhand.recipes.recipe import Recipe, recipe_fields


def train_command(recipe: Recipe, changes: dict[str, str]) -> str:
    """Return the command that trains this recipe with changes, quoted for a shell.

    >>> train_command(RECIPES["vanilla"], {"learning_rate": "0.05"})
    'byhand train vanilla --learning-rate 0.05'
    """
    return shlex.join(["byhand", "train", *as_flags(recipe, changes)])


def as_flags(recipe: Recipe, changes: dict[str, str]) -> list[str]:
    """Return name and flags of a recipe, with changes: only what differs from the recipe of that name."""
    own = RECIPES.get(recipe.name, Recipe(name="", title="", expects=""))
    flags = [recipe.name] if recipe.name in RECIPES else []
    for name, (default, _) in recipe_fields().items():
        value, word = changes.get(name, as_flag_value(getattr(recipe, name))), name.replace("_", "-")
        if value == as_flag_value(getattr(own, name)):
            continue
        if name == "header" or isinstance(default, bool):
            flags.append(f"--{word}" if value in ("true", "yes") else f"--no-{word}")
        else:
            flags += [f"--{word}", value]
    return flags


def as_flag_value(value: object) -> str:
    """Return a field's value as the command line takes it."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
