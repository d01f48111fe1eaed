"""The confusion matrix as text of limited width; rows are true classes."""

from typing import TYPE_CHECKING

from byhand.cli.cells import n_cells, one_line, pad
from byhand.cli.common import escape_markup, percent

if TYPE_CHECKING:
    from byhand.arrays import Array

MOST_CLASSES = 20
HEADING, NO_COUNTS = "true ↓ predicted →", "true class"
MOST_LABEL = 24  # cells before a row
RATE = 10  # cells for recall, and for precision
COLUMN_LABEL = 14  # cells of a class's name above a column


def confusion_table(confusion: "Array", names: tuple[str, ...], width: int) -> list[str]:
    """Return a row per class: how often it was predicted as each, its recall, its precision; nothing for many classes.

    confusion : (k, k) counts   names : of the classes, or empty   width : where the counts do not fit, only the rates
    """
    from byhand.metrics import precision_recall_f1

    if len(confusion) > MOST_CLASSES:
        return []
    rates = precision_recall_f1(confusion)
    labels = [one_line(name) for name in names] or [str(i) for i in range(len(confusion))]
    margin = min(MOST_LABEL, max(n_cells(label) + 1 for label in labels))
    column = _column_width(confusion, labels, width - margin - 2 * RATE)
    margin = margin if column else max(margin, len(NO_COUNTS) + 1)
    shown = [f" {pad(label, column - 1, right=True)}" for label in labels] if column else []
    start = " " * margin if column else f"{NO_COUNTS:<{margin}}"
    head = f"[dim]{start}{escape_markup(''.join(shown))}{'recall':>{RATE}}{'precision':>{RATE}}[/dim]"
    true, called = confusion.sum(axis=1), confusion.sum(axis=0)
    return [*([f"[dim]{HEADING}[/dim]"] if column else []), head, *(
        escape_markup(pad(label, margin - 1) + " ")
        + "".join(_cell(int(count), i == j, column) for j, count in enumerate(confusion[i]) if column)
        + f"{_rate(rates.recall[i], true[i]):>{RATE}}{_rate(rates.precision[i], called[i]):>{RATE}}"
        for i, label in enumerate(labels)
    )]  # fmt: skip


def _rate(rate: float, of: int) -> str:
    """Return a share of so many examples; a dash where there is none."""
    return percent(rate, 1) if of else "–"


def _column_width(confusion: "Array", labels: list[str], room: int) -> int:
    """Return the cells of a column: for its count, and its name where there is room; 0 if no counts fit."""
    least = max(len(str(confusion.max())), 2) + 1
    wanted = max(least, min(COLUMN_LABEL, max(map(n_cells, labels))) + 1)
    fits = min(wanted, room // len(labels))
    return fits if fits >= least else 0


def _cell(count: int, is_hit: bool, width: int) -> str:
    text = f"{count or '·':>{width}}"
    return f"[green]{text}[/green]" if is_hit else f"[yellow]{text}[/yellow]" if count else f"[dim]{text}[/dim]"
