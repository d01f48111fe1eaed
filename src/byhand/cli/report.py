"""The report of `byhand train` as text."""

import shlex
from pathlib import Path
from typing import Any

from byhand.cli.common import escape_markup, percent
from byhand.cli.diagnosis import finding_lines
from byhand.data.image_folder import is_image_folder
from byhand.formatting import count_noun, format_number
from byhand.recipes import RECIPES
from byhand.recipes.command_line import train_command
from byhand.recipes.datasets import is_table
from byhand.recipes.recipe_evaluation import RecipeEvaluation
from byhand.recipes.result import RecipeResult, SeedResult


def report_text(result: RecipeResult) -> str:
    """Return the report as text."""
    recipe, results, folder, values = result.recipe, result.seeds, result.path, result.to_dict()
    lines = _one_run(results[0].evaluation) if len(results) == 1 else _many_runs(values, results[0].evaluation.part)
    if values.get("top_confusions"):
        pairs = values["top_confusions"][:4]
        texts = [f"{pair['true']} predicted as {pair['predicted']} ({pair['count']})" for pair in pairs]
        lines.append(("most confused", escape_markup(", ".join(texts))))
    for name in results[0].evaluation.extra_metrics:
        lines.append((name.replace("_", " "), _fact(name, values[name])))
    if result.baselines is not None:
        lines.append(("baselines", escape_markup(result.baselines.sentence())))
    lines += [("note", escape_markup(note)) for note in results[0].evaluation.notes]
    if results[0].kept is not None and len(results) == 1:
        lines.append(("early stopping", results[0].kept.sentence(recipe.epochs)))
    if recipe == RECIPES.get(recipe.name) and results[0].evaluation.part == "test":  # its figure is its own alone
        lines.append(("must reach", recipe.expects))
    lines += [
        ("trained in", f"{values['train_seconds']['median']:.2f} s, engine {result.engine}"),
        ("model", escape_markup(str(results[0].model_file))),
        ("run folder", escape_markup(f"{folder}/")),
    ]
    report = "\n".join(["", *(f"[bold]{name:<22}[/bold] {text}" for name, text in lines)])
    return "\n".join([report, *(_what_went_wrong(results) or _next_steps(results[0].evaluation, result))])


def _next_steps(outcome: RecipeEvaluation, result: RecipeResult) -> list[str]:
    """Return what to do next, below an empty line."""
    recipe = result.recipe
    own = ["--data", recipe.data] if is_table(recipe.data) or is_image_folder(Path(recipe.data)) else []
    run = shlex.join([str(result.path), *own])
    steps = [f"byhand explain {run}", f"byhand evaluate {run}"]
    if outcome.part == "validation":
        steps = [train_command(recipe, {"validation": "none", "patience": "0"}, result.dataset)]
    what = "Once the settings are chosen" if outcome.part == "validation" else "Next"
    return ["", *(f"[dim]{what}:[/dim] {escape_markup(step)}" for step in steps)]


def _what_went_wrong(results: tuple[SeedResult, ...]) -> list[str]:
    """Return the findings of the first seed that has some, below an empty line; of many seeds, how many have some."""
    wrong = [result for result in results if result.findings]
    if not wrong:
        return []
    which = f"In {len(wrong)} of {len(results)} seeds something went wrong; seed {wrong[0].seed}:"
    return ["", *([which] if len(results) > 1 else []), *finding_lines(wrong[0].findings)]


def _one_run(outcome: RecipeEvaluation) -> list[tuple[str, str]]:
    """Return the lines on the test of a single run."""
    if outcome.accuracy is None:
        return [("R²", f"[bold green]{format_number(outcome.r2_score or 0.0, '.4f')}[/bold green]  {outcome.method}")]
    name = f"{outcome.part} accuracy" if outcome.held_out else "accuracy"
    lines = [(name, f"[bold green]{percent(outcome.accuracy)}[/bold green]  {outcome.method}")]
    if outcome.interval is not None and outcome.held_out:
        low, high = outcome.interval
        lines.append(
            ("95 % interval", f"{percent(low)} – {percent(high)}, from counting {count_noun(outcome.n, 'example')}")
        )
    return lines


def _many_runs(values: dict[str, Any], part: str) -> list[tuple[str, str]]:
    """Return the lines on the spread over seeds."""
    if "r_squared" in values:
        mean, least, most = (format_number(values["r_squared"][name], ".4f") for name in ("mean", "min", "max"))
        return [("R²", f"{mean} mean, {least} – {most}")]
    found = values[f"{part}_accuracy"]
    low, high = found["mean_interval_95"]
    return [
        (
            f"{part} accuracy",
            f"[bold green]{percent(found['mean'])}[/bold green]  mean of {len(found['values'])} seeds",
        ),
        ("min – max", f"{percent(found['min'])} – {percent(found['max'])}"),
        ("95 % of the mean", f"{percent(low, 3)} – {percent(high, 3)}"),
    ]


def _fact(name: str, found: dict[str, Any]) -> str:
    """Return one further figure: the value of a single run, a share, or mean, median and range."""
    if found["min"] == found["max"] or name.startswith("share"):
        return percent(found["mean"])
    return (
        f"{percent(found['mean'])} mean, {percent(found['median'])} median, "
        f"{percent(found['min'])} – {percent(found['max'])}"
    )
