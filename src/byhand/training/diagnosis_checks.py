"""Signs that name a cause: inputs, order, output layer and start of a training, and what it learned by heart.

Each check yields the id of a finding of diagnosis.json and the numbers of its sentence, or nothing.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.layers import BatchNorm, Dense, ReLU, Sigmoid, Softmax, Tanh
from byhand.losses import Loss, SquaredError
from byhand.metrics import predict_labels
from byhand.network import Network
from byhand.training.history import EpochRecord

FILE = ("training", "diagnosis.json")
Found = Iterator[tuple[str, dict[str, str]]]  # ids and the numbers of their sentences

# what a last layer can give: lowest, highest, and how a sentence says it
RANGES = {
    Sigmoid: (0.0, 1.0, "sigmoid, which gives numbers between 0 and 1"),
    Softmax: (0.0, 1.0, "softmax, which gives numbers between 0 and 1"),
    Tanh: (-1.0, 1.0, "tanh, which gives numbers between −1 and 1"),
    ReLU: (0.0, float("inf"), "ReLU, which gives no number below 0"),
}


@dataclass(frozen=True)
class Evidence:
    """What the checks look at.

    initial : the network before training   accuracy : on examples that were not trained on   shuffled : None: unknown
    """

    network: Network
    examples: Examples
    history: Sequence[EpochRecord]
    loss: Loss
    initial: Network | None
    accuracy: float | None
    shuffled: bool | None

    @property
    def sample(self) -> Examples:
        """Some of the examples, evenly from all of them, for the file may be sorted."""
        step = -(-len(self.examples) // int(threshold("examples")))
        return self.examples.take(slice(None, None, step))


@cache
def diagnosis_table() -> dict[str, Any]:
    """Return the thresholds and sentences, which the page reads too."""
    table: dict[str, Any] = json.loads(resources.files("byhand").joinpath(*FILE).read_text(encoding="utf-8"))
    return table


def threshold(name: str) -> float:
    """Return a threshold of the table."""
    return float(diagnosis_table()["thresholds"][name])


def percent(share: float) -> str:
    """Return a share as a sentence has it."""
    return f"{100 * share:.3g} %"


def unscaled_inputs(seen: Evidence) -> Found:
    """The inputs are so large that no learning rate suits the first layer and the others."""
    layers = seen.network.layers
    if len(layers) > 1 and isinstance(layers[1], BatchNorm):
        return  # scales the sums itself
    x = seen.sample.x.astype(np.float64)
    size = float(np.sqrt(np.mean(x * x)))
    if size > threshold("input_size"):
        yield "unscaled_inputs", {"size": f"{size:.3g}"}


def sorted_examples(seen: Evidence) -> Found:
    """The examples came class by class, so that the last class was learned last and the others forgotten."""
    y = seen.examples.y
    if seen.shuffled or not seen.examples.is_classes or len(np.unique(y)) < 2:
        return
    shares = np.bincount(y) / len(y)
    changes, usual = int((y[1:] != y[:-1]).sum()), (len(y) - 1) * (1 - float((shares**2).sum()))
    if changes > threshold("sorted_changes") * usual:
        return
    answers = predict_labels(seen.network.predict(seen.sample.x))
    answered = float((answers == y[-1]).mean())
    forgot = answered > max(threshold("sorted_last"), 1.5 * float(shares[y[-1]]))
    if seen.shuffled is False or forgot:
        numbers = {"changes": f"{changes:,}", "examples": f"{len(y):,}", "last": str(int(y[-1]))}
        yield "sorted_examples", numbers | {"answered": percent(answered), "share": percent(float(shares[y[-1]]))}


def wrong_output(seen: Evidence) -> Found:
    """The last layer cannot give what the loss asks for."""
    kind = type(seen.network.layers[-1])
    if kind not in RANGES:
        return
    low, high, what = RANGES[kind]
    if not isinstance(seen.loss, SquaredError):
        if kind in (ReLU, Tanh):  # with the others training refuses to begin
            yield "bounded_logits", {"layer": what}
        return
    targets = np.array([0, 1]) if seen.examples.is_classes else seen.examples.y
    outside = float(((targets < low) | (targets > high)).mean())
    if outside > threshold("targets_outside"):
        yield "wrong_output", {"layer": what, "outside": percent(outside)}


def equal_units(seen: Evidence) -> Found:
    """Units of a hidden layer that have the same weights get the same gradient and stay the same."""
    dense = [layer for layer in seen.network.layers if isinstance(layer, Dense)]
    for number, layer in enumerate(dense[:-1], start=1):
        W = layer.params["W"].astype(np.float64)
        size = float(np.abs(W).max())
        if not size or not np.isfinite(size):
            continue
        units, different = W.shape[1], len(np.unique(np.round(W / size, 4), axis=1).T)
        if units > 1 and different <= threshold("equal_share") * units:
            yield "equal_units", {"layer": str(number), "different": f"{different:,}", "units": f"{units:,}"}
            return


def saturated_units(seen: Evidence) -> Found:
    """Nearly all sigmoid or tanh units of a layer are where their curve is flat: hardly any gradient gets through."""
    now = flat_shares(seen.network, seen.sample.x)
    before = flat_shares(seen.initial, seen.sample.x) if seen.initial is not None else now
    for layer, share in now.items():
        if share > threshold("saturated_share"):
            name = "saturated_start" if before.get(layer, 0.0) > share / 2 else "saturated_units"
            yield name, {"layer": str(layer), "share": percent(share)}
            return


def flat_shares(network: Network, x: Array) -> dict[int, float]:
    """Return, for each hidden layer of sigmoid or tanh units, the share of its activations with next to no slope."""
    shares: dict[int, float] = {}
    number = 0
    for step in network.forward(x).steps[:-1]:
        number += isinstance(step.layer, Dense)
        if isinstance(step.layer, Sigmoid):
            shares[number] = float((4 * step.y * (1 - step.y) < threshold("flat_slope")).mean())
        elif isinstance(step.layer, Tanh):
            shares[number] = float((1 - step.y**2 < threshold("flat_slope")).mean())
    return shares


def overfitting(seen: Evidence) -> Found:
    """What is learned no longer carries over to other examples."""
    last = seen.history[-1]
    validation = [record.val_loss for record in seen.history if record.val_loss is not None]
    held_out = seen.accuracy if last.val_accuracy is None else last.val_accuracy
    gap = None if last.accuracy is None or held_out is None else last.accuracy - held_out
    is_validated = len(validation) == len(seen.history)
    if is_validated:
        best = int(np.argmin(validation))
        rose = validation[-1] > threshold("val_loss_rise") * validation[best] > 0
        fell = last.loss < seen.history[best].loss
        if rose and fell and (gap is None or gap > threshold("gap")):
            numbers = {"lowest": f"{validation[best]:.3g}", "epoch": f"{best + 1:,}", "loss": f"{validation[-1]:.3g}"}
            yield "overfitting", numbers
            return
    if not seen.examples.is_classes:
        yield from _overfitting_to_numbers(seen, is_validated=is_validated)
    elif gap is not None and held_out is not None and last.accuracy is not None:
        guess = commonest_share(seen.examples)
        gained = last.accuracy - max(held_out, guess) > threshold("gap_at_guessing") * (1 - guess)
        wide = gap > threshold("gap_alone") and not is_validated
        if wide or (gained and held_out < least_accuracy(seen.examples)):
            yield "overfitting_gap", {"train": percent(last.accuracy), "held_out": percent(held_out)}


def _overfitting_to_numbers(seen: Evidence, *, is_validated: bool) -> Found:
    """Predictions explain the targets of training, and others far less.

    Where a validation loss was there to show it and did not, only if they explain next to nothing of others.
    """
    if seen.accuracy is None or not isinstance(seen.loss, SquaredError):
        return
    variance = float(seen.examples.y.reshape(len(seen.examples), -1).var(axis=0).sum())
    explained, of_others = 1 - seen.history[-1].loss / variance if variance else 0.0, max(seen.accuracy, 0.0)
    near_mean = of_others < threshold("better_than_guessing")
    if (near_mean or not is_validated) and explained - of_others > threshold("gap_at_guessing"):
        yield "overfitting_to_numbers", {"train": percent(explained), "held_out": percent(of_others)}


def commonest_share(examples: Examples) -> float:
    """Return the share of the commonest class: the accuracy of giving it every time."""
    return float(np.bincount(examples.y).max() / len(examples))


def least_accuracy(examples: Examples) -> float:
    """Return the accuracy from which on answers are better than giving the commonest class every time."""
    guess = commonest_share(examples)
    return guess + threshold("better_than_guessing") * (1 - guess)
