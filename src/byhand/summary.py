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

    layer : layers with weights are counted from 1; what has none belongs to the one before it
    """

    layer: int
    kind: str
    n_in: int
    n_out: int
    shapes: dict[str, tuple[int, ...]]  # parameter name → shape
    n_params: int


def layer_numbers(network: HasLayers) -> list[int]:
    """Return the number of every layer as formulas and the page count: W₁ and the activation behind it are layer 1."""
    has_weights = [layer.kind in ("dense", "residual") for layer in network.layers]
    return [sum(has_weights[: i + 1]) for i in range(len(has_weights))]


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
    dense = [row for row in layer_rows(network) if row.kind in ("dense", "residual")]
    return "-".join(str(width) for width in [network.widths[0], *(row.n_out for row in dense)])


def summary_table(network: HasLayers) -> str:
    """Return the table as text, the total in the last line."""
    lines = [f"{'layer':<16}{'in → out':>14}   {'parameters':<34}{'count':>10}"]
    for row in layer_rows(network):
        shapes = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in row.shapes.items()) or "–"
        lines.append(f"{row.layer} {row.kind:<14}{f'{row.n_in} → {row.n_out}':>14}   {shapes:<34}{row.n_params:>10,}")
    lines.append(f"{sizes_label(network):<67}{n_params(network):>10,}")
    return "\n".join(lines)
