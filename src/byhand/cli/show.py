"""`byhand show`: a network drawn in the terminal, with its shapes and exact parameter counts."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byhand.cli.common import Reporter, escape_markup, output_options, runs_option
from byhand.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byhand.network import Network
    from byhand.persistence.model import Model
    from byhand.untrusted import UntrustedText

MOST_UNITS = 7  # units drawn in one column; for more, their number is printed
MOST_PARAMETERS = 100_000_000  # of a network given by its sizes: all of them are made
GAP, LEAST_GAP = 12, 4  # characters between two columns; at least
EDGE = 10  # characters for the first column and what stands below the last
BRAILLE = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # the bit of each dot, by column and row


@click.command("show")
@click.argument("network", required=False)
@click.option(
    "--activation",
    default="relu",
    show_default=True,
    help="Activation of the hidden layers, where NETWORK is a list of sizes.",
)
@runs_option
@output_options
def command(network: str | None, activation: str, runs: Path, reporter: Reporter) -> None:
    """Draw a network with its shapes and parameter counts.

    NETWORK is a list of sizes, a recipe, a model file or a run folder; the default is the newest run.

    Example: byhand show 784-128-64-10
    """
    from byhand.summary import layer_rows, n_params, sizes_label, summary_table

    found, model = _network(network, activation, runs)
    rows = [{"kind": row.kind, "n_in": row.n_in, "n_out": row.n_out, "parameters": row.n_params, "shapes": row.shapes}
            for row in layer_rows(found)]  # fmt: skip
    trained = _training(model)
    values = {"sizes": sizes_label(found), "parameters": n_params(found), "layers": rows, "trained": trained}
    lines = [*drawing(found, reporter.width), "", summary_table(found)]
    if trained:
        lines.append(f"trained by {escape_markup(trained['engine'])}, byhand {escape_markup(trained['byhand'])}")
    reporter.result("\n".join(lines), values)


def _training(model: "Model | None") -> "dict[str, UntrustedText] | None":
    """Return what the model file records: the engine with its kernel, and the version of byhand."""
    from byhand.cli.model_lookup import provenance_value
    from byhand.untrusted import UntrustedText

    found = (
        {}
        if model is None
        else {"engine": provenance_value(model, "engine"), "byhand": provenance_value(model, "environment", "byhand")}
    )
    return found if found and all(isinstance(text, UntrustedText) for text in found.values()) else None


def _network(name: str | None, activation: str, runs: Path) -> "tuple[Network, Model | None]":
    """Return the network that was named in one of the four ways, and its model if it has one."""
    from byhand.cli.model_lookup import find_model
    from byhand.initializers import zeros
    from byhand.network import Network
    from byhand.recipes import RECIPES
    from byhand.recipes.build import build_network
    from byhand.recipes.datasets import load_data

    if name is None or Path(name).exists():
        model = find_model(None if name is None else Path(name), runs)[0]
        return model.network, model
    if name in RECIPES:
        recipe = RECIPES[name]
        if recipe.data == "mnist":  # its sizes are known without the data
            sizes = [784, *recipe.hidden, 10]
            return Network.mlp(sizes, activation=recipe.activation, output=recipe.output_activation), None
        return build_network(recipe, load_data(recipe, None)), None
    numbers = name.split("-")
    if len(numbers) < 2 or not all(number.isdecimal() and 0 < int(number) <= 1_000_000 for number in numbers):
        raise OptionError(f"{name!r} is not a list of sizes like 784-128-10, a recipe, a model file or a run folder.")
    widths = [int(number) for number in numbers]
    if sum(n_in * n_out for n_in, n_out in pairwise(widths)) > MOST_PARAMETERS:
        raise OptionError(
            f"{name} has more than {MOST_PARAMETERS:,} parameters, too many to draw. Name a smaller network."
        )
    return Network.mlp(widths, activation=activation, initializer=zeros), None


def drawing(network: "Network", room: int = 120) -> list[str]:
    """Return the network as lines: squares for inputs, circles for units, a line for every weight.

    room : characters that a line should not exceed; the columns move together
    """
    widths, labels = _columns(network)
    drawn = [min(width, MOST_UNITS) for width in widths]
    height = 2 * max(drawn) - 1
    places = [[height // 2 + 2 * unit - (n - 1) for unit in range(n)] for n in drawn]  # the line of every unit
    columns = [
        _column(rows, width, height, "○" if i else "□")
        for i, (rows, width) in enumerate(zip(places, widths, strict=True))
    ]
    gap = min(GAP, max(LEAST_GAP, (room - EDGE) // (len(widths) - 1) - 3))
    gaps = [
        edges([(left[j], right[k]) for j, k in joined], height, gap)
        for (left, right), joined in zip(pairwise(places), _edges(network, widths), strict=True)
    ]
    lines = [columns[0][row] + "".join(gap[row] + column[row] for gap, column in zip(gaps, columns[1:], strict=True))
             for row in range(height)]  # fmt: skip
    return [
        *("   " + line.rstrip() for line in lines),
        "",
        _below([f"{width:,}" for width in widths], gap),
        _below(labels, gap),
    ]


def _below(texts: list[str], gap: int) -> str:
    """Return one line with each text centred below its column."""
    line = ""
    for i, text in enumerate(texts):
        centre = 4 + i * (gap + 3)
        line = line.ljust(centre - len(text) // 2) + text
    return line


def _columns(network: "Network") -> tuple[list[int], list[str]]:
    """Return the widths of input, hidden and output units, and what stands below each."""
    from byhand.summary import has_width

    widths, labels = [network.widths[0]], ["input"]
    for layer, width in zip(network.layers, network.widths[1:], strict=True):
        if has_width(layer):
            widths.append(width)
            labels.append("embedding" if layer.kind.endswith("_embedding") else "")
        elif not labels[-1] and layer.kind not in ("batch_norm", "dropout"):
            labels[-1] = getattr(layer, "function", layer).kind  # of a parametric activation: the long name is below
    labels[-1] = f"output {labels[-1]}".strip()
    return widths, labels


def _column(rows: list[int], width: int, height: int, mark: str) -> list[str]:
    """Return the lines of one column of units; three dots in place of one when not all are drawn."""
    lines = ["   "] * height
    for row in rows:
        lines[row] = f" {mark} "
    if width > len(rows):
        lines[rows[len(rows) // 2]] = " ⋮ "
    return lines


def _edges(network: "Network", widths: list[int]) -> "Iterator[list[tuple[int, int]]]":
    """Yield, for every two columns, the places of the units that an edge joins."""
    from byhand.network_svg import drawn_edges
    from byhand.summary import has_width

    layers = [layer for layer in network.layers if has_width(layer)]
    for layer, (n_in, n_out) in zip(layers, pairwise(widths), strict=True):
        yield drawn_edges(layer, n_in, n_out, MOST_UNITS)


def edges(ends: list[tuple[int, int]], height: int, width: int) -> list[str]:
    """Return the lines between two columns of units as braille dots, 2 × 4 to a character.

    ends : of every edge the row where it starts and the one where it ends   width : in characters
    """
    dots = [[0] * width for _ in range(height)]
    n = 2 * width - 1
    for start, end in ends:
        for x in range(n + 1):
            y = round(4 * (start + (end - start) * x / n) + 1.5)
            dots[y // 4][x // 2] |= BRAILLE[x % 2][y % 4]
    return ["".join(chr(0x2800 + cell) for cell in row) for row in dots]
