"""Which kernel trains which network fastest, and whether a second thread pays: measured, processor by processor.

kernel_table.json has a row for each work of `byhand bench`, with ratios of times that were taken in turns. The file is
written by benchmarks/kernels.py. That a processor has an instruction says nothing about what it is good for: a kernel
other than the widest of float32 vectors is taken only where it was faster in every row that is like the network.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from byhand.engines.processor import processor_key
from byhand.network import Network

MIN_THREAD_GAIN = 1.05  # one thread's time over that of all; below, the others only take processors from other work


@dataclass(frozen=True)
class Row:
    """What one work showed.

    work : its name in `byhand bench`   sizes : inputs, hidden widths, outputs
    ratios : kernel → its time over that of the widest vector kernel, the upper quartile of the rounds
    thread_gains : kernel → time with one thread over time with all, the median
    """

    work: str
    sizes: tuple[int, ...]
    batch_size: int
    precision: str
    ratios: dict[str, float]
    thread_gains: dict[str, float]


@cache
def rows_of(processor: str) -> tuple[Row, ...]:
    """Return what was measured on such a processor, perhaps nothing."""
    table = json.loads(files(__package__).joinpath("kernel_table.json").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = table["processors"].get(processor, {}).get("rows", [])
    return tuple(Row(**{**row, "sizes": tuple(row["sizes"])}) for row in rows)


def dense_sizes(network: Network) -> list[int]:
    """Return the widths of inputs and dense layers: 784, 128, 10."""
    shapes = [array.shape for name, array in network.params.items() if name.endswith(".W")]
    return [shapes[0][-2], *(shape[-1] for shape in shapes)]


def fastest_kernel(kernels: Sequence[str], default: str, sizes: Sequence[int], precision: str) -> str:
    """Return which of these kernels to train a network of these sizes with.

    default : the one that is taken unless another was faster in every row of the nearest sizes
    """
    near = _nearest([row for row in rows_of(processor_key()) if row.precision == precision], sizes)
    slowest = {kernel: max(_ratio(row, kernel, default) for row in near) for kernel in kernels if near}
    best = min(slowest, key=lambda kernel: slowest[kernel], default=default)
    return best if slowest.get(best, 1.0) < 1 else default


def _ratio(row: Row, kernel: str, default: str) -> float:
    """Return a kernel's time over the default's; infinite if one of the two was not measured."""
    both = kernel in row.ratios and default in row.ratios
    return row.ratios[kernel] / row.ratios[default] if both else math.inf


def why_one_thread(kernel: str, sizes: Sequence[int], batch_size: int, precision: str) -> str | None:
    """Return in a clause why more threads than one do not pay for this network, or None where they do."""
    near = _nearest([row for row in rows_of(processor_key()) if row.precision == precision], sizes)
    measured = [row for row in near if kernel in row.thread_gains]
    distances = [abs(math.log(row.batch_size / batch_size)) for row in measured]
    gains = [
        row.thread_gains[kernel]
        for row, distance in zip(measured, distances, strict=True)
        if distance == min(distances)
    ]
    if not gains or max(gains) >= MIN_THREAD_GAIN:
        return None
    return f"all threads were {max(gains):.2f} times as fast as one on this processor"


def _nearest(rows: Sequence[Row], sizes: Sequence[int]) -> list[Row]:
    """Return the rows whose networks are most like one of these sizes: all of the same, smallest distance."""
    if len(sizes) < 2:
        return []
    distances = [_distance(row.sizes, sizes) for row in rows]
    return [row for row, distance in zip(rows, distances, strict=True) if distance == min(distances)]


def _distance(a: Sequence[int], b: Sequence[int]) -> float:
    """Return how unlike two networks are: in the weights of the first layer, and in all of them, as factors."""
    first, every = (abs(math.log(x / y)) for x, y in zip(_weights(a), _weights(b), strict=True))
    return first + every


def _weights(sizes: Sequence[int]) -> tuple[int, int]:
    return sizes[0] * sizes[1], sum(n_in * n_out for n_in, n_out in pairwise(sizes))
