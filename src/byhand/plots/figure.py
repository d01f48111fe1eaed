"""A matplotlib figure without a window and without global state, or a sentence where matplotlib is missing."""

from typing import Any

from byhand.errors import MissingDependencyError

TRAIN, VALIDATION, GAP = "#0b5fa5", "#c2410c", "#f4b183"  # told apart also by people who do not see red and green


def new_figure(width: float = 6.4, height: float = 4.0) -> Any:
    """Return an empty figure, inches wide and high; MissingDependencyError where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        sentence = 'plots need matplotlib, which is not installed: pip install "byhand[plots]".'
        raise MissingDependencyError(sentence) from error
    return Figure(figsize=(width, height), layout="constrained")


def literal_text(text: str) -> str:
    """Return text that matplotlib shows as it is: a pair of dollar signs would be a formula."""
    return text.replace("$", r"\$")
