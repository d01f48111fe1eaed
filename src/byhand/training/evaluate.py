"""How well a network does on examples it was not trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array
from byhand.data.examples import Examples, as_examples
from byhand.engines.predictor import predictor
from byhand.errors import DataError
from byhand.losses import Loss, MeanOfHeads, loss_for
from byhand.metrics import (
    accuracy,
    confusion_matrix,
    mean_absolute_error,
    mean_squared_error,
    predict_labels,
    r2_score,
    wilson_interval,
)
from byhand.network import Network

CHUNK = 4096  # rows at a time: 13 MB of float32 for MNIST, whatever the size of the set


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was found. Classification fills the upper half, regression the lower; loss where one was given.

    accuracy : fraction 0 … 1   interval : its 95 % Wilson interval   confusion : (k, k), row = true class
    """

    n: int
    output: Array  # (n, k), the network's own
    loss: float | None
    predicted: Array | None = None  # (n,)
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    confusion: Array | None = None
    mean_squared_error: float | None = None
    r2_score: float | None = None
    mean_absolute_error: float | None = None
    baseline_error: float | None = None  # root of the mean squared error of always saying the mean of these examples

    def __repr__(self) -> str:
        if self.accuracy is None or self.interval is None:
            found = f"R² {self.r2_score:.4f}, mean squared error {self.mean_squared_error:.6g}"
        else:
            low, high = (100 * bound for bound in self.interval)
            found = f"accuracy {100 * self.accuracy:.2f} % (95 % interval {low:.2f} – {high:.2f} %)"
        return f"<Evaluation on {self.n:,} examples: {found}>"


def evaluate(
    network: Network,
    x: Examples | Any,
    y: Any = None,
    *,
    loss: Loss | str | None = None,
    limited: Callable[[Array], Array] | None = None,
) -> Evaluation:
    """Return how well `network` does on examples.

    x, y : network inputs (n, features) with labels (n,) or targets (n, k); or Examples, as data.test, alone
    loss : to be measured too, an object or its name; of a network with heads, MeanOfHeads, whose answer is evaluated
    limited : what keeps values within their limits, as model.limited

    Choose nothing by the test set: evaluate on it once, when everything is decided.
    """
    check_kind("evaluate", "network", network, Network, "a Network; of a model, its .network")
    examples = as_examples("evaluate", x, y)
    loss = None if loss is None else loss_for("evaluate", loss)
    if not len(examples):
        raise DataError("evaluate got no examples; expected one or more.")
    n_heads = loss.n_heads if isinstance(loss, MeanOfHeads) else 1
    _check_answers(examples, network.widths[-1] // n_heads)
    says = predictor(network, examples.preparation)
    output = np.concatenate([says(examples.raw[i : i + CHUNK]) for i in range(0, len(examples), CHUNK)])
    output = output if limited is None else limited(output)
    value = None if loss is None else float(loss.forward(output, examples.y)[0])
    output = output if loss is None else loss.answer(output)
    return (
        classification_metrics(output, examples.y, value)
        if examples.is_classes
        else regression_metrics(output, examples.y, value)
    )


def _check_answers(examples: Examples, n_out: int) -> None:
    """Raise DataError unless the answers are of the kind that a network with this number of outputs gives."""
    y, n_classes = examples.y, max(n_out, 2)
    if examples.is_classes:
        wrong = (y < 0) | (y >= n_classes)
        if wrong.any():
            raise DataError(
                f"evaluate got class {int(y[wrong.argmax()])} in row {int(wrong.argmax())}; the network tells "
                f"{n_classes} classes apart, 0 … {n_classes - 1}. Were these examples made for another network?"
            )
    elif y.size != len(y) * n_out:
        raise DataError(
            f"evaluate got answers of shape {y.shape}, regression targets; the network gives {n_out} an example. "
            f"Were these examples made for another network?"
        )


def classification_metrics(output: Array, y: Array, loss: float | None = None) -> Evaluation:
    """Return classification metrics for outputs (n, k) and labels y (n,)."""
    predicted = predict_labels(output)
    share = accuracy(predicted, y)
    confusion = confusion_matrix(predicted, y, max(output.shape[1], 2))
    return Evaluation(len(y), output, loss, predicted, share, wilson_interval(share, len(y)), confusion)


def regression_metrics(output: Array, y: Array, loss: float | None) -> Evaluation:
    """Return regression metrics for outputs (n, k) and targets y (n, k)."""
    error, r2 = mean_squared_error(output, y), r2_score(output, y)
    return Evaluation(
        len(y),
        output,
        loss,
        mean_squared_error=error,
        r2_score=r2,
        mean_absolute_error=mean_absolute_error(output, y),
        baseline_error=float(np.sqrt(np.var(y.reshape(output.shape).astype(np.float64), axis=0).mean())),
    )
