"""Write inside.json: every number of a step, why and how sure the answer is, beginnings and toy sets, by the arrays.

Made in long double: PYTHONPATH=src python tests/golden/make_inside.py

NumPy adds long doubles up itself, where it leaves doubles to BLAS, whose last digits depend on the processor. Rounded
to fifteen digits, the numbers are the same everywhere but for a last digit where a true value lies between two.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from make_epoch import layers_of, numbers

from byhand.arrays import Array
from byhand.data import toy
from byhand.initializers import glorot, he, normal, scaled, uniform, zeros
from byhand.inspection.attribution import logit_margin_gradient, piecewise_linear_layers, preactivations
from byhand.inspection.robustness import certified_radius, find_adversarial, robustness_query
from byhand.layers import Dense, LeakyReLU, Softmax
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream

PATH = Path(__file__).resolve().parent / "inside.json"
LONG = np.longdouble
N_IN = 12
BYTES = InputScaler("signed", np.asarray(1 / 128), np.asarray(-1.0))

TRACES: list[tuple[str, list[int], dict[str, Any], Loss]] = [
    ("relu, cross-entropy", [N_IN, 9, 4], {}, SoftmaxCrossEntropy(0.125)),
    ("leaky relu twice", [N_IN, 8, 6, 4], {"activation": "leaky_relu"}, SoftmaxCrossEntropy()),
    ("sigmoid, squared error", [N_IN, 5, 3], {"activation": "sigmoid", "output": "sigmoid"}, SquaredError()),
    ("tanh, yes or no", [N_IN, 6, 1], {"activation": "tanh"}, BinaryCrossEntropy()),
    ("softmax, squared error", [N_IN, 6, 4], {"output": "softmax"}, SquaredError()),
    ("no hidden layer", [N_IN, 4], {}, SoftmaxCrossEntropy()),
]
INITIALIZERS = {
    "he": he,
    "glorot": scaled(2.0, glorot),
    "normal": normal(0.01),
    "uniform": uniform(0.3),
    "zeros": zeros,
}
TOYS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [  # name, of the core, of the arrays
    ("gaussians", {"n": 9, "seed": 3, "clouds": [[0, 0, 0.5, 0.5], [1, 1, 1.5, 1.5]]}, {"n": 9, "seed": 3}),
    ("xor", {"n": 6, "seed": 1, "noise": 0.2}, {"n": 6, "seed": 1, "noise": 0.2}),
    ("circles", {"n": 7, "seed": 1, "noise": 0.1}, {"n": 7, "seed": 1}),
    ("moons", {"n": 8, "seed": 2, "noise": 0.1}, {"n": 8, "seed": 2}),
    ("spiral", {"n": 10, "seed": 2, "noise": 0.1, "arms": 3}, {"n": 10, "seed": 2, "arms": 3}),
    ("sine", {"n": 5, "seed": 2, "noise": 0.1}, {"n": 5, "seed": 2}),
]


def network_of(sizes: list[int], options: dict[str, Any]) -> Network:
    """Return a float64 network of float32 numbers, with biases that are not 0."""
    network = Network.mlp(sizes, seed=3, **options)
    for layer in network.layers:
        if isinstance(layer, LeakyReLU):
            layer.slope = 1 / 128
    for i, (name, b) in enumerate(network.params.items()):
        if name.endswith(".b"):
            b[:] = RandomStream(5, DATA, i).normal(len(b)) / 5
    return network.astype(np.float64)


def stored_of(seed: int) -> Array:
    return np.floor(RandomStream(seed, DATA).uniform(N_IN) * 256)


def trace_of(network: Network, loss: Loss, x: Array, target: Array) -> dict[str, Any]:
    """Return {layers: [{z, a, da, dz, dW, db}], loss} by the arrays."""
    trace = network.forward(x[None])
    value, saved = loss.forward(trace.output, target[None])
    grads = network.backward(loss.backward(saved), trace)
    layers: list[dict[str, Any]] = []
    for i, step in enumerate(trace.steps):
        if isinstance(step.layer, Dense):
            ends = {"z": step.y, "a": step.y, "da": step.dy, "dz": step.dy}
            layers.append({**ends, "dW": grads[f"{i}.W"], "db": grads[f"{i}.b"]})
        else:
            layers[-1] |= {"a": step.y, "da": step.dy}
    found = [{name: exact(array) for name, array in layer.items()} for layer in layers]
    return {"layers": found, "loss": exact(value)[0]}


def cells_of(network: Network, loss: Loss, x: Array, target: Array) -> dict[str, Any]:
    """Return what single numbers are made of: f′ of every unit, what is learned, the loss output by output."""
    trace = network.forward(x[None])
    slopes: list[Array] = []
    for step in trace.steps:
        if isinstance(step.layer, Dense):
            slopes.append(np.ones(step.y.shape[1]))
        elif isinstance(step.layer, Softmax):
            slopes[-1] = (step.y * (1 - step.y))[0]
        else:
            dz, _ = step.layer.backward(np.ones_like(step.y), step.saved)
            assert dz is not None
            slopes[-1] = dz[0]
    output, learned = trace.output, target
    if isinstance(loss, SoftmaxCrossEntropy):
        _, (p, t, _) = loss.forward(output, target[None])
        learned, terms = t[0], (-t * np.log(p))[0]
    else:  # the loss of each output alone
        terms = np.array([loss.forward(output[:, j : j + 1], target[None, j : j + 1])[0] for j in range(len(target))])
    return {"slopes": exact(np.concatenate(slopes)), "learned": exact(learned), "terms": exact(terms)}


def exact(array: Any) -> list[float]:
    return [float(f"{value:.15g}") for value in np.asarray(array, dtype=np.float64).reshape(-1)]


def contributions_of(network: Network, stored: Array, toward: int, against: int) -> tuple[Array, float]:
    """Return each stored number's share of a lead and the rest, formula (1) of why.py in long double."""
    layers = [
        replace(layer, W=layer.W.astype(LONG), b=layer.b.astype(LONG)) for layer in piecewise_linear_layers(network)
    ]
    zs = preactivations(layers, BYTES.apply(stored, LONG))
    contributions = logit_margin_gradient(layers, zs, toward, against) * BYTES.scale * stored
    return contributions, zs[-1][toward] - zs[-1][against] - contributions.sum()


def sure(network: Network, stored: Array) -> dict[str, Any]:
    """Return why and how sure, by the arrays. Radii are halvings and whole numbers: rounding does not reach them."""
    asked = robustness_query(network, stored, BYTES)
    found = find_adversarial(asked)
    contributions, rest = contributions_of(network, stored, 2, 1)
    return {
        "toward": 2,
        "against": 1,
        "contributions": exact(contributions),
        "rest": exact(rest)[0],
        "radius": certified_radius(asked),
        "flip": found and {"radius": found.radius, "changed": exact(found.raw)},
    }


def traced(case: tuple[str, list[int], dict[str, Any], Loss]) -> dict[str, Any]:
    name, sizes, options, loss = case
    network, stored = network_of(sizes, options), stored_of(7)
    target = np.zeros(sizes[-1], dtype=LONG)
    target[0] = 1
    smoothing = loss.label_smoothing if isinstance(loss, SoftmaxCrossEntropy) else 0.0
    x, long = BYTES.apply(stored, LONG), network.astype(LONG)
    return {
        "name": name,
        "loss": loss.kind,
        "labelSmoothing": smoothing,
        "layers": layers_of(network),
        "stored": stored.tolist(),
        "scale": 1 / 128,
        "shift": -1,
        "x": exact(x),
        "target": exact(target),
        "trace": trace_of(long, loss, x, target),
        "cells": cells_of(long, loss, x, target),
        "sure": sure(network, stored) if options.get("activation") in (None, "leaky_relu") else None,
    }


def make_run(name: str) -> dict[str, Any]:
    network = Network.mlp([5, 7, 3], activation="tanh", initializer=INITIALIZERS[name], seed=11)
    factor = {"glorot": 2.0, "normal": 0.01, "uniform": 0.3}.get(name, 1.0)
    return {"initializer": name, "factor": factor, "seed": 11, "layers": layers_of(network)}


def toy_set(case: tuple[str, dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    name, options, given = case
    train = getattr(toy, name)(**given).train
    points = train.raw if name != "sine" else np.concatenate([train.raw, train.y.reshape(-1, 1)], axis=1)
    classes = train.y.tolist() if name != "sine" else [0] * len(points)
    return {"name": name, "options": options, "points": numbers(points), "classes": classes}


def text() -> str:
    parts = {
        "traces": [traced(case) for case in TRACES],
        "beginnings": [make_run(name) for name in INITIALIZERS],
        "toys": [toy_set(case) for case in TOYS],
    }
    about = "By the arrays in long double, made by make_inside.py; the core computes in doubles, to 1e-12."
    between = ",\n"
    lines = [f"{json.dumps(name)}: [\n{between.join(map(json.dumps, cases))}\n]" for name, cases in parts.items()]
    return f'{{\n"about": {json.dumps(about)},\n{between.join(lines)}\n}}\n'


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
