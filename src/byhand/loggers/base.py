"""What a logger is, and how one that fails stops logging and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from byhand.training.history import EpochRecord


class Logger(Protocol):
    """Takes what a training shows: start once, epoch after every epoch, end once."""

    def start(self, name: str, settings: dict[str, Any]) -> None:
        """Begin a run. settings : the recipe's fields, plain data"""

    def epoch(self, record: EpochRecord) -> None:
        """Take what an epoch showed."""

    def end(self, summary: dict[str, float], files: list[Path]) -> None:
        """End the run. summary : final figures by name   files : what the run wrote, its model among them"""


class SafeLogger:
    """Calls a logger; its first failure is reported once, and then it is called no more.

    report : takes the sentence
    """

    def __init__(self, logger: Logger, name: str, report: Callable[[str], object]) -> None:
        self._logger, self._name, self._report = logger, name, report
        self._failed = False

    def start(self, name: str, settings: dict[str, Any]) -> None:
        """Begin a run, unless the logger has failed."""
        self._call(lambda: self._logger.start(name, settings))

    def epoch(self, record: EpochRecord) -> None:
        """Log an epoch, unless the logger has failed."""
        self._call(lambda: self._logger.epoch(record))

    def end(self, summary: dict[str, float], files: list[Path]) -> None:
        """End the run, unless the logger has failed."""
        self._call(lambda: self._logger.end(summary, files))

    def _call(self, act: Callable[[], object]) -> None:
        if self._failed:
            return
        try:
            act()
        except Exception as error:  # whatever a logger does wrong: no training is lost for it
            self._failed = True
            self._report(f"logging to {self._name} failed and ends here: {error}. The training goes on.")


def scalars(record: EpochRecord) -> dict[str, float]:
    """Return an epoch's figures by the names under which services show them; what is None is left out."""
    named = {
        "loss/train": record.loss,
        "loss/validation": record.val_loss,
        "accuracy/train": record.accuracy,
        "accuracy/validation": record.val_accuracy,
        "learning_rate": record.learning_rate,
        "seconds": record.seconds,
    }
    return {name: float(value) for name, value in named.items() if value is not None}
