"""A network drawn as SVG text: a column a layer, a circle a unit, a line a weight; nothing but text."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Protocol

from byhand.summary import has_width

MOST_UNITS = 10  # circles of a column; of wider layers the first and the last ones, with dots between
RADIUS, COLUMN, ROW = 9, 130, 26
HEAD, FOOT = 34, 46
INPUT, HIDDEN, OUTPUT = "#8fb7d9", "#d9d9d9", "#f0b083"


class HasLayers(Protocol):
    """What is drawn: layers and widths, as a Network has."""

    layers: list[Any]
    widths: list[int]


@dataclass(frozen=True)
class Column:
    """A column of the drawing.

    units : circles   name : what stands below it   layer : whose outputs these are; None for the input
    """

    units: int
    name: str
    layer: Any


def drawn_edges(layer: Any, n_in: int, n_out: int, most: int) -> list[tuple[int, int]]:
    """Return the places (left, right) in two columns of at most `most` circles that a layer's edges join."""
    left, right = (range(min(units, most)) for units in (n_in, n_out))
    source = [layer.input_of(_unit_at(k, n_out, most)) for k in right]
    return [(i, k) for i in left for k in right if source[k] in (None, _unit_at(i, n_in, most))]


def _unit_at(place: int, units: int, most: int) -> int:
    """Return the unit at a place of a column that leaves out those in the middle if there are more than `most`."""
    return place if units <= most or place < most // 2 else units - most + place


def network_svg(network: HasLayers) -> str:
    """Return an SVG document that draws the network's dense layers, with widths and activations.

    Its size depends on the number of layers alone, not on their widths.
    """
    columns = _columns(network)
    width = COLUMN * len(columns) + 20
    height = HEAD + ROW * MOST_UNITS + FOOT
    centres = [20 + COLUMN * i + COLUMN // 2 - 10 for i in range(len(columns))]
    label = "-".join(str(column.units) for column in columns)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="network {label}" font-family="sans-serif" font-size="12">',
        f"<title>network {label}</title>",
        *_weights(columns, centres),
        *_units(columns, centres),
        *_labels(columns, centres, height),
        "</svg>",
    ]
    return "\n".join(parts)


def _columns(network: HasLayers) -> list[Column]:
    """Return the columns of the input and of each layer with weights."""
    columns: list[tuple[int, list[str], Any]] = [(network.widths[0], ["input"], None)]
    for layer, width in zip(network.layers, network.widths[1:], strict=True):
        if has_width(layer):
            columns.append((width, [], layer))
        if layer.kind not in ("dense", "scaled_dense"):
            columns[-1][1].append(layer.kind.replace("_", " "))
    columns[-1][1].insert(0, "output")
    return [Column(units, ", ".join(dict.fromkeys(names)), layer) for units, names, layer in columns]


def _places(units: int) -> dict[int, int]:
    """Return the heights of a column's circles, from its middle, by their number from the top."""
    shown = min(units, MOST_UNITS)
    top = HEAD + ROW * (MOST_UNITS - shown) // 2 + ROW // 2
    skipped = MOST_UNITS // 2 if units > MOST_UNITS else -1  # there the dots are
    return {i: top + ROW * i for i in range(shown) if i != skipped}


def _weights(columns: list[Column], centres: list[int]) -> Iterator[str]:
    yield '<g stroke="#999" stroke-width="0.5" stroke-opacity="0.6">'
    for i, (left, right) in enumerate(pairwise(columns)):
        starts, ends = _places(left.units), _places(right.units)
        for j, k in drawn_edges(right.layer, left.units, right.units, MOST_UNITS):
            if j in starts and k in ends:
                yield f'<line x1="{centres[i]}" y1="{starts[j]}" x2="{centres[i + 1]}" y2="{ends[k]}"/>'
    yield "</g>"


def _units(columns: list[Column], centres: list[int]) -> Iterator[str]:
    for i, (column, x) in enumerate(zip(columns, centres, strict=True)):
        color = INPUT if i == 0 else OUTPUT if i == len(columns) - 1 else HIDDEN
        yield f'<g fill="{color}" stroke="#333">'
        yield from (f'<circle cx="{x}" cy="{y}" r="{RADIUS}"/>' for y in _places(column.units).values())
        yield "</g>"
        if column.units > MOST_UNITS:
            y = HEAD + ROW * (MOST_UNITS // 2) + ROW // 2 + 4
            yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="currentColor">⋮</text>'


def _labels(columns: list[Column], centres: list[int], height: int) -> Iterator[str]:
    yield '<g text-anchor="middle" fill="currentColor">'
    for column, x in zip(columns, centres, strict=True):
        yield f'<text x="{x}" y="20">{column.units:,}</text>'
        yield f'<text x="{x}" y="{height - 18}">{escape(column.name)}</text>'
    yield "</g>"
