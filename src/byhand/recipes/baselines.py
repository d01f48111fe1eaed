"""Baselines for a table's network: what a linear model and a constant reach on the rows of its evaluation.

The linear model has the network's inputs. For classes it is softmax regression, the network without its hidden layers,
trained for at least STEPS steps of AdamW, even if the network takes fewer; for numbers it is ridge regression,

    W = (XᵀX + λI)⁻¹ Xᵀt,   X with a column of ones, λ = 1 for all but that one          (1)

Whether the network is better is decided row by row: by the mean difference of their losses, with its 95 % interval.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.engines.base import Engine
from byhand.formatting import count_noun
from byhand.metrics import predict_labels, student_t_quantile
from byhand.network import Network
from byhand.recipes.recipe import Recipe
from byhand.recipes.run import Run
from byhand.training.evaluate import evaluate

STEPS = 3000
RIDGE = 1.0  # λ of (1)
CHUNK = 4096  # rows at a time
MOST_FREEDOM = 1000  # degrees of freedom: Student's t is as good as normal by then


@dataclass(frozen=True)
class Baselines:
    """Errors on the same n rows: the fraction of wrong classes, or the root mean squared error.

    network, linear : of the trained network and of the linear model   constant : of the most frequent class or the mean
    gain : 95 % interval of how much lower the network's mean loss a row is than the linear model's
    """

    is_classes: bool
    n: int
    network: float
    linear: float
    constant: float
    gain: tuple[float, float]

    @property
    def is_better(self) -> bool | None:
        """Is the network better than the linear model? None: these rows cannot tell."""
        low, high = self.gain
        return True if low > 0 else False if high < 0 else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "gain": list(self.gain), "is_better": self.is_better}

    def sentence(self) -> str:
        """Return the comparison for people."""
        errors = f"{self._format_error(self.network)} against {self._format_error(self.linear)}"
        if self.is_better is None:
            with_linear = f"no better than a linear model as far as {count_noun(self.n, 'row')} can tell, {errors}"
        elif self.is_better:
            with_linear = f"{100 * (1 - self.network / self.linear):.0f} % less error than a linear model, {errors}"
        else:
            with_linear = f"worse than a linear model, {errors}: try no hidden layers, or early stopping"
        what = "the most frequent class" if self.is_classes else "the mean"
        return f"{with_linear}; always predicting {what}: {self._format_error(self.constant)}"

    def _format_error(self, error: float) -> str:
        return f"{100 * error:.2f} % wrong" if self.is_classes else f"RMSE {error:.4g}"


def compare_with_baselines(
    recipe: Recipe, dataset: Dataset, network: Network, engine: Engine, *, test: bool
) -> Baselines | None:
    """Train a linear model and return how it and a constant compare with the network; None where that is linear itself.

    test : on the test rows, else on the validation rows
    """
    examples = dataset.test if test else dataset.validation
    if examples is None or not recipe.hidden:
        return None
    says = _ridge if not examples.is_classes else _softmax_regression
    constant = _losses(_constant_output(dataset.train, network.widths[-1], len(examples)), examples)
    ours = _losses(evaluate(network, examples).output, examples)
    linear = _losses(says(recipe, dataset, engine, examples), examples)
    errors = [float(losses.mean()) for losses in (ours, linear, constant)]
    network_error, linear_error, constant_error = errors if examples.is_classes else map(math.sqrt, errors)
    gain = _interval(linear - ours)
    return Baselines(examples.is_classes, len(examples), network_error, linear_error, constant_error, gain)


def _softmax_regression(recipe: Recipe, dataset: Dataset, engine: Engine, examples: Examples) -> Array:
    """Return the output of a network without hidden layers, trained until it stops moving."""
    n = len(dataset.train)
    batch_size = min(recipe.batch_size, n)
    plain = Recipe(
        recipe.name,
        recipe.title,
        recipe.expects,
        scaling=recipe.scaling,
        hidden=(),
        loss=recipe.loss,
        optimizer="adamw",
        weight_decay=0.01,
        schedule="cosine",
        learning_rate=0.01,
        epochs=math.ceil(STEPS * batch_size / n),
        batch_size=batch_size,
        seed=recipe.seed,
    )
    run = Run.of(plain, dataset)
    for _ in run.epochs(engine):
        pass
    return evaluate(run.network, examples).output


def _ridge(recipe: Recipe, dataset: Dataset, engine: Engine, examples: Examples) -> Array:
    """Return the predictions of (1) for examples."""
    train = dataset.train
    d, targets = train.n_features + 1, train.y.reshape(len(train), -1).astype(np.float64)
    gram, moment = np.diag([RIDGE] * (d - 1) + [0.0]), np.zeros((d, targets.shape[1]))
    for i in range(0, len(train), CHUNK):
        x = _with_ones(train, i)
        gram += x.T @ x
        moment += x.T @ targets[i : i + CHUNK]
    W = np.linalg.lstsq(gram, moment, rcond=None)[0]  # a constant column makes no difference
    said: Array = np.concatenate([_with_ones(examples, i) @ W for i in range(0, len(examples), CHUNK)])
    return said


def _with_ones(examples: Examples, start: int) -> Array:
    """Return CHUNK rows of inputs and a column of ones, float64."""
    x = examples.preparation.apply(examples.raw[start : start + CHUNK], np.float64)
    return np.column_stack([x, np.ones(len(x))])


def _losses(output: Array, examples: Examples) -> Array:
    """Return each row's loss (n,): 1 for a wrong class, or the mean of its squared errors."""
    if examples.is_classes:
        return (predict_labels(output) != examples.y).astype(np.float64)
    y = examples.y.reshape(output.shape).astype(np.float64)  # in float32 the square of 1e20 is infinite
    losses: Array = ((output - y) ** 2).mean(axis=1)
    return losses


def _constant_output(train: Examples, n_outputs: int, n: int) -> Array:
    """Return n rows of what a network without inputs would predict: the most frequent class, or the mean."""
    if not train.is_classes:
        return np.tile(train.y.reshape(len(train), -1).mean(axis=0, dtype=np.float64), (n, 1))
    most = int(np.bincount(train.y).argmax())
    if n_outputs == 1:  # one logit for two classes
        return np.full((n, 1), 2.0 * most - 1)
    return np.tile(np.eye(n_outputs)[most], (n, 1))


def _interval(differences: Array) -> tuple[float, float]:
    """Return the 95 % interval of the mean of differences (n,); for one row, everything."""
    n = len(differences)
    if n < 2:
        return -math.inf, math.inf
    half = student_t_quantile(min(n - 1, MOST_FREEDOM)) * float(differences.std(ddof=1)) / math.sqrt(n)
    mean = float(differences.mean())
    return mean - half, mean + half
