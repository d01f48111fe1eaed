"""The training log in the terminal: a row an epoch, with the columns that are allowed during training.

There is no test column. The test set is looked at once, after the last update.
"""

from byhand.cli.common import Voice, percent
from byhand.training.history import EpochRecord

_WIDTHS = (9, 10, 9, 10, 9, 7)


class EpochLog:
    """Prints the rows of one run; where there are more than 25 epochs, some 20 of them."""

    def __init__(self, voice: Voice, n_epochs: int, *, validates: bool) -> None:
        self._voice, self._n_epochs, self._validates = voice, n_epochs, validates
        self._every = 1 if n_epochs <= 25 else -(-n_epochs // 20)
        self._console = voice.console()

    def header(self) -> None:
        columns = ["epoch", "train loss", "train acc", "valid loss", "valid acc", "seconds"]
        self._print(columns, style="dim")

    def row(self, record: EpochRecord) -> None:
        if record.epoch % self._every and record.epoch not in (1, self._n_epochs):
            return
        cells = [f"{record.epoch}/{self._n_epochs}", f"{record.train_loss:.4f}", _accuracy(record.train_accuracy)]
        cells += ["" if record.valid_loss is None else f"{record.valid_loss:.4f}", _accuracy(record.valid_accuracy)]
        self._print([*cells, f"{record.seconds:.2f}"])

    def _print(self, cells: list[str], style: str | None = None) -> None:
        padded = [f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)]
        if not self._validates:
            del padded[3:5]
        self._console.print("  ".join(padded), style=style, markup=False)


def _accuracy(fraction: float | None) -> str:
    return "" if fraction is None else percent(fraction)
