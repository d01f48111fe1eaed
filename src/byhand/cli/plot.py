"""`byhand plot`: pictures of a run, a model or a data set, as a file; curves also in the terminal."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import Reporter, data_dir_option, escape_markup, output_options, runs_option
from byhand.cli.sparkline import sparkline
from byhand.errors import DataError, OptionError, lookup

if TYPE_CHECKING:
    from byhand.data.examples import Dataset
    from byhand.persistence.model import Model
    from byhand.training.history import History

FORMATS = (".svg", ".png", ".pdf")
MAX_HISTORY = 64 << 20  # bytes
KINDS = ("curves", "network", "weights", "confusion", "mistakes", "gradients", "decision", "gallery", "rates")


@click.command("plot")
@click.argument("target", required=False)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="What to draw; default: a run's curves, a data set's gallery, a model's network.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to draw it: .svg, .png or .pdf.  [default: KIND.svg]"
)
@click.option("--text", is_flag=True, help="Draw curves in the terminal instead; needs no matplotlib.")
@click.option("--data", help="Data other than the model's own: the name of a data set, a table or a folder.")
@data_dir_option
@runs_option
@output_options
def command(
    target: str | None,
    kind: str | None,
    output: Path | None,
    text: bool,
    data: str | None,
    data_dir: Path | None,
    runs: Path,
    reporter: Reporter,
) -> None:
    """Draw a run, a model or a data set into a file.

    TARGET is a run folder, a model file, the name of a data set, or the folder of a sweep of the learning rate (rates);
    the default is the newest run. Pictures need matplotlib: pip install "byhand[plots]"; `network` and --text do not.

    Example: byhand plot runs/digits-1 --kind mistakes --output mistakes.png
    """
    place = _place(target, runs)
    if text and kind not in (None, "curves"):
        raise OptionError(f"--text draws curves, and --kind {kind} was given too. Leave one of them out.")
    kind = kind or _usual_kind(place)
    _check_kind(kind, place)
    if text:
        lines = text_curves(_history(place), reporter.width)
        reporter.result("\n".join(lines), {"curves": _history(place).to_dict()})
        return
    output = output or Path(f"{kind}.svg")
    lookup("format", output.suffix.lower(), dict.fromkeys(FORMATS))
    content = _draw(kind, place, data, data_dir, output.suffix.lower())
    from byhand.files import atomic_write

    atomic_write(output, content)
    reporter.result(f"[bold]{kind}[/bold]  {escape_markup(str(output))}", {"kind": kind, "output": str(output)})


def _place(target: str | None, runs: Path) -> str:
    """Return what is drawn: the word that was given, or the newest run's folder."""
    from byhand.training.run_folder import RunFolder

    return str(RunFolder.latest(runs).path) if target is None else target


def _usual_kind(place: str) -> str:
    path = Path(place)
    if (path / "results.jsonl").exists():
        return "rates"
    if (path.is_dir() and (path / "record.json").exists()) or (path / "history.jsonl").exists():
        return "curves"
    return "network" if path.is_file() else "gallery"


def _check_kind(kind: str, place: str) -> None:
    """Raise OptionError where a data set is named for what only a run or a model has."""
    from byhand.cli.data import SETS

    if place in SETS and kind not in ("gallery", "rates") and not Path(place).exists():
        raise OptionError(
            f"--kind {kind} is of a run or a model, and {place} is a data set. Name a run, as runs/{place}-1, or leave "
            f"--kind out."
        )


def _draw(kind: str, place: str, data: str | None, data_dir: Path | None, suffix: str) -> bytes:
    """Return the picture's file."""
    if kind == "network":
        from byhand.network_svg import network_svg

        if suffix != ".svg":
            raise OptionError(f"a network is drawn as an SVG file; expected a name like network.svg, not {suffix}.")
        return network_svg(_model(place).network).encode()
    figure = _figures(place, data, data_dir)[kind]()
    buffer = io.BytesIO()
    figure.savefig(buffer, format=suffix[1:], metadata={"Date": None} if suffix == ".svg" else None)
    return buffer.getvalue()


def _figures(place: str, data: str | None, data_dir: Path | None) -> dict[str, Callable[[], Any]]:
    """Return what makes the figure of each kind."""
    from byhand import plots

    def tested() -> "tuple[Model, Dataset]":
        from byhand.cli.model_lookup import data_for

        model = _model(place)
        return model, data_for(model, data, data_dir)

    def on_examples(plot: Callable[..., Any], *, network: bool = False) -> Callable[[], Any]:
        def figure() -> Any:
            model, dataset = tested()
            return plot(model.network if network else model, dataset.test or dataset.train)

        return figure

    return {
        "curves": lambda: plots.plot_curves(_history(place)),
        "weights": lambda: plots.plot_weights(_model(place)),
        "confusion": on_examples(plots.plot_confusion),
        "mistakes": on_examples(plots.plot_mistakes),
        "decision": on_examples(plots.plot_decision_map, network=True),
        "gradients": lambda: _gradients(*tested()),
        "gallery": lambda: plots.plot_gallery(_dataset(data or place, data_dir)),
        "rates": lambda: plots.plot_rate_sweep(*_rates(Path(place))),
    }


def _gradients(model: "Model", dataset: "Dataset") -> Any:
    from byhand import plots
    from byhand.cli.model_lookup import loss_of

    return plots.plot_gradient_sizes(model.network, dataset.train, loss_of(model))


def _model(place: str) -> "Model":
    from byhand.persistence.model import load_model

    return load_model(_first_seed(Path(place)))


def _first_seed(path: Path) -> Path:
    """Return the folder of the first seed, of a run with several."""
    from byhand.training.run_folder import RunFolder

    seeds = RunFolder(path).seeds()
    return seeds[0].path if seeds and not (path / "model.safetensors").exists() else path


def _dataset(name: str, data_dir: Path | None) -> "Dataset":
    from byhand.recipes.datasets import load_data
    from byhand.recipes.recipe import Recipe

    return load_data(Recipe(name="", title="", expects="", data=name, scaling="none"), data_dir)


def _history(place: str) -> "History":
    """Return the history of a run folder, of its first seed where there are several."""
    from byhand.files import read_bytes_limited
    from byhand.training.history import from_json_lines

    file = _first_seed(Path(place)) / "history.jsonl"
    return from_json_lines(read_bytes_limited(file, "the history of a run", MAX_HISTORY).decode("utf-8", "replace"))


def _rates(path: Path) -> tuple[list[float], list[float | None]]:
    """Return the learning rates of a sweep and the mean validation loss of each."""
    from byhand.sweeps.results import collect_trials, read_results

    trials = collect_trials(read_results(path / "results.jsonl"))
    rates = [trial.fields.get("learning_rate") for trial in trials]
    if not rates or not all(isinstance(rate, float) for rate in rates):
        raise DataError(f"{path} is not a sweep over the learning rate; expected one, or another kind of plot.")
    return [rate for rate in rates if isinstance(rate, float)], [trial.mean("loss") for trial in trials]


def text_curves(history: "History", width: int) -> list[str]:
    """Return the curves of a history as lines of bars."""
    if not history:
        raise DataError("the history is empty; expected one or more epochs.")
    named = {"loss": history.loss, "validation loss": history.val_loss}
    named |= {"accuracy": history.accuracy, "validation accuracy": history.val_accuracy}
    shown = {name: column.tolist() for name, column in named.items() if column[-1] == column[-1]}
    room = max(width - 46, 8)
    return [f"{name:<20} {sparkline(col, room)}  {col[0]:.4g} → {col[-1]:.4g}" for name, col in shown.items()]
