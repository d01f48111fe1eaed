"""Numeric examples of docs/derivations/: losses, and steps of gradient descent on one."""

import numpy as np
from derivation_rows import MARGIN, gradient, loss_of, rows, short

from byhand.arrays import Array
from byhand.layers.sigmoid import sigmoid
from byhand.losses import BinaryCrossEntropy, Huber, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.optimizers import SGD


def softmax_cross_entropy() -> list[str]:
    loss, smooth, z, y = SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.1), np.array([[2.0, 0.0], [0.0, 1.0]]), [0, 0]
    truth = np.array(y)
    value, saved = loss.forward(z, truth)
    smooth_value, smooth_saved = smooth.forward(z, truth)
    shares, first = np.eye(1, 2), np.array([0])
    twice, twice_saved = loss.forward(shares, first)
    return [
        *rows("z, two examples", z),
        *rows("p", saved[0], "(1)"),
        *rows("t, class 0 for both", saved[1][0]),
        *rows("log p", np.log(saved[0]), "(3)"),
        *rows("L", float(value), "(2)"),
        *gradient("dz = (p − t) / n", loss.backward(saved), loss_of(loss, truth), z, "(4)"),
        *rows("t, smoothed by ε = 0.1", smooth_saved[1][0], "(5)"),
        *rows("  L", float(smooth_value), "(2)"),
        *gradient("  dz", smooth.backward(smooth_saved), loss_of(smooth, truth), z, "(4)"),
        *rows("a perfect share given as z", shares),
        *rows("  its L, and with ten classes", [float(twice), loss_of(loss, first)(np.eye(1, 10))]),
        *rows("  its dz", loss.backward(twice_saved)),
    ]


def squared_error() -> list[str]:
    loss, a, t = SquaredError(), np.array([[1.0, 0.5], [0.0, 2.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])
    value, saved = loss.forward(a, t)
    return [
        *rows("a, two examples", a),
        *rows("t", t),
        *rows("a − t", saved),
        *rows("L", float(value), "(1)"),
        f"  L = ({' + '.join(f'{short(error)}²' for error in saved.ravel())}) / {len(a)} = {short(float(value))}",
        *gradient("da = 2 (a − t) / n", loss.backward(saved), loss_of(loss, t), a, "(2)"),
        *rows("mean over the outputs too: k = 2", float((saved**2).mean())),
    ]


def huber() -> list[str]:
    loss, a, t = Huber(1.0), np.array([[1.5, 0.0], [0.0, 5.0]]), np.array([[1.0, 0.0], [1.5, 1.0]])
    value, saved = loss.forward(a, t)
    h = np.array([[loss_of(Huber(1.0), np.zeros((1, 1)))(e.reshape(1, 1)) for e in row] for row in saved[0]])
    return [
        *rows("δ", 1.0),
        *rows("a, two examples", a),
        *rows("t", t),
        *rows("e = a − t", saved[0], "(1)"),
        *rows("h(e)", h, "(2)"),
        *rows("L", float(value), "(3)"),
        f"  L = ({' + '.join(short(term) for term in h.ravel())}) / {len(a)} = {short(float(value))}",
        *gradient("da = clip(e, −δ, δ) / n", loss.backward(saved), loss_of(loss, t), a, "(4)"),
    ]


def quantile() -> list[str]:
    loss, a, t = Quantile(0.9), np.array([[1.0, 5.0], [2.0, 0.0]]), np.array([[3.0, 3.0], [1.0, 0.5]])
    value, saved = loss.forward(a, t)
    rho = np.array([[loss_of(loss, e.reshape(1, 1))(np.zeros((1, 1))) for e in row] for row in saved[0]])
    return [
        *rows("q", 0.9),
        *rows("a, two examples", a),
        *rows("t", t),
        *rows("e = t − a", saved[0], "(1)"),
        *rows("ρ(e)", rho, "(2)"),
        *rows("L", float(value), "(3)"),
        *gradient("da = (−q or 1 − q) / n", loss.backward(saved), loss_of(loss, t), a, "(4)"),
    ]


def poisson() -> list[str]:
    loss, z, t = Poisson(), np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([[1.0, 2.0], [9.0, 0.0]])
    value, saved = loss.forward(z, t)
    return [
        *rows("z, two examples", z),
        *rows("t", t),
        *rows("μ = eᶻ", saved[0], "(1)"),
        *rows("L", float(value), "(2)"),
        *gradient("dz = (μ − t) / n", loss.backward(saved), loss_of(loss, t), z, "(3)"),
    ]


def binary_cross_entropy() -> list[str]:
    loss, z, t = BinaryCrossEntropy(), np.array([[2.0, -1.0], [0.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 1.0]])
    value, saved = loss.forward(z, t)
    p, far, no = sigmoid(z), np.array([[800.0]]), np.array([[0.0]])
    s = np.array([[loss_of(loss, no)(entry.reshape(1, 1)) for entry in row] for row in z])
    with np.errstate(divide="ignore"):
        careless = -np.log(1 - sigmoid(far)).item()
    return [
        *rows("z, two examples", z),
        *rows("t", t),
        *rows("p = σ(z)", p, "(1)"),
        *rows("L", -float((t * np.log(p) + (1 - t) * np.log(1 - p)).sum()) / len(z), "(2)"),
        *rows("s(z), the loss where t = 0", s, "(5)"),
        *rows("L", float(value), "(3)"),
        *gradient("dz = (p − t) / n", loss.backward(saved), loss_of(loss, t), z, "(4)"),
        f"{'z = 800, t = 0: by (2)':<{MARGIN}}{careless:>9}",
        *rows("  by (3) with (5)", float(loss.forward(far, no)[0])),
        *rows("  its dz", loss.backward(loss.forward(far, no)[1]), "(4)"),
    ]


def sgd() -> list[str]:
    curve = np.array([1.0, 10.0])

    def loss(w: Array) -> float:
        return float((curve * w * w).sum() / 2)

    start = np.array([4.0, 1.0])
    lines = [*rows("w", start), *rows("L", loss(start)), *gradient("dW", curve * start, loss, start, "")]
    small = {"W": start.copy()}
    SGD().update(small, {"W": curve * start}, 0.001)
    promised = 0.001 * float((curve * start) @ (curve * start))
    lines += rows("η = 0.001: fall promised, and real", [promised, loss(start) - loss(small["W"])])
    for learning_rate, n_steps in ((0.05, 3), (0.15, 3), (0.21, 3)):
        params = {"W": start.copy()}
        for step in range(1, n_steps + 1):
            SGD().update(params, {"W": curve * params["W"]}, learning_rate)
            w = params["W"]
            label = f"η = {learning_rate}: w and L after step {step}" if step == 1 else f"{'':>20}after step {step}"
            lines += rows(label, [*w, loss(w)], "(1)")
    return lines
