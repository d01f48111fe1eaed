"""What verbose=True prints, as scikit-learn words it."""

from typing import Any


def print_epoch(row: dict[str, Any]) -> None:
    """Print one epoch's figures."""
    score = f", validation score = {row['val_score']:.6f}" if "val_score" in row else ""
    print(f"Iteration {row['epoch']}, loss = {row['loss']:.8f}{score}")
