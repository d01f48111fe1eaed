"""`byhand explain`: one example through forward, loss, backward and update, in words and numbers."""

import textwrap
from dataclasses import asdict
from pathlib import Path

import click

from byhand.cli.common import (
    NonNegativeFloat,
    Reporter,
    data_dir_option,
    escape_markup,
    model_argument,
    output_options,
    runs_option,
)


@click.command("explain")
@model_argument
@click.option("--index", type=click.IntRange(min=0), default=0, show_default=True, help="Index of the example, from 0.")
@click.option("--image", type=click.Path(path_type=Path), help="Explain this picture file instead.")
@click.option(
    "--learning-rate", type=NonNegativeFloat(), default=0.1, show_default=True, help="Learning rate of the step shown."
)
@click.option("--data", help="Take the example from other data: the name of a data set, a table or a folder.")
@data_dir_option
@runs_option
@output_options
def command(
    model: Path | None,
    index: int,
    image: Path | None,
    learning_rate: float,
    data: str | None,
    data_dir: Path | None,
    runs: Path,
    reporter: Reporter,
) -> None:
    """Trace one example through one training step: every line with its formula, shape, numbers, file and line.

    The step is a plain one, W ← W − η dW, and changes nothing on disk. MODEL is a model file or a run folder;
    the default is the newest run.

    Example: byhand explain runs/vanilla-1 --index 8
    """
    from byhand.cli.model_lookup import data_for, find_model, loss_of
    from byhand.cli.text_image import picture_lines
    from byhand.errors import OptionError
    from byhand.inspection.explain import explain

    found, _ = find_model(model, runs)
    if image is not None:
        from byhand.cli.predict import image_row

        raw, y, what = image_row(image, found), None, f"{image}, as the network sees it"
    else:
        dataset = data_for(found, data, data_dir)
        examples = dataset.test or dataset.train
        if index >= len(examples):
            raise OptionError(f"--index {index} is too large: {dataset.name} has {len(examples):,} examples, from 0.")
        raw, y = examples.raw[index : index + 1], examples.y[index]
        what = f"example {index} of {dataset.name}, {found.class_names[int(y)] if found.class_names else y}"
    x = found.preparation.apply(raw)[0]
    explanation = explain(found.network, x, y, loss=loss_of(found), learning_rate=learning_rate)
    picture = picture_lines(raw[0], found.image_shape, float(raw.max()) or 1.0) if found.image_shape else []
    text = "\n".join([f"[bold]{escape_markup(what)}[/bold]", *picture, "", _colored(str(explanation), reporter.width)])
    reporter.result(text, {"example": what, **asdict(explanation)})


def _colored(text: str, width: int) -> str:
    """Return the explanation in lines of limited width, with phase headings in colour and source lines dimmed."""
    lines = []
    for line in text.splitlines():
        if line.isupper():
            lines.append(f"[bold cyan]{escape_markup(line)}[/bold cyan]")
        elif line.startswith("  ") and not line.startswith("      "):
            head, _, place = line.rpartition("   ")
            lines += _wrapped(head, width)
            if len(head) + 3 + len(place) <= width:
                lines[-1] += f"   [dim]{escape_markup(place)}[/dim]"
            else:
                lines.append(f"      [dim]{escape_markup(place)}[/dim]")
        else:
            lines += _wrapped(line, width)
    return "\n".join(lines)


def _wrapped(line: str, width: int) -> list[str]:
    """Return a line wrapped between words, with its own indentation."""
    margin = " " * (len(line) - len(line.lstrip()))
    room = max(width - len(margin), 20)
    text = escape_markup(line.strip())  # before it is cut: a bracket may be closed on another line
    parts = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return [margin + part for part in parts] or [""]
