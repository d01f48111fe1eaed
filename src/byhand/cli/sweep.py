"""`byhand sweep`: a recipe with many values of its settings; the best is chosen by the validation examples alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from byhand.cli.common import STOPPED, Reporter, data_dir_option, escape_markup, output_options, percent, runs_option
from byhand.cli.recipe_flags import current_flag, recipe_argument
from byhand.errors import DataError, OptionError
from byhand.formatting import format_number
from byhand.recipes.recipe import recipe_fields

if TYPE_CHECKING:
    from byhand.sweeps.results import TrialResult
    from byhand.sweeps.sweep import SweepResult

MOST_SHOWN = 10  # trials of the ranking
WITH_RESUME = {"resume", "executor", "workers", "as_json", "quiet", "no_color", "runs"}  # they change no result


def field_flags(takes: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one flag for every recipe field, whose text it reads itself.

    takes : what its help says that each flag takes: VALUES (one value, several, or a range) or VALUE
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, (_, meaning) in reversed(recipe_fields().items()):
            flag = f"--{name.replace('_', '-')}"
            function = click.option(flag, name, metavar=takes, default=None, help=meaning)(function)
        return function

    return decorate


@click.command(
    "sweep",
    epilog="VALUES: one value; several, as 0.01,0.1 or 64,128-64 (hidden layers); low:high:n; for a random or "
    "optuna search low:high. Every flag from --data to --seed is a field of the recipe.",
    context_settings={"token_normalize_func": current_flag},
)
@recipe_argument("recipe")
@click.option("--search", default="grid", show_default=True, help="grid, random or optuna.")
@click.option(
    "--trials", type=click.IntRange(min=1), help="How many combinations a random or optuna search tries.  [default: 20]"
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, help="Runs of each trial; the best trial has the best mean."
)
@click.option("--metric", default="score", show_default=True, help="score (accuracy, R² in regression) or loss.")
@click.option("--prune", is_flag=True, help="End a run early if its validation loss is above the median of the others.")
@click.option(
    "--test", is_flag=True, help="At the end train the best trial once more and evaluate it on the test set, once."
)
@click.option("--executor", help="processes, processes:4, serial or dask://HOST:PORT.  [default: processes]")
@click.option("--workers", type=click.IntRange(min=1), help="Number of processes; default: one per processor.")
@click.option("--resume", type=click.Path(path_type=Path), help="Resume a stopped sweep.")
@click.option("--engine", default=None, help="auto, native or numpy (else BYHAND_ENGINE, else auto).")
@data_dir_option
@runs_option
@field_flags("VALUES")
@output_options
def command(
    recipe: str | None,
    executor: str | None,
    workers: int | None,
    resume: Path | None,
    reporter: Reporter,
    **options: Any,
) -> int:
    """Train a recipe with many values of any of its settings and rank them by the validation examples.

    Without RECIPE, --data chooses it, as for `byhand train`.
    The test set is left alone unless --test is given. Every run is a line of results.jsonl in the sweep's folder.

    Example: byhand sweep digits --learning-rate 0.001:1:12 --seeds 3
    """
    from byhand.sweeps.executors import choose_executor
    from byhand.sweeps.sweep import resume_sweep, start_sweep

    open_executor = choose_executor(executor, workers)
    if resume is not None:
        _check_flags(click.get_current_context())
    with _progress(reporter) as on_result:
        try:
            if resume is not None:
                result = resume_sweep(resume, open_executor, on_result)
            else:
                result = start_sweep(_settings(recipe, options), options["runs"], open_executor, on_result)
        except KeyboardInterrupt as stopped:
            reporter.warn(_resume_sentence(str(stopped)))
            return STOPPED
    if result.best is None:
        raise DataError(f"no trial finished; the first failed: {result.trials[0].error}")
    reporter.result(report_text(result), result.to_dict())
    return 0


def _settings(recipe: str | None, options: dict[str, Any]) -> Any:
    """Return the settings of a new sweep."""
    from byhand.recipes import find_recipe
    from byhand.recipes.request import default_recipe
    from byhand.sweeps.settings import make_settings

    if recipe is None and options["data"] is not None:
        recipe = default_recipe(options["data"])
    if recipe is None:
        raise OptionError("sweep got no recipe; name one, as `byhand sweep digits --learning-rate 0.01,0.1`.")
    fields = {name: options[name] for name in recipe_fields() if options[name] is not None}
    return make_settings(
        find_recipe(recipe),
        fields,
        search=options["search"],
        n_trials=options["trials"],
        n_seeds=options["seeds"],
        metric=options["metric"],
        prune=options["prune"],
        test=options["test"],
        data_dir=options["data_dir"],
        engine=options["engine"],
    )


def _check_flags(context: click.Context) -> None:
    """Raise OptionError for a flag that a resumed sweep would ignore."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in WITH_RESUME and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise OptionError(
                f"--resume keeps the sweep's own settings, and {parameter.opts[0]} was given too. Leave it out."
            )


def _resume_sentence(stopped: str) -> str:
    """Return how to resume on the command line; `stopped` ends in the folder, as Python writes it."""
    _, _, call = stopped.partition("resume=")
    return f"stopped; what is done is kept. Resume with `byhand sweep --resume {call.strip(')')}`."


@contextmanager
def _progress(reporter: Reporter) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Narrate every run as it is done."""
    count = 0

    def on_result(line: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        shown = " ".join(f"{name}={_field(value)}" for name, value in line["fields"].items())
        reporter.info(f"trial {line['trial']:<4} seed {line['seed']:<3} {shown:<40} {_outcome(line)}")

    yield on_result


def _outcome(line: dict[str, Any]) -> str:
    """Return how a run ended, in a few words."""
    if "error" in line:
        return f"failed: {line['error']}"
    return f"{_score(line)}{'' if line['status'] == 'finished' else ', ' + line['status']}"


def _score(line: dict[str, Any]) -> str:
    if line["accuracy"] is not None:
        return f"accuracy {percent(line['accuracy'])}"
    return "" if line["r_squared"] is None else f"R² {format_number(line['r_squared'], '.4f')}"


def _field(value: Any) -> str:
    """Return a field's value as a flag takes it."""
    if isinstance(value, list | tuple):
        return "-".join(map(str, value)) or "none"
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)


def report_text(result: "SweepResult") -> str:
    """Return the ranking, and what to do with the best."""
    metric = result.settings.metric
    counts = ", ".join(f"{n} {status}" for status, n in result.to_dict()["statuses"].items())
    lines = ["", f"[bold]{len(result.trials)} trials[/bold]: {counts}"]
    lines += _ranking(result.ranking[:MOST_SHOWN], metric)
    lines += [_chance(result), f"results    {escape_markup(str(result.path / 'results.jsonl'))}"]
    if result.tested is not None:
        from byhand.cli.report import report_text as training_report

        return "\n".join([*lines, training_report(result.tested)])
    return "\n".join([*lines, "", f"[dim]Once the settings are chosen:[/dim] {escape_markup(result.train_command())}"])


def _ranking(trials: "list[TrialResult]", metric: str) -> list[str]:
    """Return the best trials as a table."""
    names = list(trials[0].fields)
    rows = [[_field(trial.fields[name]) for name in names] for trial in trials]
    widths = [max(len(name), *(len(row[i]) for row in rows)) for i, name in enumerate(names)]
    head = "  ".join(f"{name:<{width}}" for name, width in zip(names, widths, strict=True))
    lines = [f"[dim]{'trial':>5}  {head}  validation {_metric_name(trials[0], metric)}[/dim]"]
    for trial, row in zip(trials, rows, strict=True):
        cells = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        lines.append(f"{trial.number:>5}  {escape_markup(cells)}  {_mean(trial, metric)}")
    return lines


def _metric_name(trial: "TrialResult", metric: str) -> str:
    if metric != "score":
        return metric
    return "R²" if trial.runs[0].get("accuracy") is None else "accuracy"


def _mean(trial: "TrialResult", metric: str) -> str:
    """Return the mean of a trial's seeds, and the range of several."""
    values = trial.values(metric)
    is_fraction = _metric_name(trial, metric) == "accuracy"
    mean, low, high = (
        percent(value) if is_fraction else format_number(value, ".4f")
        for value in (sum(values) / len(values), min(values), max(values))
    )
    return mean if len(values) == 1 else f"{mean}  ({low} … {high} over {len(values)} seeds)"


def _chance(result: "SweepResult") -> str:
    """Return how much the first place says."""
    if len(result.ranking) < 2:
        return ""
    return (
        "[dim]The best of many trials looks better than it is: its validation figure is partly luck. "
        "`byhand compare` says whether two of them differ.[/dim]"
    )
