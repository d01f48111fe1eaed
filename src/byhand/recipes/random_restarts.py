"""Many random initialisations at once: how often does a small network solve the problem?

The networks are stacked along a first axis, K of them, and trained together on the whole (tiny) data set with plain
gradient descent: K separate runs would spend their time on calls, not on arithmetic. The formulas are those of Dense,
ReLU, Tanh and BinaryCrossEntropy; a test holds each stacked run against one trained the ordinary way.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.errors import lookup
from byhand.initializers import he
from byhand.layers.dense import Dense
from byhand.layers.sigmoid import sigmoid
from byhand.random import INIT, RandomStream
from byhand.recipes.recipe import Recipe

# a hidden activation, and its derivative as a function of the activation a
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": (np.tanh, lambda a: 1 - a * a),
}


# a recipe's fields → the values that training many starts together requires
TOGETHER: dict[str, Any] = {
    "optimizer": "sgd",
    "loss": "binary_cross_entropy",
    "schedule": "constant",
    "initializer": "he",
    "output_activation": "identity",
    "init_scale": 1.0,
    "warm_up": 0.0,
    "dropout": 0.0,
    "weight_decay": 0.0,
    "clip_norm": 0.0,
    "batch_norm": False,
    "residual": False,
    "scaled_inputs": False,
    "numerical_embedding": "none",
    "n_heads": 1,
    "bias_rate": 1.0,
    "parametrization": "standard",
}


def reason_for_single_runs(recipe: Recipe, n: int) -> str | None:
    """Return the setting that prevents training many starts together on n examples, or None."""
    if recipe.activation not in ACTIVATIONS:
        return f"activation {' or '.join(ACTIVATIONS)}"
    if recipe.batch_size < n:
        return f"batch_size {n}, all examples at once"
    other = [name for name, value in TOGETHER.items() if getattr(recipe, name) != value]
    return f"{other[0]} {str(TOGETHER[other[0]]).lower()}" if other else None


def success_rate(
    x: Array, y: Array, hidden: int, *, n_starts: int, steps: int, learning_rate: float, activation: str = "relu"
) -> float:
    """Return the fraction of starts after which every example is classified correctly.

    x : (n, n_in)   y : (n,) 0 or 1   hidden : width of the one hidden layer, 0 for a linear model
    """
    logits = train_restarts(
        x, y, hidden, n_starts=n_starts, steps=steps, learning_rate=learning_rate, activation=activation
    )
    return float(((logits[:, :, 0] > 0) == y).all(axis=1).mean())


def train_restarts(
    x: Array,
    y: Array,
    hidden: int,
    *,
    n_starts: int,
    steps: int,
    learning_rate: float,
    activation: str = "relu",
    first_seed: int = 0,
) -> Array:
    """Train n_starts networks with seeds from first_seed on; return their logits (n_starts, n, 1) on the examples."""
    activate, slope = lookup("activation of many starts", activation, ACTIVATIONS)
    t = y.reshape(-1, 1)
    sizes = [x.shape[1], hidden, 1] if hidden else [x.shape[1], 1]
    seeds = range(first_seed, first_seed + n_starts)
    Ws = [_stacked_weights(seeds, 2 * i, sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]
    bs = [np.zeros((n_starts, 1, n_out)) for n_out in sizes[1:]]
    for _ in range(steps):
        inputs, logits = _forward(x, Ws, bs, activate)
        dz = (sigmoid(logits) - t) / len(x)  # (n_starts, n, 1)
        for i in reversed(range(len(Ws))):
            dW, db = inputs[i].swapaxes(-1, -2) @ dz, dz.sum(axis=1, keepdims=True)
            if i:
                dz = (dz @ Ws[i].swapaxes(1, 2)) * slope(inputs[i])
            Ws[i] -= learning_rate * dW
            bs[i] -= learning_rate * db
    return _forward(x, Ws, bs, activate)[1]


def _stacked_weights(seeds: range, position: int, n_in: int, n_out: int) -> Array:
    """Return (n_starts, n_in, n_out): the weights that these seeds give the layer at this position."""
    layers = [Dense(n_in, n_out, initializer=he, rng=RandomStream(seed, INIT, position)) for seed in seeds]
    return np.stack([layer.params["W"] for layer in layers]).astype(np.float64)


def _forward(
    x: Array, Ws: list[Array], bs: list[Array], activate: Callable[[Array], Array]
) -> tuple[list[Array], Array]:
    """Return the input of every dense layer, and the logits."""
    inputs: list[Array] = []
    a = x.astype(np.float64)
    for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        inputs.append(a)
        z = a @ W + b
        a = activate(z) if i < len(Ws) - 1 else z
    return inputs, a
