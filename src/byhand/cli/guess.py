"""`byhand guess`: read the pictures that a network finds hardest, before its answers are shown."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byhand.cli.asking import ask_each
from byhand.cli.cells import cut, pad
from byhand.cli.common import STOPPED, Reporter, data_dir_option, escape_markup, output_options, percent
from byhand.untrusted import escape_control_chars

if TYPE_CHECKING:
    from byhand.data.examples import Examples
    from byhand.persistence.model import Model

LONGEST_NAME, LONGEST_ANSWER = 12, 23  # cells of a class in the table, and of one with its probability


@dataclass(frozen=True)
class Round:
    """One picture: its class, the network's answer with its score, and what the person said, None where nobody did."""

    example: int  # number in the set
    true: str
    network: str
    score: float
    you: str | None


@click.command("guess")
@click.option("--examples", type=click.IntRange(1, 100), default=20, show_default=True, help="How many pictures.")
@click.option(
    "--model", type=click.Path(path_type=Path), help="A model of pictures; default: one is trained on the small digits."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write your answers beside the network's as CSV.")
@data_dir_option
@output_options
def command(examples: int, model: Path | None, output: Path | None, data_dir: Path | None, reporter: Reporter) -> int:
    """Read the pictures that a network finds hardest, then compare your answers with its own.

    Without --model a small network learns half of the bundled digits first, in a moment, and is asked about the others.
    Where nobody can answer (a pipe, --json), the network's answers are printed alone. Ctrl-C or Ctrl-D ends the asking;
    what was answered counts.

    Example: byhand guess --examples 10
    """
    found, rest = _small_digits() if model is None else _saved(model, data_dir)
    can_answer = sys.stdin.isatty() and not reporter.as_json
    rounds, is_stopped = ask_each(lambda i: _round(found, rest, i, ask=can_answer), hardest(found, rest, examples))
    if output is not None:
        _write(output, rounds)
    reporter.result("\n".join(_report(rounds)), {"rounds": [asdict(one) for one in rounds], **_counts(rounds)})
    return STOPPED if is_stopped else 0


def hardest(model: "Model", examples: "Examples", n: int) -> list[int]:
    """Return the numbers of the examples whose largest score is smallest."""
    return [int(i) for i in model.scores(examples.raw).max(axis=1).argsort(kind="stable")[:n]]


def _small_digits() -> "tuple[Model, Examples]":
    """Return a network that has learned half of the bundled digits, and the other half."""
    from byhand.data.digits import digits
    from byhand.network import Network
    from byhand.persistence.model import Model
    from byhand.persistence.output import Output
    from byhand.training.fit import fit

    data = digits(validation=0.5)
    network = Network.mlp([64, 24, 10], seed=1)
    fit(network, data.train, loss="softmax_cross_entropy", epochs=15, batch_size=32)
    preparation, output = data.train.preparation, Output.SOFTMAX_LOGITS
    return Model(network, preparation, output, data.class_names, data.image_shape), data.validation or data.train


def _saved(path: Path, data_dir: Path | None) -> "tuple[Model, Examples]":
    """Return a saved model and examples that it was not trained on, where there are some."""
    from byhand.cli.model_lookup import data_for
    from byhand.errors import DataError
    from byhand.persistence.model import load_model

    model = load_model(path)
    if model.image_shape is None or not model.class_names:
        raise DataError(f"{path} is not a model of pictures with classes; expected one, as runs/digits-1.")
    data = data_for(model, None, data_dir)
    return model, data.test or data.validation or data.train


def _round(model: "Model", examples: "Examples", i: int, *, ask: bool) -> Round:
    """Ask about one picture where somebody can answer."""
    scores = model.scores(examples.raw[i : i + 1])[0]
    names = [escape_control_chars(str(name)) for name in model.class_names]
    you = _answer(model, examples, i, names) if ask else None
    return Round(i, names[int(examples.y[i])], names[int(scores.argmax())], float(scores.max()), you)


def _answer(model: "Model", examples: "Examples", i: int, names: list[str]) -> str:
    """Show a picture and return the class that was typed."""
    from byhand.cli.text_image import picture_lines

    if model.image_shape is None:
        return ""
    lines = picture_lines(examples.raw[i], model.image_shape, float(examples.raw.max()))
    Reporter(as_json=False, quiet=False, color=None).result("\n".join(["", *lines]), {})
    return str(click.prompt("   Your answer", type=click.Choice(names), show_choices=len(names) > 10, err=True))


def _counts(rounds: list[Round]) -> dict[str, int | None]:
    """Return how many each got right; None for a person who was not asked."""
    asked = any(one.you is not None for one in rounds)
    return {
        "pictures": len(rounds),
        "network_right": sum(one.network == one.true for one in rounds),
        "you_right": sum(one.you == one.true for one in rounds) if asked else None,
    }


def _report(rounds: list[Round]) -> list[str]:
    """Return the table of answers and who was right how often."""
    lines = [f"[bold]{pad('true', LONGEST_NAME)}  {pad('network', LONGEST_ANSWER)}  you[/bold]"]
    for one in rounds:
        network = f"{cut(one.network, LONGEST_NAME)} ({percent(one.score)})"
        row = f"{pad(one.true, LONGEST_NAME)}  {pad(network, LONGEST_ANSWER)}  {cut(one.you or '', LONGEST_NAME)}"
        lines.append(escape_markup(row.rstrip()))
    counts = _counts(rounds)
    lines.append(f"\nThe network: {counts['network_right']} of {counts['pictures']} right.")
    if counts["you_right"] is not None:
        same = sum(one.you == one.network != one.true for one in rounds)
        lines.append(f"You: {counts['you_right']} of {counts['pictures']}. The same mistake as the network: {same}.")
    return lines


def _write(path: Path, rounds: list[Round]) -> None:
    """Write the rounds as a table."""
    import csv
    import io

    from byhand.files import atomic_write

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["example", "true", "network", "score", "you"])
    writer.writerows([one.example, one.true, one.network, f"{one.score:.4f}", one.you or ""] for one in rounds)
    atomic_write(path, text.getvalue().encode("utf-8"))
