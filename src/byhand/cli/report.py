"""What `byhand train` says at the end: for people, and as one JSON object."""

import math
import shlex
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from byhand.cli.common import escape_markup, percent
from byhand.cli.diagnosis import finding_lines, finding_values
from byhand.cli.recipe_flags import flags_of
from byhand.data.examples import Dataset
from byhand.metrics import mean_interval, top_confusions
from byhand.recipes import RECIPES
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import RecipeEvaluation
from byhand.training.diagnosis import Finding
from byhand.training.state import TrainingState


@dataclass(frozen=True)
class KeptEpoch:
    """What early stopping did.

    epoch, valid_loss : of the weights that were kept   last : the epoch after which training ended
    """

    epoch: int
    valid_loss: float
    last: int

    @classmethod
    def of(cls, state: TrainingState) -> "KeptEpoch | None":
        """Return what early stopping kept; None where it was off."""
        return cls(state.best.epoch, state.best.valid_loss, state.epoch) if state.best else None

    def sentence(self, planned: int) -> str:
        """Return it for people."""
        kept = f"kept epoch {self.epoch}, whose validation loss {self.valid_loss:.4f} is the lowest"
        if self.last < planned:
            return f"stopped after epoch {self.last} of {planned}; {kept}"
        return f"did not stop before epoch {planned}, the last; {kept}"


@dataclass(frozen=True)
class SeedResult:
    """One seed, trained and tested."""

    seed: int
    outcome: RecipeEvaluation
    train_seconds: float
    model_file: Path
    findings: list[Finding] = field(default_factory=list)  # what went wrong
    kept: KeptEpoch | None = None  # by early stopping

    def line(self) -> str:
        """Return the row of a run over many seeds."""
        return f"seed {self.seed:<4} {self.outcome.headline():<28} {self.train_seconds:6.2f} s"


def report_values(
    recipe: Recipe, dataset: Dataset, engine: str, results: list[SeedResult], folder: Path
) -> dict[str, Any]:
    """Return everything that was found, as plain data; accuracies are fractions."""
    first = results[0].outcome
    values: dict[str, Any] = {
        "recipe": recipe.name,
        "data": dataset.name,
        "engine": engine,
        "seeds": [result.seed for result in results],
        "tested": first.how,
        "train_seconds": spread([result.train_seconds for result in results], most=math.inf),
        "model": str(results[0].model_file),
        "run": str(folder),
    }
    if first.accuracy is not None:
        values[f"{first.part}_accuracy"] = spread([result.outcome.accuracy or 0.0 for result in results])
    else:
        values["r_squared"] = spread([result.outcome.r2_score or 0.0 for result in results])
    if first.interval is not None and first.held_out:
        values["interval"] = {"of": f"seed {results[0].seed}", "level": 0.95, "bounds": list(first.interval)}
    if first.confusion is not None:
        names = dataset.class_names
        matrices = [result.outcome.confusion for result in results if result.outcome.confusion is not None]
        pairs = top_confusions(np.sum(matrices, axis=0), 5)
        values["top_confusions"] = [{"true": names[t], "predicted": names[p], "count": c} for t, p, c in pairs]
    for name in first.facts:
        values[name] = spread([result.outcome.facts[name] for result in results])
    if results[0].kept is not None:
        values["early_stopping"] = [{"seed": one.seed, **asdict(one.kept)} for one in results if one.kept]
    values["diagnosis"] = [
        {"seed": result.seed, **finding_values(finding)} for result in results for finding in result.findings
    ]
    return values


def spread(numbers: list[float], *, most: float = 1.0) -> dict[str, Any]:
    """Return mean, median, min, max, all values, and with two or more the standard deviation and 95 % interval.

    most : what no number can exceed: 1 for accuracies and R²
    """
    found: dict[str, Any] = {
        "mean": statistics.fmean(numbers),
        "median": statistics.median(numbers),
        "min": min(numbers),
        "max": max(numbers),
        "values": numbers,
    }
    if len(numbers) > 1:
        found |= {"std": statistics.stdev(numbers), "mean_interval_95": list(mean_interval(numbers, most))}
    return found


def report_text(recipe: Recipe, dataset: Dataset, engine: str, results: list[SeedResult], folder: Path) -> str:
    """Return the closing lines for people."""
    values = report_values(recipe, dataset, engine, results, folder)
    lines = _one_run(results[0].outcome) if len(results) == 1 else _many_runs(values, results[0].outcome.part)
    if values.get("top_confusions"):
        pairs = [f"{pair['true']} read as {pair['predicted']} ({pair['count']})" for pair in values["top_confusions"]]
        lines.append(("most confused", escape_markup(", ".join(pairs[:4]))))
    for name in results[0].outcome.facts:
        lines.append((name.replace("_", " "), _fact(name, values[name])))
    lines += [("note", escape_markup(note)) for note in results[0].outcome.notes]
    if results[0].kept is not None and len(results) == 1:
        lines.append(("early stopping", results[0].kept.sentence(recipe.epochs)))
    if recipe == RECIPES.get(recipe.name) and results[0].outcome.part == "test":  # its figure is its own alone
        lines.append(("must reach", recipe.expects))
    lines += [
        ("trained in", f"{values['train_seconds']['median']:.2f} s, engine {engine}"),
        ("model", escape_markup(str(results[0].model_file))),
        ("run folder", escape_markup(f"{folder}/")),
    ]
    report = "\n".join(["", *(f"[bold]{name:<22}[/bold] {text}" for name, text in lines)])
    return "\n".join([report, *(_what_went_wrong(results) or _next_steps(results[0].outcome, recipe, folder))])


def _next_steps(outcome: RecipeEvaluation, recipe: Recipe, folder: Path) -> list[str]:
    """Return what to do next, below an empty line."""
    run = shlex.quote(str(folder))
    steps = [f"byhand explain {run}", f"byhand evaluate {run}"]
    if outcome.part == "validation":
        steps = [shlex.join(["byhand", "train", *flags_of(recipe, {"validation": "none", "patience": "0"})])]
    what = "When all is chosen" if outcome.part == "validation" else "Next"
    return ["", *(f"[dim]{what}:[/dim] {escape_markup(step)}" for step in steps)]


def _what_went_wrong(results: list[SeedResult]) -> list[str]:
    """Return the findings of the first seed that has some, below an empty line; of many seeds, how many have some."""
    wrong = [result for result in results if result.findings]
    if not wrong:
        return []
    which = f"In {len(wrong)} of {len(results)} seeds something went wrong; seed {wrong[0].seed}:"
    return ["", *([which] if len(results) > 1 else []), *finding_lines(wrong[0].findings)]


def _one_run(outcome: RecipeEvaluation) -> list[tuple[str, str]]:
    """Return the lines on a single run's test."""
    if outcome.accuracy is None:
        return [("R²", f"[bold green]{outcome.r2_score:.4f}[/bold green]  {outcome.how}")]
    name = f"{outcome.part} accuracy" if outcome.held_out else "accuracy"
    lines = [(name, f"[bold green]{percent(outcome.accuracy)}[/bold green]  {outcome.how}")]
    if outcome.interval is not None and outcome.held_out:
        low, high = outcome.interval
        lines.append(("95 % interval", f"{percent(low)} – {percent(high)}, from counting {outcome.n:,} examples"))
    return lines


def _many_runs(values: dict[str, Any], part: str) -> list[tuple[str, str]]:
    """Return the lines on the spread over seeds."""
    if "r_squared" in values:
        found = values["r_squared"]
        return [("R²", f"{found['mean']:.4f} mean, {found['min']:.4f} – {found['max']:.4f}")]
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
