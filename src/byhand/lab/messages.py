"""The frames that viewers of a training receive: one plain object per epoch, from the run's own records."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from byhand.lab.broadcast import Frame
from byhand.network import Network
from byhand.summary import written_widths

SCHEMA = 1
MOST_UNITS = 16  # of the first layer
MOST_INPUTS = 4096  # of a unit that is shown: a picture of 64×64
MOST_ROWS = 500  # of the history; of more, every second, third … is shown
DIGITS = 4  # of a weight

Row = dict[str, Any]


class Record(Protocol):
    """The record of an epoch: see byhand.training.history."""

    @property
    def epoch(self) -> int:
        """The epoch's number, from 1."""

    @property
    def loss(self) -> float:
        """The mean loss over the training examples."""

    @property
    def accuracy(self) -> float | None:
        """The training accuracy, 0 … 1; None for regression."""

    @property
    def val_loss(self) -> float | None:
        """The validation loss; None without validation."""

    @property
    def val_accuracy(self) -> float | None:
        """The validation accuracy, 0 … 1; None without validation or for regression."""


def history_row(record: Record) -> Row:
    """Return an epoch's record as the page reads it."""
    return {
        "epoch": record.epoch,
        "loss": _number(record.loss),
        "accuracy": _number(record.accuracy),
        "validation_loss": _number(record.val_loss),
        "validation_accuracy": _number(record.val_accuracy),
    }


def training_frame(
    *, recipe: str, network: Network, epochs: int, steps_an_epoch: int, examples_per_second: float, history: list[Row]
) -> Frame:
    """Return the frame of a training as it is now.

    history : one row per epoch so far; none before the first, and then there are no losses either
    """
    last = history[-1] if history else {}
    epoch = last.get("epoch", 0)
    validation = {"loss": last.get("validation_loss"), "accuracy": last.get("validation_accuracy")}
    return {
        "schema": SCHEMA,
        "kind": "training",
        "recipe": recipe,
        "sizes": written_widths(network),
        "epoch": epoch,
        "epochs": epochs,
        "step": epoch * steps_an_epoch,
        "loss": last.get("loss"),
        "accuracy": last.get("accuracy"),
        "validation": validation if set(validation.values()) != {None} else None,
        "examples_per_second": round(examples_per_second, 1),
        "weights": first_weights(network),
        "history": subsample(history),
    }


def first_weights(network: Network) -> list[list[float]]:
    """Return the weights into each of the first units of a first dense layer; none where there are too many inputs."""
    W = network.layers[0].params.get("W")
    if W is None or len(W) > MOST_INPUTS:
        return []
    rounded: list[list[float]] = W[:, :MOST_UNITS].T.astype(np.float64).round(DIGITS).tolist()
    return rounded


def subsample(rows: Sequence[Row]) -> list[Row]:
    """Return at most 500 rows, evenly taken, the last one among them."""
    every = math.ceil(len(rows) / MOST_ROWS) or 1
    return list(rows[::-1][::every][::-1])


def _number(value: float | None) -> float | None:
    """Return the number, or None if JSON cannot hold it."""
    return value if value is not None and math.isfinite(value) else None
