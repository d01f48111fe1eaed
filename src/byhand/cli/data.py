"""`byhand data`: look at a data set, or fetch MNIST."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.cells import cut, n_cells, one_line, pad
from byhand.cli.column_lines import column_lines
from byhand.cli.common import Reporter, data_dir_option, escape_markup, output_options
from byhand.cli.recipe_flags import OF_TABLES, recipe_flags
from byhand.formatting import format_number

if TYPE_CHECKING:
    from byhand.arrays import Array
    from byhand.data.examples import Dataset, Examples
    from byhand.recipes.recipe import Recipe

LONGEST_NAME = 40  # cells of a class's name in the table
SHORT_NAME = 6  # cells of it that stand above a picture, however small that is

SETS = {
    "mnist": "70,000 handwritten digits, 28×28 (downloaded once, or from --data-dir)",
    "digits": "1,797 handwritten digits, 8×8, bundled",
    "gaussians": "two clouds of unequal spread: a closed boundary is best",
    "gaussians-equal": "two clouds of equal spread: a line is best",
    "xor": "four corners that no line separates",
    "circles": "a circle within a circle",
    "moons": "two half moons",
    "spiral": "two arms that wind around each other",
    "sine": "a curve to predict (regression)",
}


@click.command("data")
@click.argument("name", required=False)
@click.option("--label", help="Show examples of this class only.")
@click.option("--examples", type=click.IntRange(min=1), help="How many pictures of each class.  [default: 1]")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Seed that picks the pictures, or the points of a toy set."
)
@recipe_flags(OF_TABLES)
@data_dir_option
@output_options
def command(
    name: str | None,
    label: str | None,
    examples: int | None,
    seed: int,
    data_dir: Path | None,
    reporter: Reporter,
    **fields: Any,
) -> None:
    """Look at a data set: its parts, classes and counts, and examples of each class.

    NAME is one of the sets below, a table (.csv, .tsv, .npz) or a folder of IDX files; without it the sets are listed.
    MNIST is downloaded if it is not on this machine. Of a table it tells what training would make of each column.

    Example: byhand data mnist --label 7 --examples 5
    """
    if name is None and data_dir is None:
        listed = "\n".join(f"[bold]{known:<17}[/bold]{what}" for known, what in SETS.items())
        reporter.result(f"{listed}\n\nLook at one with `byhand data NAME`.", {"sets": SETS})
        return
    from byhand.cli.progress import progress_bar
    from byhand.errors import OptionError
    from byhand.recipes.datasets import load_data
    from byhand.recipes.needs import check_needs

    recipe = _recipe("mnist" if name is None else name, seed, fields)
    check_needs("data", recipe, [field for field, value in fields.items() if value is not None])
    with progress_bar(reporter) as progress:
        dataset = load_data(recipe, data_dir, progress=progress)
    if not dataset.image_shape and (label is not None or examples is not None):
        given = "--examples" if label is None else "--label"
        raise OptionError(f"{given} is for pictures, and {dataset.name} has none. Leave it out.")
    for note in _notes(dataset):
        reporter.warn(note)
    reporter.result(_text(dataset, label, examples or 1, seed, reporter.width), _values(dataset))


def _recipe(name: str, seed: int, fields: dict[str, Any]) -> "Recipe":
    """Return how the data are read: a table as `byhand train` does, with the fields that were given."""
    from byhand.recipes.datasets import is_table
    from byhand.recipes.recipe import Recipe
    from byhand.recipes.table import TABLE

    plain = TABLE if is_table(name) else Recipe(name="", title="", expects="", scaling="none")
    return replace(plain, data=name, seed=seed, **{key: value for key, value in fields.items() if value is not None})


def _notes(dataset: "Dataset") -> list[str]:
    from byhand.data.tables.warnings import table_warnings

    return [*dataset.notes, *table_warnings(dataset)] if dataset.table else []


def _parts(dataset: "Dataset") -> dict[str, "Examples"]:
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {name: part for name, part in parts.items() if part is not None}


def _counts(dataset: "Dataset", part: "Examples") -> list[int]:
    import numpy as np

    return [int(count) for count in np.bincount(part.y, minlength=len(dataset.class_names))]


def _values(dataset: "Dataset") -> dict[str, Any]:
    """Return the summary of a data set as plain data, for --json."""
    raw = dataset.train.raw
    values: dict[str, Any] = {
        "data": dataset.name,
        "source": dataset.source,
        "n": {name: len(part) for name, part in _parts(dataset).items()},
        "n_features": dataset.train.n_features,
        "image_shape": dataset.image_shape,
        "range": [float(raw.min()), float(raw.max())],
        "class_names": dataset.class_names,
    }
    if dataset.class_names:
        values["class_counts"] = {name: _counts(dataset, part) for name, part in _parts(dataset).items()}
    return values


def _text(dataset: "Dataset", label: str | None, n: int, seed: int, width: int) -> str:
    """Return the summary of a data set as text, with pictures or a scatter plot."""
    raw = dataset.train.raw
    low, high = (format_number(float(bound), "g") for bound in (raw.min(), raw.max()))
    lines = [f"[bold]{escape_markup(dataset.name)}[/bold]  {escape_markup(dataset.source)}", ""]
    what = "" if dataset.table else f" of {dataset.train.n_features} numbers, {low} … {high}"
    lines += [f"{name:<11}{len(part):>8,} examples{what}" for name, part in _parts(dataset).items()]
    lines += ["", *map(escape_markup, column_lines(dataset))] if dataset.table else []
    if dataset.class_names and len(dataset.class_names) <= 20:
        lines += ["", *_class_table(dataset)]
    if dataset.image_shape:
        lines += ["", *_gallery(dataset, dataset.image_shape, label, n, seed, width)]
    elif dataset.train.n_features == 2 and dataset.class_names:
        lines += ["", *_scatter(raw, dataset.train.y)]
    return "\n".join(lines)


def _class_table(dataset: "Dataset") -> list[str]:
    """Return how many examples of each class the parts have, one row per class."""
    names = [one_line(name) for name in dataset.class_names]
    margin = min(LONGEST_NAME, max(n_cells(name) for name in ("class", *names))) + 1
    counts = {name: _counts(dataset, part) for name, part in _parts(dataset).items()}
    head = f"[dim]{'class':<{margin}}{''.join(f'{name:>12}' for name in counts)}[/dim]"
    return [head, *(
        escape_markup(pad(name, margin - 1) + " ") + "".join(f"{part[i]:>12,}" for part in counts.values())
        for i, name in enumerate(names)
    )]  # fmt: skip


def _gallery(dataset: "Dataset", shape: tuple[int, int], label: str | None, n: int, seed: int, width: int) -> list[str]:
    """Return pictures of each class, sampled by the seed, as many side by side as fit the terminal."""
    import numpy as np

    from byhand.cli.text_image import picture_lines
    from byhand.engines.shuffle import permutation
    from byhand.errors import lookup
    from byhand.random import DATA, RandomStream

    numbers = {name: i for i, name in enumerate(dataset.class_names)}
    wanted = numbers.values() if label is None else [lookup("class", label, numbers)]
    order = permutation(RandomStream(seed, DATA), len(dataset.train))
    y = dataset.train.y[order]
    rows = np.concatenate([order[y == number][:n] for number in wanted])
    high = float(dataset.train.raw.max())
    pictures = [picture_lines(dataset.train.raw[row], shape, high) for row in rows]
    titles = [_title(dataset, int(row), shape[1]) for row in rows]
    room = max(map(n_cells, titles), default=0)  # a title may be wider than a small picture
    across = max(1, width // (room + 2))
    lines: list[str] = []
    for start in range(0, len(pictures), across):
        some = slice(start, start + across)
        lines.append("[dim]" + escape_markup("  ".join(pad(title, room) for title in titles[some])) + "[/dim]")
        lines += ["  ".join(pad(part, room) for part in parts) for parts in zip(*pictures[some], strict=True)]
    return lines


def _title(dataset: "Dataset", row: int, width: int) -> str:
    """Return the caption above a picture: its class, truncated, and its index, about as wide as the picture."""
    name, number = one_line(dataset.class_names[int(dataset.train.y[row])]), f" (#{row})"
    return cut(name, max(SHORT_NAME, width - len(number))) + number


def _scatter(points: "Array", y: "Array", width: int = 64, height: int = 24) -> list[str]:
    """Return a scatter plot in characters, one mark per class; later points cover earlier ones."""
    import numpy as np

    low, high = points.min(axis=0), points.max(axis=0)
    spot = ((points - low) / np.where(high > low, high - low, 1) * (width - 1, height - 1)).round().astype(int)
    canvas = [[" "] * width for _ in range(height)]
    for (column, row), label in zip(spot, y, strict=True):
        canvas[height - 1 - row][column] = "○●△▲□■"[int(label) % 6]
    return ["".join(line).rstrip() for line in canvas]
