"""`byhand experiment`: a textbook's warning as runs side by side, over several seeds."""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import Reporter, data_dir_option, escape_markup, output_options, percent
from byhand.formatting import format_number

if TYPE_CHECKING:
    from byhand.experiments import Experiment, Result
    from byhand.experiments.result import Finding
    from byhand.experiments.table import Measure

ALL = "all"
STAR = "  [bold yellow]★[/bold yellow] surprises even experts"
SIGNS = {"good": "[green]✓[/green]", "bad": "[red]✗[/red]", "plain": "·"}
CONCLUSIONS = {"yes": "[green]✓ As expected[/green]", "no": "[red]✗ Not as expected[/red]"}
WIDEST = 112  # characters in a line, however wide the terminal is
MARGIN, MEAN = 4, 18  # characters before the names, and for mean and spread
LEAST_SCALE, MOST_SCALE = 16, 46


def _names(ctx: click.Context, param: click.Parameter, beginning: str) -> list[str]:
    from byhand.experiments import experiments

    return [name for name in (*experiments(), ALL) if name.startswith(beginning)]


@click.command("experiment")
@click.argument("name", required=False, shell_complete=_names)
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    help="Number of seeds; with fewer than the default there is no verdict.  [default: 5]",
)
@data_dir_option
@output_options
def command(name: str | None, seeds: int | None, data_dir: Path | None, reporter: Reporter) -> None:
    """Run an experiment: several settings side by side, a dot per seed, and what would hide the effect.

    NAME is an experiment, its number, or "all"; without it they are listed. The same seeds give the same result.

    Example: byhand experiment sorted-by-class
    """
    from byhand.experiments import experiment_named, experiments

    known = experiments()
    if name is None:
        reporter.result(_list_of(known), {"experiments": [_about(one) for one in known.values()]})
    elif name == ALL:
        results, left_out = _all_run_with_bar(known, seeds, data_dir, reporter)
        text = "\n\n".join([*(report(result, reporter.width) for result in results), _summary(results), *left_out])
        reporter.result(text, {"experiments": [result.frame() for result in results]})
    else:
        result = _run_with_bar(experiment_named(name), seeds, data_dir, reporter)
        reporter.result(report(result, reporter.width), result.frame())


def _all_run_with_bar(
    known: "dict[str, Experiment]", seeds: int | None, data_dir: Path | None, reporter: Reporter
) -> "tuple[list[Result], list[str]]":
    """Run those whose data are available; return the results, and a sentence on those that lack MNIST."""
    from byhand.data.mnist import DatasetNotFoundError
    from byhand.experiments.runner import KINDS

    results: list[Result] = []
    without: list[str] = []
    why = ""
    for one in known.values():
        try:
            if without and KINDS[one.kind].on_digits:
                without.append(one.name)
                continue
            results.append(_run_with_bar(one, seeds, data_dir, reporter))
        except DatasetNotFoundError as error:
            without.append(one.name)
            why = str(error)
    note = f"Not run, because they need MNIST: {', '.join(without)}. {why}"
    return results, [escape_markup(note)] if without else []


def _run_with_bar(experiment: "Experiment", seeds: int | None, data_dir: Path | None, reporter: Reporter) -> "Result":
    """Run it, with a progress bar on a terminal."""
    from byhand.experiments import run_experiment

    n_seeds = seeds or experiment.seeds
    with _bar(reporter, f"{experiment.number} {experiment.name}", n_seeds) as on_seed_end:
        return run_experiment(experiment, n_seeds, data_dir=data_dir, on_seed_end=on_seed_end)


@contextmanager
def _bar(reporter: Reporter, title: str, n_seeds: int) -> Iterator[Callable[[int], None]]:
    """On a terminal, show how many seeds are done; the bar disappears at the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = reporter.console()
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("seeds"))
    with Progress(*columns, console=console, transient=True, disable=reporter.quiet or not console.is_terminal) as bar:
        task = bar.add_task(title, total=n_seeds)
        yield lambda done: bar.update(task, completed=done)


def _about(experiment: "Experiment") -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "number": experiment.number,
        "title": experiment.title,
        "question": experiment.question,
        "surprising": experiment.surprising,
    }


def _list_of(known: "dict[str, Experiment]") -> str:
    lines = []
    for one in known.values():
        lines.append(f"{one.number:>3} [bold]{one.name:<20}[/bold] {one.title}{STAR if one.surprising else ''}")
        lines.append(f"{'':<24} [dim]{one.question}[/dim]")
    return "\n".join(
        [*lines, "", "Run one with `byhand experiment NAME`, or all of them with `byhand experiment all`."]
    )


def _summary(results: "list[Result]") -> str:
    """Return how many of those with enough seeds came out as expected, and which did not."""
    conclusive = [result for result in results if result.is_conclusive]
    unexpected = [result.experiment.name for result in conclusive if not result.is_as_expected]
    otherwise = f" (otherwise: {', '.join(unexpected)})" if unexpected else ""
    lines = [f"[bold]{len(conclusive) - len(unexpected)} of {len(conclusive)} came out as expected[/bold]{otherwise}"]
    few = [
        f"{result.experiment.name} ({result.conclusion.partition(': ')[2]})"
        for result in results
        if not result.is_conclusive
    ]
    return "\n".join([*(lines if conclusive else []), *([f"Not judged: {', '.join(few)}"] if few else [])])


def report(result: "Result", width: int) -> str:
    """Return the result as text of limited width."""
    one, width = result.experiment, min(width, WIDEST)
    seeds = "seed 1" if len(result.seeds) == 1 else f"seeds 1 – {result.seeds[-1]}"
    head = [
        f"[bold]{one.number:>2}  {one.title}[/bold]{STAR if one.surprising else ''}",
        *_wrapped(one.question, width),
        f"    [dim]{escape_markup(result.data)}, {seeds}[/dim]",
    ]
    conclusion = CONCLUSIONS.get(result.conclusion, f"[yellow]· {result.conclusion.capitalize()}[/yellow]")
    findings = [line for finding in result.findings() for line in _wrapped(_finding_text(result, finding), width, "– ")]
    hides = [line for hidden in one.hides for line in _wrapped(hidden, width, "– ")]
    reading = _wrapped(one.reading, width)
    parts = [
        head,
        _drawing(result, width),
        _asides(result, width),
        reading,
        [f"  {conclusion}:", *findings],
        ["    Would hide it:", *hides],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _wrapped(text: str, width: int, mark: str = "") -> list[str]:
    """Return wrapped text; the first line begins with the mark, the others are indented to it."""
    margin = " " * MARGIN
    later = margin + " " * len(mark)
    return textwrap.wrap(text, width, initial_indent=margin + mark, subsequent_indent=later, break_on_hyphens=False)


def _names_width(result: "Result") -> int:
    """Return how many characters the longest name of a row needs, and two more."""
    one = result.experiment
    titles = [f"  {measure.title}" for measure in one.scale] if len(one.scale) > 1 else [one.scale[0].title]
    return 2 + max(len(text) for text in (*titles, *(trial.name for trial in one.trials)))


def _drawing(result: "Result", width: int) -> list[str]:
    """Return a row of dots for every run and measure, all on one scale."""
    from byhand.cli.dot_plot import RULE, Scale

    one, names = result.experiment, _names_width(result)
    rows = [(trial, measure) for trial in one.trials for measure in one.scale]
    numbers = [number for trial, measure in rows for number in result.of(trial.name, measure.name)]
    marks = list(result.marks.values())
    room = max(LEAST_SCALE, min(MOST_SCALE, width - MARGIN - names - MEAN))
    scale = Scale.holding(one.axis, [*numbers, *marks], room)
    several = len(one.scale) > 1
    heading = "" if several else one.scale[0].title
    lines = [f"    {heading:<{names}}[dim]{scale.ends(percent(scale.low, 0), percent(scale.high, 0))}[/dim]"]
    for trial, measure in rows:
        if several and measure is one.scale[0]:
            lines.append(f"  {SIGNS[trial.rating]} [bold]{trial.name}[/bold]")
        label = f"  {measure.title}" if several else trial.name
        sign = " " if several else SIGNS[trial.rating]
        dots = scale.row(result.of(trial.name, measure.name), marks)
        mean, spread = result.mean(trial.name, measure.name), result.spread(trial.name, measure.name)
        figures = f"{percent(mean):>10}" + (f" ± {100 * spread:.2f}" if len(result.seeds) > 1 else "")
        lines.append(f"  {sign} {label:<{names}}{dots}{figures}")
    return [*lines, *(f"    [dim]{RULE} {name}: {percent(value)}[/dim]" for name, value in result.marks.items())]


def _asides(result: "Result", width: int) -> list[str]:
    """Return the numbers beside the dots, a table with a column per measure."""
    one, names = result.experiment, _names_width(result)
    if not one.aside:
        return []
    rows = [[_number(result, trial.name, measure) for measure in one.aside] for trial in one.trials]
    widths = [max(len(row[i]) for row in rows) for i in range(len(one.aside))]
    lines = []
    for trial, row in zip(one.trials, rows, strict=True):
        cells = "   ".join(f"{cell:>{size}}" for cell, size in zip(row, widths, strict=True))
        lines.append(f"    {trial.name:<{names}}{cells}")
    titles = " · ".join(measure.title for measure in one.aside)
    order = ", from left to right" if len(one.aside) > 1 else ""
    return [*(f"[dim]{line}[/dim]" for line in _wrapped(f"Beside it{order}: {titles}", width)), *lines]


def _number(result: "Result", trial: str, measure: "Measure") -> str:
    if measure.shown_as == "class":
        return " ".join(f"{number:.0f}" for number in result.of(trial, measure.name))
    return format_measure(result.mean(trial, measure.name), measure)


def format_measure(value: float, measure: "Measure") -> str:
    """Return a number as its measure is read."""
    if measure.shown_as == "percent":
        return percent(value)
    if measure.shown_as == "seconds":
        return f"{value:.2f} s"
    if measure.shown_as == "small":
        return format_number(value, ".1e" if abs(value) < 0.01 else ".2f")
    return format_number(round(value, 3), ",g") if abs(value) < 10 else format_number(value, ",.0f")


def _finding_text(result: "Result", finding: "Finding") -> str:
    """Return an expectation as text, with the measured value."""
    one, found = finding.expectation, finding.found
    measures = {measure.name: measure for measure in (*result.experiment.scale, *result.experiment.aside)}
    measure = measures[one.measure]
    what = "" if measure is result.experiment.scale[0] else f", {measure.title}"
    if one.over is not None:
        bound = "at least " + _apart(one.by, measure) if one.by is not None else _apart(one.within or 0.0, measure)
        at_most = "" if one.by is not None else "at most "
        return f"{one.of} over {one.over}{what}: {_apart(found, measure)}, expected {at_most}{bound}"
    bound = (
        f"at least {format_measure(one.least, measure)}"
        if one.least is not None
        else f"at most {format_measure(one.most or 0.0, measure)}"
    )
    return f"{one.of}{what}: {format_measure(found, measure)}, expected {bound}"


def _apart(difference: float, measure: "Measure") -> str:
    """Return a difference as it is read: of percentages in points."""
    if measure.shown_as == "percent":
        return f"{format_number(100 * difference, '.2f')} points"
    return format_measure(difference, measure)
