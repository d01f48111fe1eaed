"""What the training tests look with: bits, and losses that remember what they were shown."""

from dataclasses import replace
from typing import Any

import numpy as np

from byhand.arrays import Array, Params
from byhand.losses import SquaredError
from byhand.training.history import EpochRecord
from byhand.training.state import TrainingState


def bits(arrays: Params) -> dict[str, tuple[Any, ...]]:
    """Return everything that can differ between arrays."""
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


def bits_of(state: TrainingState) -> dict[str, tuple[Any, ...]]:
    return bits(state.arrays())


def without_time(history: list[EpochRecord]) -> list[EpochRecord]:
    return [replace(record, seconds=0.0) for record in history]


class Watching(SquaredError):  # noqa: N818 — a loss, no exception
    """Squared error that remembers the targets of every minibatch."""

    def __init__(self) -> None:
        self.seen: list[Array] = []

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Array, Array]:
        self.seen.append(np.array(target).ravel())
        return super().forward(output, target)
