"""What a network is made of, as a table: every array's shape, every count exact."""

from dataclasses import dataclass
from typing import Protocol

from byhand.layers.base import Layer


class HasLayers(Protocol):
    """What a table is made of: a Network.

    widths : n_in, then the width after each layer
    """

    layers: list[Layer]
    widths: list[int]


@dataclass(frozen=True)
class LayerRow:
    """One line of the table.

    layer : layers with weights are counted from 1; what has none belongs to the one before it; 0 for an embedding
    """

    layer: int
    kind: str
    n_in: int
    n_out: int
    shapes: dict[str, tuple[int, ...]]  # parameter name → shape
    n_params: int


def is_counted(layer: Layer) -> bool:
    """Does a layer have a W, and so a number of its own? What has none belongs to the layer before."""
    return "W" in layer.params or layer.kind == "residual"


def has_width(layer: Layer) -> bool:
    """Is a layer's width one of those that people write? An embedding's is, though its number is 0; a mean's too."""
    return is_counted(layer) or layer.kind.endswith(("_embedding", "head_mean"))


def layer_numbers(network: HasLayers) -> list[int]:
    """Return the number of every layer as formulas and the page count: W₁ and the activation behind it are layer 1."""
    counts = [is_counted(layer) for layer in network.layers]
    return [sum(counts[: i + 1]) for i in range(len(counts))]


def layer_rows(network: HasLayers) -> list[LayerRow]:
    """Return one row per layer, counted from the arrays themselves."""
    numbers = layer_numbers(network)
    return [
        LayerRow(
            layer=numbers[i],
            kind=layer.kind,
            n_in=network.widths[i],
            n_out=network.widths[i + 1],
            shapes={name: array.shape for name, array in layer.params.items()},
            n_params=sum(array.size for array in layer.params.values()),
        )
        for i, layer in enumerate(network.layers)
    ]


def n_params(network: HasLayers) -> int:
    """Return the exact number of parameters, biases included."""
    return sum(row.n_params for row in layer_rows(network))


def sizes_label(network: HasLayers) -> str:
    """Return the widths as people write them: 784-128-10."""
    return "-".join(map(str, written_widths(network)))


def written_widths(network: HasLayers) -> list[int]:
    """Return the width of the input and of every layer that has one: [784, 128, 10]."""
    behind = zip(network.layers, network.widths[1:], strict=True)
    return [network.widths[0], *(width for layer, width in behind if has_width(layer))]


def summary_table(network: HasLayers) -> str:
    """Return the table as text, the total in the last line."""
    rows = layer_rows(network)
    shapes = [", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in row.shapes.items()) for row in rows]
    kind, wide = max(14, *(len(row.kind) + 1 for row in rows)), max(34, *map(len, shapes))
    lines = [f"{'layer':<{kind + 2}}{'in → out':>14}   {'parameters':<{wide}}{'count':>10}"]
    for row, shape in zip(rows, shapes, strict=True):
        sizes = f"{row.n_in} → {row.n_out}"
        lines.append(f"{row.layer} {row.kind:<{kind}}{sizes:>14}   {shape or '–':<{wide}}{row.n_params:>10,}")
    lines.append(f"{sizes_label(network):<{kind + wide + 19}}{n_params(network):>10,}")
    return "\n".join(lines)
