"""Numeric examples of docs/derivations/: activations."""

import numpy as np
from derivation_rows import MARGIN, filled, gradient, of_activation, rows

from byhand.arrays import Array
from byhand.layers import SELU, Exp, Identity, LeakyReLU, Mish, ReLU, Sigmoid, Softmax, Tanh
from byhand.layers.mish import tanh_softplus
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax


def relu() -> list[str]:
    z, da = np.array([[-1.0, 2.0]]), np.array([[3.0, -2.0]])
    return of_activation(ReLU(), z, da, "a = max(z, 0)", "dz = da · [z > 0]")


def leaky_relu() -> list[str]:
    layer, z, da = LeakyReLU(0.25), np.array([[-1.0, 2.0]]), np.array([[3.0, -2.0]])
    return [
        *rows("α, the slope", layer.slope),
        *of_activation(layer, z, da, "a = z, or α z where z < 0", "dz = da, or α da where z < 0"),
    ]


def sigmoid_page() -> list[str]:
    layer, depths = Sigmoid(), [1, 2, 5, 10]
    lines = of_activation(layer, np.array([[0.0, 3.0]]), np.array([[1.0, 1.0]]), "a = σ(z)", "dz = da · a (1 − a)")
    lines += rows("sigmoids in a row", np.array(depths))
    for z in (0.0, 3.0):
        _, saved = layer.forward(np.array([[z]]))
        left = []
        for depth in depths:
            dy: Array | None = np.ones((1, 1))
            for _ in range(depth):
                dy, _ = layer.backward(np.asarray(dy), saved)
            left.append(float(np.asarray(dy).item()))
        lines.append(f"{f'  left of 1, every z = {z:.0f}':<{MARGIN}}" + "".join(f"{part:>9.1e}" for part in left))
    return lines


def tanh() -> list[str]:
    z = np.array([[0.5, -3.0]])
    return [
        *of_activation(Tanh(), z, np.array([[1.0, 1.0]]), "a = tanh z", "dz = da · (1 − a²)"),
        *rows("2 σ(2z) − 1", 2 * sigmoid(2 * z) - 1),
    ]


def exp() -> list[str]:
    return of_activation(Exp(), np.array([[-1.0, 2.0]]), np.array([[1.0, 1.0]]), "a = eᶻ", "dz = da · a")


def selu() -> list[str]:
    lines = of_activation(
        SELU(),
        np.array([[-1.0, 2.0]]),
        np.array([[3.0, -2.0]]),
        "a = λ z, or λα (eᶻ − 1)",
        "dz = da · λ, or da (a + λα)",
    )
    floor, _ = SELU().forward(np.array([[-50.0]]))
    return [*lines, *rows("a far to the left: −λα", floor)]


def mish() -> list[str]:
    z = np.array([[-1.0, 2.0]])
    first, *others = of_activation(Mish(), z, np.array([[3.0, -2.0]]), "a = z t", "dz")
    return [
        first,
        *rows("t = tanh(log(1 + eᶻ))", tanh_softplus(z), "(3)"),
        *rows("  by tanh and log", np.tanh(np.log1p(np.exp(z)))),
        *others,
    ]


def identity() -> list[str]:
    x, da = np.array([[1.0, 2.0]]), np.array([[3.0, -2.0]])
    W1, b1 = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([0.0, 1.0])
    W2, b2 = np.array([[2.0, 0.0], [1.0, -1.0]]), np.array([-1.0, 0.5])
    z1, _ = filled(W1, b1).forward(x)
    a, saved = Identity().forward(z1)
    dz, _ = Identity().backward(da, saved)
    W, b = W1 @ W2, b1 @ W2 + b2
    return [
        *rows("x", x),
        *rows("W₁", W1),
        *rows("b₁", b1),
        *rows("W₂", W2),
        *rows("b₂", b2),
        *rows("z₁ = x W₁ + b₁", z1),
        *rows("a = z₁", a, "(1)"),
        *rows("z₂ = a W₂ + b₂", filled(W2, b2).forward(a)[0]),
        *rows("W = W₁ W₂", W),
        *rows("b = b₁ W₂ + b₂", b),
        *rows("x W + b, in one layer", filled(W, b).forward(x)[0]),
        *rows("da, from above", da),
        *gradient("dz = da", dz, lambda moved: float((da * Identity().forward(moved)[0]).sum()), z1, "(2)"),
    ]


def softmax_page() -> list[str]:
    z, da = np.array([[2.0, 0.0]]), np.array([[1.0, 0.0]])
    sure = np.eye(1, 10)
    first, *others = of_activation(Softmax(), z, da, "a = exp z / Σ exp z", "dz = a · (da − Σ da · a)")
    return [
        first,
        *rows("exp z", np.exp(z)),
        *others,
        *rows("z + 1000", z + 1000),
        *rows("  its shares", softmax(z + 1000)),
        *rows("1 and nine 0, as ten scores: share", softmax(sure)[0, 0]),
    ]
