"""Write epoch.json: two epochs of small networks, which every depth must repeat: lists of numbers before and after.

Made by the arrays in float64: PYTHONPATH=src python tests/golden/make_epoch.py
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from byhand.layers import BatchNorm, Dense, Dropout, Layer, LeakyReLU, Residual
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, ClipGradNorm, Nesterov, WeightDecay
from byhand.optimizers.base import Optimizer
from byhand.random import DATA, DROPOUT, SHUFFLE, RandomStream
from byhand.step import train_step

PATH = Path(__file__).resolve().parent / "epoch.json"
N, N_IN, EPOCHS = 30, 12, 2

Case = tuple[str, list[int], dict[str, Any], Loss, Optimizer, dict[str, Any], int, float]
CASES: list[Case] = [
    ("relu, cross-entropy", [N_IN, 9, 4], {}, SoftmaxCrossEntropy(0.1), SGD(), {"kind": "sgd"}, 8, 0.1),
    (
        "two hidden layers, nesterov with decay",
        [N_IN, 20, 7, 4],
        {"activation": "tanh"},
        SoftmaxCrossEntropy(),
        WeightDecay(Nesterov(0.9), 0.01),
        {"kind": "nesterov", "momentum": 0.9, "weightDecay": 0.01},
        8,
        0.02,
    ),
    (
        "sigmoid, squared error",
        [N_IN, 5, 4],
        {"activation": "sigmoid", "output": "sigmoid"},
        SquaredError(),
        SGD(),
        {"kind": "sgd"},
        1,
        0.1,
    ),
    (
        "leaky relu, yes or no, clipped adam",
        [N_IN, 6, 4],
        {"activation": "leaky_relu"},
        BinaryCrossEntropy(),
        ClipGradNorm(Adam(), 0.5),
        {"kind": "adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "clipNorm": 0.5},
        10,
        0.005,
    ),
    (
        "dropout",
        [N_IN, 17, 6, 4],
        {"dropout": 0.3, "activation": "tanh"},
        SoftmaxCrossEntropy(),
        SGD(),
        {"kind": "sgd"},
        8,
        0.1,
    ),
    (
        "batch normalisation, clipped nesterov with decay",
        [N_IN, 9, 7, 4],
        {"batch_norm": True},
        SoftmaxCrossEntropy(),
        ClipGradNorm(WeightDecay(Nesterov(0.9), 0.01), 0.5),
        {"kind": "nesterov", "momentum": 0.9, "weightDecay": 0.01, "clipNorm": 0.5},
        8,
        0.02,
    ),
    (
        "ways around, with batch normalisation and dropout",
        [N_IN, 8, 8, 8, 4],
        {"residual": True, "batch_norm": True, "dropout": 0.25, "activation": "sigmoid"},
        SoftmaxCrossEntropy(),
        SGD(),
        {"kind": "sgd"},
        10,
        0.1,
    ),
]


def numbers(array: Any) -> list[float]:
    return [float(f"{value:.9g}") for value in np.asarray(array, dtype=np.float64).reshape(-1)]


def layers_of(network: Network) -> list[dict[str, Any]]:
    """Return the dense layers as the JavaScript door takes them."""
    found: list[dict[str, Any]] = []
    for layer in network.layers:
        for one in layer.inner if isinstance(layer, Residual) else [layer]:
            add(one, found)
        if isinstance(layer, Residual):
            found[-1]["residual"] = 1
    return found


def add(layer: Layer, found: list[dict[str, Any]]) -> None:
    """Take one more layer into the table."""
    if isinstance(layer, Dense):
        W, b = layer.params["W"], layer.params["b"]
        sizes = {"n_in": W.shape[0], "n_out": W.shape[1]}
        found.append({**sizes, "activation": "identity", "W": numbers(W), "b": numbers(b)})
    elif isinstance(layer, BatchNorm):
        arrays = {name: numbers(array) for name, array in {**layer.params, **layer.statistics}.items()}
        found[-1]["batchNorm"] = {**arrays, "momentum": layer.momentum, "epsilon": layer.epsilon}
    elif isinstance(layer, Dropout):
        found[-1]["dropout"] = layer.rate
    else:
        found[-1]["activation"] = layer.kind
        found[-1]["slope"] = layer.slope if isinstance(layer, LeakyReLU) else 0.0


def made(case: Case) -> dict[str, Any]:
    """Train a case and return all that goes in and comes out."""
    name, sizes, options, loss, optimizer, rule, batch_size, rate = case
    draws = RandomStream(5, DATA)
    raw = np.floor(draws.uniform(N, N_IN) * 256).astype(np.uint8)
    raw[:, :3] = 0  # inputs that never vary, as the border of a picture
    y = draws.integers(0, sizes[-1] - 1, N)
    network = Network.mlp(sizes, seed=3, **options).astype(np.float64)
    before, orders, losses = layers_of(network), [], []
    x = raw * (1 / 128) - 1
    for epoch in range(1, EPOCHS + 1):
        order, total, rng = RandomStream(4, SHUFFLE, epoch).order(N), 0.0, RandomStream(4, DROPOUT, epoch)
        for start in range(0, N, batch_size):
            rows = order[start : start + batch_size]
            value, _ = train_step(network, loss, optimizer, rate, x[rows], y[rows], rng)
            total += float(value) * len(rows)
        orders.append(order.tolist())
        losses.append(total)
    smoothing = loss.label_smoothing if isinstance(loss, SoftmaxCrossEntropy) else 0.0
    return {
        "name": name,
        "loss": loss.kind,
        "labelSmoothing": smoothing,
        "optimizer": rule,
        "batchSize": batch_size,
        "rate": rate,
        "inputs": raw.reshape(-1).tolist(),
        "scale": 1 / 128,
        "shift": -1.0,
        "labels": y.tolist(),
        "layers": before,
        "orders": orders,
        "after": {"layers": layers_of(network), "losses": numbers(losses), "output": numbers(network.predict(x))},
    }


def text() -> str:
    about = "Two epochs by the arrays in float64, made by make_epoch.py; float32 must agree to 1e-4 of the largest."
    cases = ",\n".join(json.dumps(made(case)) for case in CASES)
    return f'{{\n"about": {json.dumps(about)},\n"cases": [\n{cases}\n]\n}}\n'


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
