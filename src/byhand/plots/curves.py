"""Loss and accuracy by epoch, and what a learning rate makes of the loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.errors import DataError
from byhand.plots.figure import GAP, TRAIN, VALIDATION, new_figure
from byhand.training.history import History


def plot_curves(history: History) -> Any:
    """Return the figure of a history: loss and, for classes, accuracy, with the gap to validation shaded."""
    check_kind("plot_curves", "history", history, History, "what fit returned")
    if not history:
        raise DataError("plot_curves got an empty history; expected one or more epochs.")
    has_accuracy = history[0].accuracy is not None
    figure = new_figure(9.6 if has_accuracy else 5.2, 3.6)
    axes = figure.subplots(1, 1 + has_accuracy, squeeze=False)[0]
    _draw_pair(axes[0], history, history.loss, history.val_loss, "loss")
    if has_accuracy:
        _draw_pair(axes[1], history, 100 * history.accuracy, 100 * history.val_accuracy, "accuracy, %")
    return figure


def _draw_pair(axes: Any, history: History, train: Any, validation: Any, label: str) -> None:
    """Draw a training and a validation curve; a single epoch is a dot."""
    marker = "o" if len(history) < 12 else ""
    axes.plot(history.epoch, train, color=TRAIN, marker=marker, label="training")
    if not np.isnan(validation).all():
        axes.plot(history.epoch, validation, color=VALIDATION, marker=marker, linestyle="--", label="validation")
        gap = abs(validation[-1] - train[-1])
        axes.fill_between(history.epoch, train, validation, color=GAP, alpha=0.4, label=f"gap, {gap:.3g} at the end")
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.legend()


def plot_rate_sweep(learning_rates: Sequence[float], losses: Sequence[float | None]) -> Any:
    """Return the figure of losses by learning rate, on logarithmic axes; None or nan: that run diverged."""
    rates = np.asarray(learning_rates, dtype=np.float64)
    values = np.array([np.nan if loss is None else loss for loss in losses], dtype=np.float64)
    if rates.shape != values.shape or not len(rates) or not (rates > 0).all():
        raise DataError("plot_rate_sweep got rates and losses that do not fit; expected a loss for each rate above 0.")
    figure = new_figure()
    axes = figure.subplots()
    order = np.argsort(rates)
    axes.plot(rates[order], values[order], color=TRAIN, marker="o")
    for rate in rates[~np.isfinite(values)]:
        axes.axvline(rate, color=VALIDATION, linestyle=":", label="diverged")
    if np.isfinite(values).any():
        best = int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))
        axes.plot(rates[best], values[best], "D", color=VALIDATION, label=f"lowest: {rates[best]:g}")
    axes.set(xscale="log", xlabel="learning rate", ylabel="validation loss")
    if (values[np.isfinite(values)] > 0).all():
        axes.set_yscale("log")
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys())
    return figure
