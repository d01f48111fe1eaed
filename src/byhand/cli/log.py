"""The training log in the terminal: a row per epoch, with the columns that may be seen during training.

There is no test column: the test set is evaluated once, after the last update.
"""

from byhand.cli.common import Reporter, percent
from byhand.training.history import EpochRecord

COLUMNS = {"epoch": 9, "train loss": 10, "train acc": 9, "valid loss": 10, "valid acc": 9, "seconds": 7}  # widths
OFTEN = 25  # at most this many epochs are all shown


class EpochLog:
    """Prints the rows of one run; where there are more than 25 epochs, some 20 of them.

    validates : are there columns of the validation part?   classes : are there columns of accuracies?
    """

    def __init__(self, reporter: Reporter, n_epochs: int, *, validates: bool, classes: bool) -> None:
        self._n_epochs = n_epochs
        self._every = 1 if n_epochs <= OFTEN else -(-n_epochs // 20)
        self._columns = [
            name for name in COLUMNS if (validates or "valid" not in name) and (classes or "acc" not in name)
        ]
        self._console = reporter.console()

    def header(self) -> None:
        """Print the names of the columns."""
        self._print({name: name for name in COLUMNS}, style="dim")

    def row(self, record: EpochRecord) -> None:
        """Print an epoch's row, or nothing where only every n-th epoch is shown."""
        if record.epoch % self._every and record.epoch not in (1, self._n_epochs):
            return
        cells = {
            "epoch": f"{record.epoch}/{self._n_epochs}",
            "train loss": _loss(record.loss),
            "train acc": _accuracy(record.accuracy),
            "valid loss": "" if record.val_loss is None else _loss(record.val_loss),
            "valid acc": _accuracy(record.val_accuracy),
            "seconds": f"{record.seconds:.2f}",
        }
        self._print(cells)

    def article_row(self, loss: float, train: float, test: float) -> None:
        """Print an article's row: its accuracy on the test set stands where ours is on the validation set."""
        cells = {"epoch": "article", "train loss": _loss(loss), "train acc": percent(train), "valid acc": percent(test)}
        self._print(dict.fromkeys(COLUMNS, "") | cells, style="dim")

    def _print(self, cells: dict[str, str], style: str | None = None) -> None:
        padded = [f"{cells[name]:>{COLUMNS[name]}}" for name in self._columns]
        self._console.print("  ".join(padded), style=style, markup=False)


def _accuracy(fraction: float | None) -> str:
    return "" if fraction is None else percent(fraction)


def _loss(value: float) -> str:
    """Return a loss as text that fits its column: 0.5296, 2.976e+29."""
    return f"{value:.4f}" if value < 10_000 else f"{value:.3e}"
