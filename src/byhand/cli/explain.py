"""`byhand explain`: one example through forward, loss, backward and update, in words and numbers."""

import itertools
import textwrap
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.cells import n_cells, one_line, pad
from byhand.cli.common import (
    NonNegativeFloat,
    Reporter,
    data_dir_option,
    encoding_option,
    escape_markup,
    model_argument,
    output_options,
    percent,
    runs_option,
)
from byhand.formatting import count_noun, format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.arrays import Array
    from byhand.data.examples import Dataset, Examples
    from byhand.persistence.model import Model


BAR, MOST_NAME = 24, 24  # cells of a bar and of a column's name


@click.command("explain")
@model_argument
@click.option("--index", type=click.IntRange(min=0), default=0, show_default=True, help="Index of the example, from 0.")
@click.option("--image", type=click.Path(path_type=Path), help="Explain this picture file instead.")
@click.option(
    "--learning-rate", type=NonNegativeFloat(), default=0.1, show_default=True, help="Learning rate of the step shown."
)
@click.option(
    "--influence",
    type=click.IntRange(1, 100),
    help="Also list this many training examples that pushed the answer most, for and against it.",
)
@click.option(
    "--importance",
    type=click.IntRange(2, 1000),
    metavar="SHUFFLES",
    help="For a table, instead: how much worse the model is with each column shuffled this many times.",
)
@click.option("--data", help="Take the example from other data: the name of a data set, a table or a folder.")
@encoding_option
@data_dir_option
@runs_option
@output_options
def command(
    model: Path | None,
    index: int,
    image: Path | None,
    learning_rate: float,
    influence: int | None,
    importance: int | None,
    data: str | None,
    encoding: str | None,
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
    from byhand.cli.training_examples import training_examples
    from byhand.inspection.explain import explain

    found, place = find_model(model, runs, encoding)
    if importance is not None:
        reporter.result(*_importance(found, data_for(found, data, data_dir), importance))
        return
    raw, y, what = (
        _example(found, data_for(found, data, data_dir), index) if image is None else _picture(found, image, place)
    )
    x = found.preparation.apply(raw)[0]
    explanation = explain(found.network, x, y, loss=loss_of(found), learning_rate=learning_rate)
    picture = picture_lines(raw[0], found.image_shape, float(raw.max()) or 1.0) if found.image_shape else []
    lines = [f"[bold]{escape_markup(what)}[/bold]", *picture, "", _colored(str(explanation), reporter.width)]
    answer = {"example": what, **asdict(explanation)}
    if influence is not None:
        pushed = _influence(found, *training_examples(found, data, data_dir), raw[0], influence)
        lines += ["", *_influence_lines(pushed)]
        answer["influence"] = pushed
    reporter.result("\n".join(lines), answer)


def _picture(model: "Model", image: Path, place: Path) -> tuple["Array", Any, str]:
    """Return a picture file as one row, no answer, and what it is."""
    from byhand.cli.predict import image_row

    return image_row(image, model, place), None, f"{image}, as the network sees it"


def _example(model: "Model", dataset: "Dataset", index: int) -> tuple["Array", Any, str]:
    """Return one example of the data as one row, its answer, and what it is. Raises OptionError if there is none."""
    from byhand.errors import OptionError

    examples = dataset.test or dataset.train
    if index >= len(examples):
        raise OptionError(
            f"--index {index} is too large: {dataset.name} has {len(examples):,} examples, 0 … {len(examples) - 1}."
        )
    y = examples.y[index]
    name = model.class_names[int(y)] if model.class_names else ", ".join(format_number(v, ".6g") for v in y.ravel())
    place = f" ({dataset.places[index]})" if dataset.places else ""
    return examples.raw[index : index + 1], y, f"example {index} of {dataset.name}{place}, {name}"


def _influence(model: "Model", train: "Examples", names: "Sequence[str]", raw: "Array", n: int) -> dict[str, Any]:
    """Return the n training examples that speak most for the predicted class and against it.

    names : what each training example is called, as "line 7"
    """
    from byhand.cli.model_lookup import loss_of
    from byhand.errors import OptionError
    from byhand.inspection.influence import influence

    if not train.is_classes:
        raise OptionError(
            "--influence is for classes, and this model predicts numbers. For what a column is worth: --importance."
        )
    found = influence(model.network, train, raw, loss=loss_of(model))
    name = [str(name) for name in model.class_names] or [str(label) for label in range(max(model.n_classes, 2))]

    def described(numbers: "Array") -> list[dict[str, Any]]:
        return [
            {"index": int(i), "place": names[i], "class": name[train.y[i]], "score": float(found.scores[i])}
            for i in numbers
        ]

    return {
        "class": name[found.label],
        "n_train": len(train),
        "supporters": described(found.supporters(n)),
        "opponents": described(found.opponents(n)),
    }


def _importance(model: "Model", dataset: "Dataset", repeats: int) -> tuple[str, dict[str, Any]]:
    """Return what each column of a table is worth to the model, as text and as plain data."""
    from byhand.errors import OptionError
    from byhand.inspection.importance import permutation_importance

    if model.table is None:
        raise OptionError("--importance is for the columns of a table, and this model was not trained on one.")
    examples = dataset.test or dataset.train
    ends = itertools.accumulate(column.n_inputs for column in model.table.columns)
    columns = [(one.name, range(end - one.n_inputs, end)) for one, end in zip(model.table.columns, ends, strict=True)]
    found = permutation_importance(model.predict, examples.raw, examples.y, columns=columns, repeats=repeats)
    most = max(*(abs(one.mean) for one in found.columns), 1e-12)
    figure = percent if found.what == "accuracy" else partial(format_number, spec=".4f")
    lines = [
        f"[bold]IMPORTANCE[/bold] of columns: {found.what} {figure(found.score)} on {count_noun(found.n, 'row')} of "
        f"{escape_markup(dataset.name)}; with one column shuffled {repeats} times it is lower by (95 % of the mean)"
    ]
    names = [one_line(one.name) for one in found.columns]
    width = min(max(map(n_cells, names)), MOST_NAME)
    for one, name in zip(found.columns, names, strict=True):
        low, mean, high = map(figure, (one.interval[0], one.mean, one.interval[1]))
        bar = "█" * round(BAR * max(one.mean, 0) / most)
        lines.append(f"  {escape_markup(pad(name, width))}  {mean:>8}  [dim]{low} … {high}[/dim]  {bar}".rstrip())
    return "\n".join(lines), {"data": dataset.name, **asdict(found)}


def _influence_lines(pushed: dict[str, Any]) -> list[str]:
    """Return the training examples for and against as lines: name, class, score."""
    name = escape_markup(pushed["class"])
    lines = [f"[bold cyan]INFLUENCE[/bold cyan] of {pushed['n_train']:,} training examples on the answer {name}"]
    for title, which in (("for it", "supporters"), ("against it", "opponents")):
        lines += [f"  {title}" if pushed[which] else f"  {title}: none"]
        for one in pushed[which]:
            score = format_number(one["score"], ".3g")
            lines.append(f"    {escape_markup(one['place']):<14}  {escape_markup(one['class'])}  {score}")
    return [*lines, "  score: how much a step of gradient descent on that example lowers this answer's loss."]


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
