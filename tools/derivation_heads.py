"""Numeric examples of docs/derivations/: copies of an example, their heads, and the mean of these."""

import numpy as np
from derivation_rows import gradient, rows

from byhand.arrays import Array
from byhand.layers import HeadMean, Heads, InputCopies, LogHeadMean
from byhand.layers.softmax import softmax
from byhand.losses import MeanOfHeads, SquaredError


def input_copies() -> list[str]:
    x, R = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0, -1.0], [-1.0, 0.5]])
    dy = np.array([[1.0, -0.5], [0.25, 2.0], [0.5, 1.0], [-1.0, 0.0]])

    def layer(R: Array) -> InputCopies:
        made = InputCopies(2, 2)
        made.params = {"R": R}
        return made

    def loss(x: Array = x, R: Array = R) -> float:
        return float((dy * layer(R).forward(x)[0]).sum())

    dx, grads = layer(R).backward(dy, x)
    return [
        *rows("x, two examples", x),
        *rows("R, a row for each copy", R),
        *rows("y = x ⊙ R[0], then x ⊙ R[1]", layer(R).forward(x)[0], "(1)"),
        *rows("dy, from above", dy),
        *gradient("dR[j] = Σᵢ dy ⊙ x", grads["R"], lambda moved: loss(R=moved), R, "(2)"),
        *gradient("dx = Σⱼ dy ⊙ R[j]", dx, lambda moved: loss(x=moved), x, "(3)"),
    ]


def heads() -> list[str]:
    x = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 1.0], [2.0, 0.0]])
    W, b = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([1.0, -0.5])
    dz = np.array([[1.0, -0.5], [0.25, 2.0]])

    def layer(W: Array = W, b: Array = b) -> Heads:
        made = Heads(2, 2, 1)
        made.params = {"W": W[:, :, None], "b": b.reshape(2, 1)}
        return made

    def loss(x: Array = x, **moved: Array) -> float:
        return float((dz * layer(**moved).forward(x)[0]).sum())

    z, saved = layer().forward(x)
    dx, grads = layer().backward(dz, saved)
    return [
        *rows("x, two examples, two copies", x),
        *rows("W, a row for each head", W),
        *rows("b", b),
        *rows("z, a column for each head", z, "(1)"),
        *rows("dz, from above", dz),
        *gradient("dW[j] = Σᵢ xᵀ dz", grads["W"][:, :, 0], lambda moved: loss(W=moved), W, "(2)"),
        *gradient("db[j] = Σᵢ dz", grads["b"].T, lambda moved: loss(b=moved[0]), b[None], "(3)"),
        *gradient("dx = dz W[j]ᵀ", dx, lambda moved: loss(x=moved), x, "(4)"),
    ]


def head_mean() -> list[str]:
    z, dy = np.array([[2.0, 0.0, -1.0, 1.0]]), np.array([[1.0, -2.0]])
    numbers, logits = HeadMean(2), LogHeadMean(2)
    y, saved = logits.forward(z)
    p, share = saved
    dz = [layer.backward(dy, kept)[0] for layer, kept in ((numbers, None), (logits, saved))]
    slopes = [lambda moved: float((dy * numbers.forward(moved)[0]).sum())]
    slopes += [lambda moved: float((dy * logits.forward(moved)[0]).sum())]
    return [
        *rows("z, two heads side by side", z),
        *rows("y = (z[0] + z[1]) / 2", numbers.forward(z)[0], "(1)"),
        *rows("dy, from above", dy),
        *gradient("dz = dy / 2, for each head", dz[0], slopes[0], z, "(2)"),
        *rows("p = softmax of each head", p.reshape(1, -1), "(3)"),
        *rows("y = log of the mean of both", y, "(4)"),
        *rows("softmax(y), the mean", softmax(y)),
        *rows("s, the heads' shares", share.reshape(1, -1), "(5)"),
        *gradient("dz = s dy − p Σ s dy", dz[1], slopes[1], z, "(6)"),
    ]


def mean_of_heads() -> list[str]:
    z, t = np.array([[1.5, 0.5], [-1.0, 3.0]]), np.array([[1.0], [1.0]])
    loss = MeanOfHeads(SquaredError(), 2)
    value, saved = loss.forward(z, t)
    each = [SquaredError().forward(z[:, j : j + 1], t)[0] for j in range(2)]
    return [
        *rows("z, a column for each head", z),
        *rows("t", t),
        *rows("loss of each head", np.array(each)),
        *rows("L, their mean", value, "(1)"),
        *gradient("dz", loss.backward(saved), lambda moved: float(loss.forward(moved, t)[0]), z, "(2)"),
        *rows("loss of the mean answer, not used", SquaredError().forward(z.mean(axis=1, keepdims=True), t)[0]),
    ]
