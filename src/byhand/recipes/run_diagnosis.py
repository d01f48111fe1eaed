"""The diagnosis of a recipe's run: what went wrong, each with the command of `byhand` to try."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from byhand.recipes import RECIPES
from byhand.recipes.build import OWN_DATA
from byhand.recipes.command_line import train_command
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import RecipeEvaluation
from byhand.recipes.run import Run
from byhand.training.diagnosis import DATA, Finding

MIN_HELD_OUT = 50  # examples; an accuracy from fewer says too little


def diagnose_run(run: Run, evaluation: RecipeEvaluation) -> list[Finding]:
    """Return what went wrong in a run, with commands of `byhand`."""
    held_out = None
    if evaluation.held_out and (evaluation.n == 0 or evaluation.n >= MIN_HELD_OUT):
        held_out = evaluation.r2_score if evaluation.accuracy is None else evaluation.accuracy
    command = partial(_command, run)
    found = run.diagnosis(held_out, _usual_rate(run.recipe), command)
    return [beyond_early_stopping(run.recipe, finding, command) for finding in found]


def beyond_early_stopping(recipe: Recipe, finding: Finding, command: Callable[[str, str], str]) -> Finding:
    """Return the finding with a smaller network to try, or more weight decay, where the recipe stops early already."""
    if finding.setting != "patience" or not recipe.patience:
        return finding
    halved = "-".join(str(max(units // 2, 1)) for units in recipe.hidden)
    decay = f"{10 * recipe.weight_decay or 0.01:g}"
    setting, value = ("hidden", halved) if halved else ("weight_decay", decay)
    others = {name: how for name, how in finding.others.items() if halved and name == "weight_decay"}
    return replace(finding, setting=setting, value=value, command=command(setting, value), others=others)


def _usual_rate(recipe: Recipe) -> float | None:
    """Return the named recipe's own learning rate, where what it depends on was not changed.

    The rates of recipes for one's own data were chosen on many tables, for classes and for numbers.
    """
    own = RECIPES.get(recipe.name)
    names = ("optimizer",) if recipe.name in OWN_DATA else ("data", "optimizer", "loss")
    same = own and all(getattr(own, name) == getattr(recipe, name) for name in names)
    return own.learning_rate if own and same else None


def _command(run: Run, setting: str, value: str) -> str:
    """Return the command that trains again with another value of a setting."""
    recipe = run.recipe
    if setting == DATA:
        return f"byhand data {shlex.quote(recipe.data)} --examples 5"
    changes = {setting: value}
    if setting == "patience" and recipe.validation == "none":
        changes["validation"] = "balanced"  # early stopping needs something to watch
    return train_command(recipe, changes, run.dataset)
