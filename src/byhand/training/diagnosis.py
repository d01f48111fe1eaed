"""Diagnosis: did a training go wrong without failing, which setting is to blame, and what to try.

Thresholds and sentences are in one file, diagnosis.json, of which the page has a copy. What is looked at:

    the loss at the end       beside the loss of the best constant answer, the mean target
    ReLU units                that are 0 for each of the first 1,000 training examples
    the weights               how far they moved from where they started, as a share of their size
    the accuracy at the end   beside that of always answering the commonest class
    causes                    inputs, order, output layer, start, learning by heart: diagnosis_checks.py
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from byhand.arguments import check_items, check_kind, check_number
from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.errors import DataError, ShapeError
from byhand.formatting import format_number
from byhand.layers import Dense, ReLU
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, loss_for
from byhand.network import Network
from byhand.training.diagnosis_checks import (
    Evidence,
    Found,
    commonest_share,
    diagnosis_table,
    equal_units,
    least_accuracy,
    overfitting,
    saturated_units,
    sorted_examples,
    threshold,
    unscaled_inputs,
    wrong_output,
)
from byhand.training.history import EpochRecord

DATA = "data"  # the setting, where no other is to blame


@dataclass(frozen=True)
class Finding:
    """One thing that went wrong.

    id, title, sentence : what it is, the sentence with its evidence in numbers
    setting, value : what to change, and to what   command : the one thing to try
    others : further settings that may help, and how to change them: {"epochs": "fewer"}
    """

    id: str
    title: str
    sentence: str
    setting: str
    value: str
    command: str
    others: dict[str, str] = field(default_factory=dict)


def python_call(setting: str, value: str) -> str:
    """Return the Python that tries a setting's new value, on a freshly made network."""
    calls = {
        DATA: "print(examples.raw[:5], examples.y[:5])",
        "learning_rate": f"bh.fit(network, examples, loss=loss, optimizer=optimizer, learning_rate={value})",
        "initializer": "bh.Network.mlp(sizes)",
        "hidden": f"bh.Network.mlp([n_features, {value}, n_outputs])",
        "scaling": f"bh.preprocessing.fit_scaler({value!r}, raw, low=raw.min(), high=raw.max())",
        "shuffle": "bh.fit(network, examples, loss=loss, optimizer=optimizer, shuffle=True)",
        "output_activation": f"bh.Network.mlp(sizes, output={value!r})",
        "patience": f"bh.fit(network, examples, loss=loss, validation=validation, patience={value})",
    }
    return calls[setting]


def _check_arguments(
    network: Network, examples: Examples, history: Sequence[EpochRecord], loss: Loss, initial: Network | None
) -> list[EpochRecord]:
    """Return the history; raise OptionError or DataError where something cannot be looked at."""
    check_kind("diagnose", "network", network, Network, "a Network")
    check_kind("diagnose", "examples", examples, Examples, "Examples, as data.train")
    if initial is not None:
        check_kind("diagnose", "initial", initial, Network, "a Network, as it was before training")
        if initial.widths != network.widths:
            raise ShapeError(f"diagnose got initial of widths {initial.widths}; expected {network.widths}.")
    rows = check_items("diagnose", "history", history, "what fit returned")
    if not rows:
        raise DataError("diagnose got an empty history; expected one or more epochs.")
    return [check_kind("diagnose", "history", row, EpochRecord, "what fit returned") for row in rows]


def diagnose(
    network: Network,
    examples: Examples,
    history: Sequence[EpochRecord],
    *,
    loss: Loss | str | None = None,
    initial: Network | None = None,
    accuracy: float | None = None,
    learning_rate: float | None = None,
    usual_rate: float | None = None,
    shuffled: bool | None = None,
    command: Callable[[str, str], str] = python_call,
) -> list[Finding]:
    """Return what went wrong in a training, causes first; nothing for a healthy one.

    network, examples, history : after training, what it was trained on, and what `fit` returned
    loss : SoftmaxCrossEntropy() unless given   initial : the network before training, where it was kept
    accuracy : on examples that were not trained on, where there are enough of them (R² for regression targets)
    learning_rate : the peak of its schedule; else the highest of the history   usual_rate : one known to work
    shuffled : whether every epoch had an order of its own, where that is known
    command : makes the command to try of a setting and its new value
    Raises DataError if the history is empty.
    """
    loss = loss_for("diagnose", "softmax_cross_entropy" if loss is None else loss)
    history = _check_arguments(network, examples, history, loss, initial)
    accuracy, learning_rate, usual_rate = (
        None if number is None else check_number("diagnose", name, number, lambda _: True, "a finite number")
        for name, number in (("accuracy", accuracy), ("learning_rate", learning_rate), ("usual_rate", usual_rate))
    )
    seen = Evidence(network, examples, history, loss, initial, accuracy, shuffled)
    rate = max(record.learning_rate for record in history) if learning_rate is None else learning_rate
    return _findings(seen, rate, usual_rate, command)


def _findings(
    seen: Evidence, rate: float, usual_rate: float | None, command: Callable[[str, str], str]
) -> list[Finding]:
    """Return a finding a cause and symptom, with the setting to change and the command for it."""
    findings: list[Finding] = []
    for name, numbers in (*_causes(seen), *_near_guessing(seen)):
        one = diagnosis_table()["findings"][name]
        setting, value = one["setting"], _new_value(one["change"], rate, usual_rate)
        if one["change"] == "usual":  # a symptom: the cause has been found, or is looked for
            setting, value = (findings[0].setting, findings[0].value) if findings else _to_blame(seen, rate, usual_rate)
        sentence = one["sentence"].format(**numbers)
        if not findings and "without_cause" in one:
            sentence += " " + one["without_cause"]
        others = dict(one.get("others", {}))
        findings.append(Finding(name, one["title"], sentence, setting, value, command(setting, value), others))
    return findings


def _causes(seen: Evidence) -> list[tuple[str, dict[str, str]]]:
    """Return what may have made a training go wrong, what comes first in the training first."""
    still = list(_not_moving(seen))
    start = [*unscaled_inputs(seen), *sorted_examples(seen), *wrong_output(seen), *equal_units(seen)]
    return [*start, *saturated_units(seen), *_dead_units(seen), *(still or _diverged(seen)), *overfitting(seen)]


def _diverged(seen: Evidence) -> Found:
    """The loss at the end is far above that of the best constant answer."""
    last, guess = seen.history[-1].loss, constant_loss(seen.examples, seen.loss)
    if last > threshold("loss_over_guessing") * guess > 0:
        yield "diverged", {"loss": f"{last:.3g}", "guess": f"{guess:.3g}"}


def _dead_units(seen: Evidence) -> Found:
    """In some layer nearly all ReLU units are 0 for every example: no gradient gets through them."""
    sample = seen.examples.take(slice(int(threshold("examples"))))
    layer, weights = 0, None
    for step in seen.network.forward(sample.x).steps:
        if isinstance(step.layer, Dense):
            layer, weights = layer + 1, step.layer.params["W"]
        elif isinstance(step.layer, ReLU):
            dead, units = int((step.y == 0).all(axis=0).sum()), step.y.shape[1]
            if dead >= threshold("dead_share") * units:
                name = "dead_units" if weights is not None and weights.any() else "zero_weights"
                counts = {"layer": layer, "dead": dead, "units": units, "examples": len(sample)}
                yield name, {key: f"{count:,}" for key, count in counts.items()}
                return


def _not_moving(seen: Evidence) -> Found:
    """The weights are where they were; without the initial network: the loss is."""
    first, last = seen.history[0].loss, seen.history[-1].loss
    if seen.initial is not None:
        moved = _movement(seen.initial, seen.network)
        if moved < threshold("weights_moved"):
            epochs = "1 epoch" if len(seen.history) == 1 else f"{len(seen.history):,} epochs"
            yield "not_moving", {"moved": f"{100 * moved:.1g} %", "epochs": epochs}
    elif len(seen.history) > 1 and abs(first - last) < threshold("loss_moved") * abs(first):
        yield "loss_not_moving", {"first": f"{first:.6g}", "loss": f"{last:.6g}"}


def _movement(before: Network, after: Network) -> float:
    """Return how far the weights of the layer that moved most went, as a share of their size."""
    shares = []
    for name, start in before.params.items():
        if name.endswith("W"):
            distance = float(np.linalg.norm(after.params[name] - start))
            size = float(np.linalg.norm(start))
            shares.append(distance / size if size else float(distance > 0))
    return max(shares)


def _near_guessing(seen: Evidence) -> Found:
    """The answers are hardly better than one and the same answer for all."""
    if not seen.examples.is_classes:
        constant = constant_loss(seen.examples, seen.loss)
        explained = seen.accuracy
        if explained is None:
            explained = 1 - seen.history[-1].loss / constant if constant else 1.0
        if explained < threshold("better_than_guessing"):
            digits = ".3g" if abs(explained) < 1 else ".0f"
            yield "near_mean", {"explained": f"{format_number(100 * explained, digits)} %"}
        return
    accuracy = seen.history[-1].accuracy if seen.accuracy is None else seen.accuracy
    guess = commonest_share(seen.examples)
    if accuracy is not None and guess < 1 and accuracy < least_accuracy(seen.examples):
        yield "near_guessing", {"accuracy": f"{100 * accuracy:.2f} %", "guess": f"{100 * guess:.2f} %"}


def constant_loss(examples: Examples, loss: Loss) -> float:
    """Return the loss of the best constant answer, the mean target: what can be had without looking at the inputs."""
    y = examples.y
    if not examples.is_classes:
        return float(y.reshape(len(y), -1).var(axis=0).sum())
    shares: Array = np.bincount(y) / len(y)
    if isinstance(loss, SoftmaxCrossEntropy):
        smoothed = (1 - loss.label_smoothing) * shares + loss.label_smoothing / len(shares)
        return _entropy(smoothed)
    if isinstance(loss, BinaryCrossEntropy):
        return _entropy(shares) + (_entropy(1 - shares) if len(shares) > 2 else 0.0)
    return float((shares * (1 - shares)).sum())


def _entropy(shares: Array) -> float:
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())


def _to_blame(seen: Evidence, rate: float, usual: float | None) -> tuple[str, str]:
    """Return setting and value for a network at guessing with no other finding."""
    if sum(isinstance(layer, Dense) for layer in seen.network.layers) == len(seen.network.layers) == 1:
        return "hidden", "16"
    if usual is None:
        too_low = rate < diagnosis_table()["rates"]["raise"]["least"]
        return "learning_rate", _new_value("raise" if too_low else "lower", rate, None)
    if usual == rate:
        return DATA, ""
    return "learning_rate", f"{usual:g}"


def _new_value(change: str, rate: float, usual: float | None) -> str:
    """Return the new value of a setting: a learning rate raised or lowered, to the usual one if that lies there."""
    if change == "lower":
        bounds = diagnosis_table()["rates"]["lower"]
        return f"{usual:g}" if usual and usual < rate else f"{min(rate * bounds['factor'], bounds['most']):g}"
    if change == "raise":
        bounds = diagnosis_table()["rates"]["raise"]
        return f"{usual:g}" if usual and usual > rate else f"{max(rate * bounds['factor'], bounds['least']):g}"
    return change
