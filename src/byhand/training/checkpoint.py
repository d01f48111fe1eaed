"""A run on disk: everything that training resumes from, so that a resumed run reaches the same bits.

A checkpoint is a file of the same family as a model: weights, running averages, what the optimizer remembers, the best
weights so far, the history, and the caller's settings from which optimizer and plan are made again. There is no random
state in it: order, dropout and moves are functions of (seed, epoch).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import Array, Params
from byhand.errors import DataError, ModelFormatError, ShapeError
from byhand.persistence.container import Document, Format, read_document, write_document
from byhand.persistence.provenance import environment
from byhand.persistence.safetensors_io import error_context
from byhand.persistence.schema import Reader, integer, object_of, optional, plain_object, short_repr
from byhand.persistence.state_dict import check_same_arrays, state_dict
from byhand.training.history import EpochRecord, History, from_json_lines, to_json_lines
from byhand.training.state import Best, TrainingState

HISTORY = "history"  # the array that holds the history's lines as bytes: plain data is for what stays short
BEST = "best/"  # before the names of the best weights
OPTIMIZER = "optimizer/"  # before the names of what the optimizer remembers, see TrainingState.arrays


def _measurement(name: str, value: Any) -> float:
    """Read a loss, an accuracy, a rate or a time, which may have become infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {short_repr(value)}; expected a number")
    return value


_epoch: Reader = integer(0, 1 << 31)
_row: Reader = object_of(
    {
        "epoch": _epoch,
        "train_loss": _measurement,
        "train_accuracy": optional(_measurement),
        "valid_loss": optional(_measurement),
        "valid_accuracy": optional(_measurement),
        "learning_rate": _measurement,
        "seconds": _measurement,
    }
)
_best: Reader = object_of({"epoch": _epoch, "valid_loss": _measurement})
_body: Reader = object_of(
    {"epoch": _epoch, "best": optional(_best), "settings": plain_object, "environment": plain_object}
)
FORMAT = Format("byhand checkpoint", 1, _body)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was saved.

    arrays : as TrainingState.arrays gives them: "params/0.W", "statistics/1.mean", "optimizer/velocity/0.W"
    settings : the caller's own, plain data
    environment : what the bits depended on when it was saved, see provenance.environment
    """

    arrays: Params
    epoch: int
    history: History
    best: Best | None
    settings: dict[str, Any]
    environment: dict[str, Any]


def save_checkpoint(path: str | os.PathLike[str], state: TrainingState, settings: dict[str, Any]) -> None:
    """Write the state of a run to a file, whole or not at all.

    settings : plain data, everything needed to make network, optimizer and plan again
    Raises OptionError if the settings are not plain data, SystemResourceError if the machine says no.
    """
    best = state.best
    body = {
        "epoch": state.epoch,
        "best": best and {"epoch": best.epoch, "valid_loss": best.val_loss},
        "settings": settings,
        "environment": environment(),
    }
    arrays = {
        **state.arrays(),
        **{BEST + name: array for name, array in (best.arrays if best else {}).items()},
        HISTORY: np.frombuffer(to_json_lines(state.history).encode(), dtype=np.uint8),
    }
    write_document(Path(path), FORMAT, Document(body, arrays))


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Return what save_checkpoint wrote.

    Raises DataError if there is no file, ModelFormatError if it is another, damaged or newer one, SystemResourceError
    if the machine says no.
    """
    path = Path(path)
    document = read_document(path, FORMAT)
    with error_context(path):
        return _checkpoint(document.body, dict(document.arrays))


def _checkpoint(body: dict[str, Any], arrays: Params) -> Checkpoint:
    """Return the checkpoint that a document holds, or raise ValueError."""
    history = _history(arrays.pop(HISTORY, None))
    if len(history) != body["epoch"]:
        raise ValueError(f"it has {len(history)} rows of history for {body['epoch']} epochs")
    best_arrays = {name.removeprefix(BEST): arrays.pop(name) for name in list(arrays) if name.startswith(BEST)}
    best = body["best"] and Best(body["best"]["epoch"], body["best"]["valid_loss"], best_arrays)
    return Checkpoint(arrays, body["epoch"], history, best, body["settings"], body["environment"])


def _history(lines: Array | None) -> History:
    """Return the rows that an array of bytes spells, or raise ValueError."""
    if lines is None or lines.dtype != np.uint8:
        raise ValueError(f"the array {HISTORY!r} is missing or no text")
    try:
        rows = from_json_lines(lines.tobytes().decode())
    except DataError as error:
        raise ValueError(f"its history is damaged ({error})") from error
    checked = (_row(f"row {i} of the history", row.to_saved()) for i, row in enumerate(rows, start=1))
    return History(map(EpochRecord.from_saved, checked))


def restore_state(checkpoint: Checkpoint, state: TrainingState) -> None:
    """Put a checkpoint into a freshly made state, all of it or nothing.

    Raises ModelFormatError if the state's network has other layers than the one that was saved.
    """
    try:
        _check_fit(checkpoint, state)
    except ShapeError as error:
        raise ModelFormatError(
            f"the checkpoint does not fit this network: {error}. Resume with the settings it was started with."
        ) from error
    state.restore(checkpoint.arrays)
    state.epoch, state.history, state.best = checkpoint.epoch, History(checkpoint.history), checkpoint.best


def _check_fit(checkpoint: Checkpoint, state: TrainingState) -> None:
    """Raise ShapeError unless every array of the checkpoint has its place in the state."""
    expected = state_dict(state.network)
    slots = {name: array for name, array in checkpoint.arrays.items() if name.startswith(OPTIMIZER)}
    check_same_arrays({name: a for name, a in checkpoint.arrays.items() if name not in slots}, expected)
    if checkpoint.best:
        check_same_arrays(checkpoint.best.arrays, expected)
    check_same_arrays(slots, {name: _expected_slot(name, state.network.params) for name in slots})


def _expected_slot(name: str, params: Params) -> Array:
    """Return an array such as an optimizer keeps under this name: like a parameter, or a count of steps.

    name : "optimizer/velocity/0.W" or "optimizer/step"
    """
    parameter = name.rpartition("/")[2]
    return params.get(parameter, np.zeros((), dtype=np.int64))
