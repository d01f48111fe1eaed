"""The diagnosis of a recipe's run: what went wrong, each with the command of `byhand` to try."""

import shlex

from byhand.recipes import RECIPES
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
    return run.diagnosis(held_out, _usual_rate(run.recipe), lambda setting, value: _command(run, setting, value))


def _usual_rate(recipe: Recipe) -> float | None:
    """Return the named recipe's own learning rate, where what it depends on was not changed."""
    own = RECIPES.get(recipe.name)
    same = own and all(getattr(own, name) == getattr(recipe, name) for name in ("data", "optimizer", "loss"))
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
