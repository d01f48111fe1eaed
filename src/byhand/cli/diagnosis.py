"""What a training's diagnosis says on the command line: each finding, and the one command to try."""

import shlex
from dataclasses import asdict
from typing import Any

from byhand.cli.common import escape_markup
from byhand.cli.recipe_flags import flags_of
from byhand.recipes import RECIPES
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import RecipeEvaluation
from byhand.recipes.run import Run
from byhand.training.diagnosis import DATA, Finding

ENOUGH = 50  # held-out examples; an accuracy from fewer says too little


def diagnosed(run: Run, outcome: RecipeEvaluation | None) -> list[Finding]:
    """Return what went wrong in a run, with commands of `byhand`."""
    held_out = None
    if outcome is not None and outcome.held_out and (outcome.n == 0 or outcome.n >= ENOUGH):
        held_out = outcome.r2_score if outcome.accuracy is None else outcome.accuracy
    return run.diagnosis(held_out, _usual_rate(run.recipe), lambda setting, value: _command(run.recipe, setting, value))


def _usual_rate(recipe: Recipe) -> float | None:
    """Return the named recipe's own learning rate, where what it depends on was not changed."""
    own = RECIPES.get(recipe.name)
    same = own and all(getattr(own, name) == getattr(recipe, name) for name in ("data", "optimizer", "loss"))
    return own.learning_rate if own and same else None


def _command(recipe: Recipe, setting: str, value: str) -> str:
    """Return the command that trains again with another value of a setting."""
    if setting == DATA:
        return f"byhand data {shlex.quote(recipe.data)} --examples 5"
    return shlex.join(["byhand", "train", *flags_of(recipe, {setting: value})])


def finding_lines(findings: list[Finding]) -> list[str]:
    """Return the findings for people; a command that several share is told once."""
    lines = []
    for finding in findings:
        lines.append(f"[bold yellow]{escape_markup(finding.title)}.[/bold yellow] {escape_markup(finding.sentence)}")
    commands = dict.fromkeys(finding.command for finding in findings)
    return [*lines, *(f"Try: [bold]{escape_markup(command)}[/bold]" for command in commands)]


def finding_values(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return asdict(finding)
