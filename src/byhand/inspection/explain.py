"""Trace one example through forward, loss, backward and update, with the numbers of a real step.

A layer has too many units to show them all, so one path is followed: from the output of the true class, back to the
input that contributes most, layer by layer. Sums are complete: the largest terms one by one, the rest as one number.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array, Params, check_numbers, plain_array
from byhand.errors import DataError, ShapeError
from byhand.formatting import typeset_minus
from byhand.inspection.formulas import DENSE, FORMULAS, LAYER_EQUATIONS, LOSS_EQUATIONS
from byhand.inspection.source import source_location
from byhand.layers.base import Layer
from byhand.layers.dense import Dense
from byhand.layers.heads import Heads
from byhand.layers.scaled_dense import ScaledDense
from byhand.losses import Loss, SoftmaxCrossEntropy, loss_for
from byhand.network import LayerRecord, Network, Trace
from byhand.optimizers import SGD, Optimizer
from byhand.schedules import check_rate
from byhand.summary import layer_numbers

LARGEST = 3  # terms of a sum that are shown one by one
MOST_HALVINGS = 60  # of a learning rate at which the loss rose: targets of 10⁶ want one of about 10⁻¹²


@dataclass(frozen=True)
class Line:
    """One line of the explanation.

    phase : forward, loss, backward or update
    formula, shape, numbers : the general formula, the arrays' shapes, and this example's numbers
    place : the file and line of the code that computes it
    """

    phase: str
    formula: str
    shape: str
    numbers: str
    place: str


@dataclass(frozen=True, repr=False)
class Explanation:
    """The lines in the order in which things happen, and the loss on this example before and after the step.

    notes : a sentence about each surprising result
    """

    lines: list[Line]
    loss_before: float
    loss_after: float
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Explanation of {len(self.lines)} lines: loss {self.loss_before:.4g} … {self.loss_after:.4g}>"

    def __str__(self) -> str:
        parts = []
        for i, line in enumerate(self.lines):
            if i == 0 or line.phase != self.lines[i - 1].phase:
                parts.append(f"\n{line.phase.upper()}")
            parts.append(f"  {line.formula}   [{line.shape}]   {line.place}\n      {line.numbers}")
        parts.append(
            f"\nThe loss on this example: {self.loss_before:.6g} before the step, {self.loss_after:.6g} after."
        )
        return "\n".join([*parts, *self.notes]).lstrip("\n")


def explain(
    network: Network,
    x: Array,
    y: Any = None,
    *,
    loss: Loss | str | None = None,
    optimizer: Optimizer | None = None,
    learning_rate: float = 0.1,
) -> Explanation:
    """Trace one example through one training step. The network is not changed.

    x : (n_in,) one prepared example   y : its label or target; by default the predicted class
    loss, optimizer : SoftmaxCrossEntropy() and SGD() unless given
    Raises ShapeError if x is more than one example.
    """
    _check_example(network, x)
    loss = loss_for("explain", "softmax_cross_entropy" if loss is None else loss)
    optimizer = SGD() if optimizer is None else optimizer
    check_kind("explain", "optimizer", optimizer, Optimizer, "an optimizer, as SGD()")
    learning_rate = check_rate("explain", learning_rate)
    learner = network.astype(np.float64)  # a copy: so the network keeps its weights, and shown digits are exact
    rows = x.reshape(1, -1).astype(np.float64)
    trace = learner.forward(rows)
    target = np.atleast_1d(plain_array("explain", "y", trace.output[0].argmax() if y is None else y))
    value, grads, units, lines = _forward_and_backward(learner, loss, trace, target)
    before = {name: array.copy() for name, array in learner.params.items()}
    step = _Step(
        learner, before, grads, deepcopy(optimizer), lambda: float(loss.forward(learner.predict(rows), target)[0])
    )
    optimizer.update(learner.params, grads, learning_rate)
    lines += _update(before, learner.params, grads, units, trace, optimizer, learning_rate)
    after = step.loss()
    which = "predicted class, in place of the true one," if y is None else "true class"
    notes = [*_smoothing(loss, learner.widths[-1], which), *_stopped_gradient(trace, layer_numbers(learner))]
    if after > value:
        notes.append(_why_it_rose(step, value, learning_rate))
    return Explanation([replace(line, numbers=typeset_minus(line.numbers)) for line in lines], value, after, notes)


def _forward_and_backward(
    network: Network, loss: Loss, trace: Trace, target: Array
) -> tuple[float, Params, list[int], list[Line]]:
    """Return the loss, the gradients, the unit followed at each layer, and the lines about all of them."""
    value, saved = loss.forward(trace.output, target)
    d_output = loss.backward(saved)
    grads = network.backward(d_output, trace)
    units = _path(trace, int(target[0]) if target.dtype.kind in "iu" and trace.output.shape[1] > 1 else 0)
    layers = layer_numbers(network)
    lines = [_forward(layers[i], step, units[i], units[i + 1]) for i, step in enumerate(trace.steps)]
    lines.append(_loss(loss, trace.output[0], target, float(value)))
    lines.append(_loss_gradient(loss, trace.output[0], d_output[0], units[-1]))
    lines += [_backward(layers[i], i, trace.steps[i], units) for i in reversed(range(len(trace.steps)))]
    return float(value), grads, units, lines


@dataclass(frozen=True)
class _Step:
    """One update that can be repeated at another learning rate, from the same weights and gradients."""

    network: Network
    before: Params
    grads: Params
    optimizer: Optimizer
    loss: Callable[[], float]

    def loss_after(self, learning_rate: float) -> float:
        """Take the step at this learning rate and return the loss after it."""
        for name, array in self.network.params.items():
            array[...] = self.before[name]
        deepcopy(self.optimizer).update(self.network.params, self.grads, learning_rate)
        return self.loss()


def _why_it_rose(step: _Step, before: float, learning_rate: float) -> str:
    """Return why the loss rose, and a rate at which it falls: the gradient is the slope at the start of the step."""
    told = f"It rose: the gradient is the slope where the step begins, and at a learning rate of {learning_rate:g} "
    told += "the step goes too far."
    for halvings in range(1, MOST_HALVINGS):
        rate = learning_rate / 2**halvings
        after = step.loss_after(rate)
        if after < before:
            return f"{told} At {rate:.4g} it falls to {after:.6g}. In training many examples share one step."
    return told


def _smoothing(loss: Loss, k: int, which: str) -> list[str]:
    """Return a note on the targets and the lowest possible loss under label smoothing. which : the class it is about"""
    share = getattr(loss, "label_smoothing", 0.0)
    if not share:
        return []
    rest = share / k
    least = smoothed_minimum(share, k)
    return [
        f"Label smoothing {share:g}: the target is {1 - share + rest:.4g} for the {which} and {rest:.4g} for "
        f"every other, so the loss cannot fall below {least:.4g}."
    ]


def smoothed_minimum(share: float, k: int) -> float:
    """Return the lowest possible cross-entropy for k classes with label smoothing: the entropy of the target.

    A share of 0.1 over ten classes: −0.91 log 0.91 − 9 · 0.01 log 0.01 = 0.5003.
    """
    if not share:
        return 0.0
    top, rest = 1 - share + share / k, share / k
    return float(-top * np.log(top) - (k - 1) * rest * np.log(rest))


def _stopped_gradient(trace: Trace, layers: list[int]) -> list[str]:
    """Return a note if the gradient becomes zero: the layers before learn nothing from this example."""
    for i in reversed(range(1, len(trace.steps))):
        dy, sent_on = trace.steps[i].dy, trace.steps[i - 1].dy
        if dy is not None and sent_on is not None and dy.any() and not sent_on.any():
            layer = layers[i]
            who = "layer 1 learns" if layer == 1 else f"layers 1 to {layer} learn"
            return [
                f"No gradient gets past layer {layer}: all its units are off here, so {who} nothing from this example."
            ]
    return []


def _check_example(network: Network, x: Array) -> None:
    """Raise ShapeError or DataError unless x is one example for this network."""
    check_kind("explain", "network", network, Network, "a Network; of a model, its .network")
    check_numbers("explain", "x", x)
    if x.size != network.widths[0]:
        raise ShapeError(f"explain got x of shape {x.shape}; expected one example of {network.widths[0]} numbers.")
    if not np.isfinite(x).all():
        raise DataError("explain got x with numbers that are not finite; expected one prepared example.")


def _path(trace: Trace, last: int) -> list[int]:
    """Return which unit is followed, in the input and in every layer's output."""
    units = [last]
    for step in reversed(trace.steps):
        if isinstance(step.layer, Dense | Heads):
            W = step.layer.params["W"]
            column = W[:, units[0]] if W.ndim == 2 else W[0, :, units[0]]  # of heads: the first, whose copy is x[0]
            terms = _scaled(step.layer, step.x)[0] * column
            units.insert(0, int(np.abs(terms).argmax()))
        else:
            source = step.layer.input_of(units[0])
            units.insert(0, units[0] if source is None else source)
    return units


def _forward(layer: int, step: LayerRecord, before: int, unit: int) -> Line:
    """Describe the forward pass of one layer. before, unit : which of its inputs and outputs are followed"""
    if isinstance(step.layer, Dense):
        x, W, b = _scaled(step.layer, step.x)[0], step.layer.params["W"], step.layer.params["b"]
        terms = _sum_of(x * W[:, unit], lambda k: f"{x[k]:.4g}·{W[k, unit]:.4g}")
        shape = f"x {step.x.shape} · W {W.shape} + b {b.shape} → z {step.y.shape}"
        numbers = f"unit {unit}: z = {terms} + b {b[unit]:.4g} = {step.y[0, unit]:.6g}"
        formula = f"layer {layer}, {_spaced(step.layer)}: z = {DENSE[step.layer.kind]} W + b"
        return Line("forward", formula, shape, numbers, source_location(type(step.layer).forward, 1))
    formula, _ = FORMULAS.get(step.layer.kind, (f"y = {step.layer.kind}(x)", ""))
    on = int((step.y[0] > 0).sum())
    numbers = f"unit {unit}: {step.x[0, before]:.6g} → {step.y[0, unit]:.6g}; {on} of {step.y.shape[1]} units above 0"
    shape = f"{step.x.shape} → {step.y.shape}"
    return Line(
        "forward",
        f"layer {layer}, {_spaced(step.layer)}: {formula}",
        shape,
        numbers,
        source_location(type(step.layer).forward, LAYER_EQUATIONS.get(step.layer.kind, (1, 2))[0]),
    )


def _loss(loss: Loss, output: Array, target: Array, value: float) -> Line:
    """Describe the loss."""
    if isinstance(loss, SoftmaxCrossEntropy):
        _, (p, t, _) = loss.forward(output.reshape(1, -1), target)
        formula = "p = softmax(z), L = −Σ t log p"
        shown = ", ".join(f"{k}: {p[0, k]:.4f}" for k in np.argsort(-p[0], kind="stable")[:LARGEST])
        true = int(t[0].argmax())
        more = ", …" if p.shape[1] > LARGEST else ""
        numbers = f"p {shown}{more}; target {t[0, true]:.4g} on class {true} where p is {p[0, true]:.4f}"
    else:
        formula = f"L = {loss.kind.replace('_', ' ')}(output, target)"
        shown = ", ".join(f"{k}: {output[k]:.4g}" for k in np.argsort(-output, kind="stable")[:LARGEST])
        wanted = ", ".join(f"{value:.6g}" for value in target.ravel())
        numbers = f"output {shown}{', …' if len(output) > LARGEST else ''}; the target is {wanted}"
    return Line(
        "loss",
        formula,
        f"(1, {len(output)}) → one number",
        f"{numbers} → L = {value:.6g}",
        source_location(type(loss).forward, LOSS_EQUATIONS.get(loss.kind, (1, 2))[0]),
    )


def _loss_gradient(loss: Loss, output: Array, d_output: Array, unit: int) -> Line:
    """Describe the gradient of the loss."""
    formula = {
        "softmax_cross_entropy": "dz = p − t",
        "binary_cross_entropy": "dz = σ(z) − t",
        "squared_error": "da = 2 (a − t)",
    }.get(loss.kind, "d output")
    numbers = f"unit {unit}: {d_output[unit]:.6g}; all of them sum to {d_output.sum():.3g}"
    return Line(
        "backward",
        f"loss: {formula}",
        f"(1, {len(output)})",
        numbers,
        source_location(type(loss).backward, LOSS_EQUATIONS.get(loss.kind, (1, 2))[1]),
    )


def _backward(layer: int, i: int, step: LayerRecord, units: list[int]) -> Line:
    """Describe the backward pass of one layer."""
    dy = np.zeros_like(step.y) if step.dy is None else step.dy
    if isinstance(step.layer, Dense):
        return _backward_dense(layer, i, step.layer, step.x, dy, units[i], units[i + 1])
    unit = units[i + 1]
    dx, _ = step.layer.backward(dy, step.saved)
    sent_on = np.zeros_like(step.x) if dx is None else dx
    _, derivative = FORMULAS.get(step.layer.kind, ("", "the chain rule through it"))
    reached = f"{int((sent_on[0] != 0).sum())} of {step.x.shape[1]} units get a gradient"
    return Line(
        "backward",
        f"layer {layer}, {_spaced(step.layer)}: {derivative}",
        f"{dy.shape} → {step.x.shape}",
        f"unit {unit}: {dy[0, unit]:.6g} → {sent_on[0, units[i]]:.6g}; {reached}",
        source_location(type(step.layer).backward, LAYER_EQUATIONS.get(step.layer.kind, (1, 2))[1]),
    )


def _backward_dense(number: int, i: int, layer: Dense, rows: Array, dz_rows: Array, before: int, unit: int) -> Line:
    """Describe a dense layer's backward pass: the factors of one weight's gradient, and dx.

    rows, dz_rows : of the example, or of its copies, of which the first is followed
    """
    rows = _scaled(layer, rows)
    W, x, dz = layer.params["W"], rows[0], dz_rows[0]
    product = f"x[{before}] {x[before]:.6g} · dz[{unit}] {dz[unit]:.6g} = {x[before] * dz[unit]:.6g}"
    if len(rows) > 1:
        product += f", and {rows[:, before] @ dz_rows[:, unit]:.6g} with the other {len(rows) - 1} copies"
    numbers = f"dW[{before}, {unit}] = {product}"
    formula = f"layer {number}, {_spaced(layer)}: dW = {DENSE[layer.kind]}ᵀ dz, db = dz"
    if i == 0:
        formula += " (no dx: the gradient of the data is not needed)"
    else:
        weights = _scaled(layer, W.T).T[before]
        terms = _sum_of(dz * weights, lambda k: f"{dz[k]:.4g}·{weights[k]:.4g}")
        formula += ", dx = dz Wᵀ" + (" ⊙ s" if isinstance(layer, ScaledDense) else "")
        numbers += f"; dx[{before}] = {terms} = {float(dz @ weights):.6g}"
    shape = f"dW {W.shape[0]}×{W.shape[1]}, db ({W.shape[1]},)"
    return Line("backward", formula, shape, numbers, source_location(type(layer).backward, 2))


def _scaled(layer: Layer, rows: Array) -> Array:
    """Return rows (n, n_in) as a dense layer multiplies them by W."""
    return rows * layer.params["scale"] if isinstance(layer, ScaledDense) else rows


def _spaced(layer: Layer) -> str:
    return layer.kind.replace("_", " ")


def _update(
    before: Params,
    after: Params,
    grads: Params,
    units: list[int],
    trace: Trace,
    optimizer: Optimizer,
    learning_rate: float,
) -> list[Line]:
    """Describe the update of the followed weight in every dense layer."""
    lines = []
    place = source_location(type(optimizer).update, 1)
    dense = [i for i, step in enumerate(trace.steps) if isinstance(step.layer, Dense)]
    layers = layer_numbers(Network([step.layer for step in trace.steps]))
    for i in dense:
        name, at = f"{i}.W", (units[i], units[i + 1])
        old, gradient, new = before[name][at], grads[name][at], after[name][at]
        moved = int((after[name] != before[name]).sum())
        plain = isinstance(optimizer, SGD)
        how = f"{old:.6g} − {learning_rate:g} · {gradient:.6g}" if plain else f"{old:.6g}, gradient {gradient:.6g},"
        numbers = f"W[{at[0]}, {at[1]}]: {how} → {new:.6g}; {moved:,} of {after[name].size:,} weights moved"
        which = f"layer {layers[i]}, {_spaced(trace.steps[i].layer)}"
        formula = f"{which}: {'W ← W − η dW' if plain else type(optimizer).__name__}"
        lines.append(Line("update", formula, f"W {before[name].shape[0]}×{before[name].shape[1]}", numbers, place))
    return lines


def _sum_of(terms: Array, name: Callable[[int], str]) -> str:
    """Return a sum as text: its largest terms by name, the rest as one number, so that it adds up."""
    order = np.argsort(-np.abs(terms), kind="stable")
    told = " + ".join(name(int(k)) for k in order[:LARGEST])
    rest = order[LARGEST:]
    return f"{told} + {len(rest)} more ({terms[rest].sum():.4g})" if len(rest) else told
