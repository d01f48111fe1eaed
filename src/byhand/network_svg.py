"""A network drawn as SVG text: a column a layer, a circle a unit, a line a weight; nothing but the standard library."""

from collections.abc import Iterator
from html import escape
from typing import Any, Protocol

MOST_UNITS = 10  # circles of a column; of wider layers the first and the last ones, with dots between
RADIUS, COLUMN, ROW = 9, 130, 26
HEAD, FOOT = 34, 46
INPUT, HIDDEN, OUTPUT = "#8fb7d9", "#d9d9d9", "#f0b083"


class HasLayers(Protocol):
    """What is drawn: layers and widths, as a Network has."""

    layers: list[Any]
    widths: list[int]


def network_svg(network: HasLayers) -> str:
    """Return an SVG document that draws the network's dense layers, with widths and activations.

    Its size depends on the number of layers alone, not on their widths.
    """
    columns = _columns(network)
    width = COLUMN * len(columns) + 20
    height = HEAD + ROW * MOST_UNITS + FOOT
    centres = [20 + COLUMN * i + COLUMN // 2 - 10 for i in range(len(columns))]
    label = "-".join(str(units) for units, _ in columns)
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


def _columns(network: HasLayers) -> list[tuple[int, str]]:
    """Return the width of the input and of each layer with weights, and what follows it."""
    columns: list[tuple[int, list[str]]] = [(network.widths[0], ["input"])]
    for i, layer in enumerate(network.layers):
        if "W" in layer.params or layer.kind == "residual":
            columns.append((network.widths[i + 1], []))
        if layer.kind != "dense" and i:
            columns[-1][1].append(layer.kind.replace("_", " "))
    columns[-1][1].insert(0, "output")
    return [(units, ", ".join(dict.fromkeys(names))) for units, names in columns]


def _places(units: int) -> list[int]:
    """Return the heights of a column's circles, from its middle."""
    shown = min(units, MOST_UNITS)
    top = HEAD + ROW * (MOST_UNITS - shown) // 2 + ROW // 2
    skipped = MOST_UNITS // 2 if units > MOST_UNITS else -1  # there the dots are
    return [top + ROW * i for i in range(shown) if i != skipped]


def _weights(columns: list[tuple[int, str]], centres: list[int]) -> Iterator[str]:
    yield '<g stroke="#999" stroke-width="0.5" stroke-opacity="0.6">'
    for i in range(1, len(columns)):
        for y1 in _places(columns[i - 1][0]):
            for y2 in _places(columns[i][0]):
                yield f'<line x1="{centres[i - 1]}" y1="{y1}" x2="{centres[i]}" y2="{y2}"/>'
    yield "</g>"


def _units(columns: list[tuple[int, str]], centres: list[int]) -> Iterator[str]:
    for i, ((units, _), x) in enumerate(zip(columns, centres, strict=True)):
        color = INPUT if i == 0 else OUTPUT if i == len(columns) - 1 else HIDDEN
        yield f'<g fill="{color}" stroke="#333">'
        yield from (f'<circle cx="{x}" cy="{y}" r="{RADIUS}"/>' for y in _places(units))
        yield "</g>"
        if units > MOST_UNITS:
            y = HEAD + ROW * (MOST_UNITS // 2) + ROW // 2 + 4
            yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="currentColor">⋮</text>'


def _labels(columns: list[tuple[int, str]], centres: list[int], height: int) -> Iterator[str]:
    yield '<g text-anchor="middle" fill="currentColor">'
    for (units, name), x in zip(columns, centres, strict=True):
        yield f'<text x="{x}" y="20">{units:,}</text>'
        yield f'<text x="{x}" y="{height - 18}">{escape(name)}</text>'
    yield "</g>"
