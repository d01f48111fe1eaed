"""The history of a run: one typed row per epoch, read by row or by column, and kept as JSON lines.

Files call four columns by their older names (SAVED_NAMES): they are data, and what was written stays readable.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError

# field of an EpochRecord → its key in files and in --json
SAVED_NAMES = {
    "loss": "train_loss",
    "accuracy": "train_accuracy",
    "val_loss": "valid_loss",
    "val_accuracy": "valid_accuracy",
}


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch showed. Losses are means over examples, accuracies fractions 0 … 1.

    loss, accuracy : of training, measured while the epoch runs, each minibatch before its own update
    val_loss, val_accuracy : of the validation examples after the epoch, None where nothing validates
    Accuracies are None in regression. There is no test column: the test set is evaluated once, after the last update.
    """

    epoch: int
    loss: float
    accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float  # of the epoch's last step
    seconds: float  # wall clock, validation included

    def to_saved(self) -> dict[str, Any]:
        """Return it under the names that files have."""
        return {SAVED_NAMES.get(name, name): value for name, value in asdict(self).items()}

    @classmethod
    def from_saved(cls, row: dict[str, Any]) -> "EpochRecord":
        """Return the record that a file's row tells; TypeError for other names."""
        names = {saved: name for name, saved in SAVED_NAMES.items()}
        return cls(**{names.get(name, name): value for name, value in row.items()})

    def __repr__(self) -> str:
        return f"<EpochRecord {self.epoch}: {_losses(self)}>"


class History(list[EpochRecord]):
    """A list with an EpochRecord per epoch, whose columns are arrays; nan stands where a record has None.

    >>> history = History([EpochRecord(1, 0.9, 0.6, None, None, 0.1, 0.5)])
    >>> history.append(EpochRecord(2, 0.4, 0.8, None, None, 0.1, 0.5))
    >>> history
    <History of 2 epochs: loss 0.9 … 0.4>
    >>> history.loss
    array([0.9, 0.4])
    >>> history[-1].accuracy
    0.8
    """

    @property
    def epoch(self) -> Array:
        """(n,) whole numbers, 1, 2, …"""
        return np.array([record.epoch for record in self], dtype=np.int64)

    @property
    def loss(self) -> Array:
        """(n,) training losses."""
        return self._column("loss")

    @property
    def accuracy(self) -> Array:
        """(n,) training accuracies, fractions; nan in regression."""
        return self._column("accuracy")

    @property
    def val_loss(self) -> Array:
        """(n,) validation losses; nan where nothing validates."""
        return self._column("val_loss")

    @property
    def val_accuracy(self) -> Array:
        """(n,) validation accuracies, fractions; nan where nothing validates and in regression."""
        return self._column("val_accuracy")

    @property
    def learning_rate(self) -> Array:
        """(n,) rates of each epoch's last step."""
        return self._column("learning_rate")

    @property
    def seconds(self) -> Array:
        """(n,) wall-clock times, validation included."""
        return self._column("seconds")

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as lists by name, None where a record has None: for a data frame, or JSON."""
        return {name: [getattr(record, name) for record in self] for name in EpochRecord.__dataclass_fields__}

    def _repr_html_(self) -> str:
        """Return the rows as a table, which a notebook shows; columns without numbers are left out."""
        columns = {name: column for name, column in self.to_dict().items() if any(cell is not None for cell in column)}
        head = "".join(f"<th>{name}</th>" for name in columns)
        rows = zip(*columns.values(), strict=True)
        cells = ("".join(f"<td>{'' if cell is None else format(cell, '.4g')}</td>" for cell in row) for row in rows)
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"

    def _column(self, name: str) -> Array:
        return np.array([getattr(record, name) for record in self], dtype=np.float64)

    def __repr__(self) -> str:
        if not self:
            return "<History of 0 epochs>"
        first, last = self[0], self[-1]
        parts = [f"loss {first.loss:.4g} … {last.loss:.4g}"]
        if last.val_loss is not None and first.val_loss is not None:
            parts.append(f"val_loss {first.val_loss:.4g} … {last.val_loss:.4g}")
        epochs = "1 epoch" if len(self) == 1 else f"{len(self):,} epochs"
        return f"<History of {epochs}: {', '.join(parts)}>"


def _losses(record: EpochRecord) -> str:
    validation = "" if record.val_loss is None else f", val_loss {record.val_loss:.4g}"
    return f"loss {record.loss:.4g}{validation}"


def to_json_lines(history: Iterable[EpochRecord]) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(record.to_saved()) + "\n" for record in history)


def from_json_lines(text: str) -> History:
    """Return the rows again. Raises DataError naming the line that is not one."""
    history = History()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line)
            history.append(EpochRecord.from_saved(row if isinstance(row, dict) else {}))
        except (ValueError, TypeError, RecursionError) as error:
            raise DataError(f"line {number} of the history is not an epoch record: {line[:60]!r}.") from error
    return history
