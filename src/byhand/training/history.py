"""The history of a run: one typed row an epoch, kept as JSON lines that survive whatever happens to the process."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from byhand.errors import DataError


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch showed. Losses are means over examples, accuracies fractions 0 … 1.

    The training columns are measured while the epoch runs, each minibatch before its own update; the validation
    columns after it, None where nothing validates. Accuracies are None in regression. There is no test column:
    the test set is looked at once, after the last update.
    """

    epoch: int
    train_loss: float
    train_accuracy: float | None
    valid_loss: float | None
    valid_accuracy: float | None
    learning_rate: float  # of the epoch's last step
    seconds: float  # wall clock, validation included


def to_json_lines(history: Iterable[EpochRecord]) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(asdict(record)) + "\n" for record in history)


def from_json_lines(text: str) -> list[EpochRecord]:
    """Return the rows again. Raises DataError naming the line that is none."""
    history = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            history.append(EpochRecord(**json.loads(line)))
        except (ValueError, TypeError, RecursionError) as error:
            raise DataError(f"line {number} of the history is not an epoch record: {line[:60]!r}.") from error
    return history
