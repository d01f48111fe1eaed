"""Write the numeric examples of docs/derivations/, between their markers: python tools/make_derivation_examples.py

Every number is what the library answers in float64. A gradient is shown twice, by the formula and by central
differences; where the two differ, nothing is written.
"""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.layers import (
    SELU,
    BatchNorm,
    Dense,
    Dropout,
    Exp,
    HeadMean,
    Heads,
    Identity,
    InputCopies,
    Layer,
    LeakyReLU,
    LogHeadMean,
    Mish,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    ReLU,
    Residual,
    ScaledDense,
    Sigmoid,
    Softmax,
    Tanh,
)
from byhand.layers.mish import tanh_softplus
from byhand.layers.periodic_embedding import Waves
from byhand.layers.periodic_linear_embedding import Turns
from byhand.layers.piecewise_embedding import Places
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.losses import (
    BinaryCrossEntropy,
    Huber,
    Loss,
    MeanOfHeads,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from byhand.optimizers import SGD
from byhand.random import DROPOUT, RandomStream

PAGES = Path(__file__).parents[1] / "docs" / "derivations"
BEGIN, END = "<!-- numbers: begin -->\n", "<!-- numbers: end -->"
DIGITS = 4  # shown; what lies exactly between two is first rounded to 8, so that all machines agree
STEP = 1e-5
LABEL, MARGIN = 34, 39  # columns of a line: what it is, its equation, then the numbers


def number(value: float, digits: int = DIGITS) -> str:
    """Return the value to `digits` digits after the point, without a minus in front of zero."""
    return f"{round(round(float(value), 8), digits) + 0.0:.{digits}f}"


def short(value: float) -> str:
    """Return the value without trailing zeros, in brackets when negative: for sums written out."""
    text = number(value).rstrip("0").rstrip(".")
    return f"({text})" if value < 0 else text


def rows(label: str, values: Array | list[float] | float, equation: str = "") -> list[str]:
    """Return an array as lines, one for each of its rows, with as many digits as it needs."""
    table = np.atleast_2d(np.asarray(values, dtype=float))
    digits = next(d for d in range(DIGITS + 1) if d == DIGITS or np.allclose(table, table.round(d), atol=1e-7, rtol=0))
    texts = ["".join(f"{number(value, digits):>9}" for value in row) for row in table]
    first = label + " " * (LABEL - sum(not unicodedata.combining(mark) for mark in label)) + f"{equation:<5}"
    return [(first if i == 0 else " " * MARGIN) + text for i, text in enumerate(texts)]


def nudged(loss: Callable[[Array], float], array: Array) -> Array:
    """Return the slope of loss(array) by each entry: a little more, a little less, the difference."""
    slopes = np.zeros_like(array)
    for entry in np.ndindex(*array.shape):
        more, less = array.copy(), array.copy()
        more[entry] += STEP
        less[entry] -= STEP
        slopes[entry] = (loss(more) - loss(less)) / (2 * STEP)
    return slopes


def gradient(label: str, found: Array | None, loss: Callable[[Array], float], array: Array, equation: str) -> list[str]:
    """Return the rows of a gradient by the formula and by nudging `array`. Raises ValueError where they differ."""
    slopes = nudged(loss, array)
    if found is None or not np.allclose(found, slopes, atol=1e-7):
        raise ValueError(f"{label}: the formula gives {found}, nudging gives {slopes}.")
    beside = rows("", slopes)
    notes = ["   nudged", *[" " * 9] * (len(beside) - 1)]
    return [
        line + note + right[MARGIN:]
        for line, note, right in zip(rows(label, found, equation), notes, beside, strict=True)
    ]


def of_activation(layer: Layer, z: Array, da: Array, forward: str, backward: str) -> list[str]:
    """Return one row of z through an activation and back."""
    a, saved = layer.forward(z)
    dz, _ = layer.backward(da, saved)
    return [
        *rows("z", z),
        *rows(forward, a, "(1)"),
        *rows("da, from above", da),
        *gradient(backward, dz, lambda moved: float((da * layer.forward(moved)[0]).sum()), z, "(2)"),
    ]


def filled(W: Array, b: Array) -> Dense:
    """Return a dense layer with these weights, in float64."""
    layer = Dense(*W.shape)
    layer.params = {"W": W, "b": b}
    return layer


def dense() -> list[str]:
    x, dz = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0, -0.5], [0.25, 2.0]])
    W, b = np.array([[0.5, -1.0], [0.25, 1.0]]), np.array([1.0, -0.5])
    layer = filled(W, b)
    z, saved = layer.forward(x)
    dx, grads = layer.backward(dz, saved)

    def loss(x: Array = x, W: Array = W, b: Array = b) -> float:
        return float((dz * filled(W, b).forward(x)[0]).sum())

    sum_z = " + ".join(f"{short(x[0, k])} · {short(W[k, 0])}" for k in range(2))
    sum_dW = " + ".join(f"{short(x[i, 0])} · {short(dz[i, 1])}" for i in range(2))
    return [
        *rows("x, two examples", x),
        *rows("W", W),
        *rows("b", b),
        *rows("z = x W + b", z, "(1)"),
        f"  z[0, 0] = {sum_z} + {short(b[0])} = {short(z[0, 0])}",
        *rows("dz, from above", dz),
        *gradient("dW = xᵀ dz", grads["W"], lambda moved: loss(W=moved), W, "(2)"),
        f"  dW[0, 1] = {sum_dW} = {short(grads['W'][0, 1])}",
        *gradient("db = Σᵢ dz", grads["b"], lambda moved: loss(b=moved), b, "(3)"),
        *gradient("dx = dz Wᵀ", dx, lambda moved: loss(x=moved), x, "(4)"),
    ]


def scaled_dense() -> list[str]:
    x, dz = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0, -0.5], [0.25, 2.0]])
    W, b, s = np.array([[0.5, -1.0], [0.25, 1.0]]), np.array([1.0, -0.5]), np.array([2.0, 0.5])

    def layer(x: Array = x, W: Array = W, b: Array = b, s: Array = s) -> tuple[ScaledDense, Array]:
        made = ScaledDense(2, 2)
        made.params = {"scale": s, "W": W, "b": b}
        return made, made.forward(x)[0]

    def loss(**moved: Array) -> float:
        return float((dz * layer(**moved)[1]).sum())

    own, z = layer()
    dx, grads = own.backward(dz, x)
    return [
        *rows("x, two examples", x),
        *rows("s", s),
        *rows("W", W),
        *rows("b", b),
        *rows("z = (x ⊙ s) W + b", z, "(1)"),
        *rows("dz, from above", dz),
        *gradient("dW = (x ⊙ s)ᵀ dz", grads["W"], lambda moved: loss(W=moved), W, "(2)"),
        *gradient("db = Σᵢ dz", grads["b"], lambda moved: loss(b=moved), b, "(3)"),
        *gradient("ds = Σᵢ x (dz Wᵀ)", grads["scale"], lambda moved: loss(s=moved), s, "(4)"),
        *gradient("dx = (dz Wᵀ) ⊙ s", dx, lambda moved: loss(x=moved), x, "(5)"),
        *rows("W with s in it", own.fold().params["W"]),
    ]


def periodic_embedding() -> list[str]:
    x, dy = np.array([[0.5], [-1.0]]), np.array([[0.5, 2.0], [-1.0, 1.0]])
    own = {
        "frequency": np.array([[0.25, 0.5]]),
        "phase": np.array([[0.5, -1.0]]),
        "V": np.array([[[2.0], [-1.0]]]),
        "c": np.array([[0.5]]),
    }

    def layer(x: Array = x, **moved: Array) -> tuple[PeriodicEmbedding, Array, Waves]:
        made = PeriodicEmbedding(1, [0], n_frequencies=2, embedding_dim=1)
        made.params = own | moved
        return made, *made.forward(x)

    def slope(name: str) -> Callable[[Array], float]:
        return lambda moved: float((dy * layer(**{name: moved.reshape((own | {"x": x})[name].shape)})[1]).sum())

    made, y, saved = layer()
    dx, grads = made.backward(dy, saved)
    V, dV = own["V"][0].T, grads["V"][0].T  # shown as rows
    return [
        *rows("x, one column, two examples", x),
        *rows("w, in turns per unit", own["frequency"]),
        *rows("φ", own["phase"]),
        *rows("V, as a row", V),
        *rows("c", own["c"]),
        *rows("u = 2π w x + φ", saved.u[0], "(1)"),
        *rows("v = cos u", saved.v[0], "(2)"),
        *rows("e = v V + c", y[:, 1:], "(3)"),
        *rows("y = [x, e]", y, "(4)"),
        *rows("dy, from above", dy),
        *gradient("dV = Σᵢ vᵀ de", dV, slope("V"), V, "(5)"),
        *gradient("dc = Σᵢ de", grads["c"], slope("c"), own["c"], "(6)"),
        *rows("du = −sin u ⊙ (de Vᵀ)", -np.sin(saved.u[0]) * (dy[:, 1:] @ V), "(7)"),
        *gradient("dφ = Σᵢ du", grads["phase"], slope("phase"), own["phase"], "(8)"),
        *gradient("dw = 2π Σᵢ x du", grads["frequency"], slope("frequency"), own["frequency"], "(9)"),
        *gradient("dx = dy + 2π Σₖ w du", dx, slope("x"), x, "(10)"),
    ]


def periodic_linear_embedding() -> list[str]:
    x, dy = np.array([[0.5], [-1.0]]), np.array([[2.0], [1.0]])
    own = {"frequency": np.array([[0.25]]), "V": np.array([[[2.0], [-1.0]]]), "c": np.array([[0.5]])}

    def layer(x: Array = x, **moved: Array) -> tuple[PeriodicLinearEmbedding, Array, Turns]:
        made = PeriodicLinearEmbedding(1, [0], n_frequencies=1, embedding_dim=1)
        made.params = own | moved
        return made, *made.forward(x)

    def slope(name: str) -> Callable[[Array], float]:
        return lambda moved: float((dy * layer(**{name: moved.reshape((own | {"x": x})[name].shape)})[1]).sum())

    made, y, saved = layer()
    dx, grads = made.backward(dy, saved)
    V, dV = own["V"][0].T, grads["V"][0].T  # shown as rows
    cos, sin = saved.v[0].T
    return [
        *rows("x, one column, two examples", x),
        *rows("w, in turns per unit", own["frequency"]),
        *rows("V, as a row", V),
        *rows("c", own["c"]),
        *rows("u = 2π w x", 2 * np.pi * own["frequency"] * x, "(1)"),
        *rows("v = [cos u, sin u]", saved.v[0], "(2)"),
        *rows("e = v V + c", y, "(3)"),
        *rows("y: no other columns, e", y, "(4)"),
        *rows("dy, from above", dy),
        *gradient("dV = Σᵢ vᵀ de", dV, slope("V"), V, "(5)"),
        *gradient("dc = Σᵢ de", grads["c"], slope("c"), own["c"], "(6)"),
        *rows("du = −sin u de A + cos u de B", dy * (cos * V[0, 1] - sin * V[0, 0])[:, None], "(7)"),
        *gradient("dw = 2π Σᵢ x du", grads["frequency"], slope("frequency"), own["frequency"], "(8)"),
        *gradient("dx = 2π w du", dx, slope("x"), x, "(9)"),
    ]


def piecewise_embedding() -> list[str]:
    x, dy = np.array([[0.5], [2.5]]), np.array([[0.5, 2.0], [-1.0, 1.0]])
    own = {"V": np.array([[[2.0], [-1.0], [0.5]]]), "c": np.array([[0.5]])}
    edges = np.array([[0.0, 1.0, 2.0, 4.0]])

    def layer(x: Array = x, **moved: Array) -> tuple[PiecewiseLinearEmbedding, Array, Places]:
        made = PiecewiseLinearEmbedding(1, [0], n_bins=3, embedding_dim=1)
        made.params, made.statistics = own | moved, {"edges": edges}
        return made, *made.forward(x)

    def slope(name: str) -> Callable[[Array], float]:
        return lambda moved: float((dy * layer(**{name: moved.reshape((own | {"x": x})[name].shape)})[1]).sum())

    made, y, saved = layer()
    dx, grads = made.backward(dy, saved)
    V, dV = own["V"][0].T, grads["V"][0].T  # shown as rows
    return [
        *rows("x, one column, two examples", x),
        *rows("b, the edges of three bins", edges),
        *rows("V, as a row", V),
        *rows("c", own["c"]),
        *rows("z, the places among the bins", saved.z[0], "(1)"),
        *rows("e = z V + c", y[:, 1:], "(2)"),
        *rows("y = [x, e]", y, "(3)"),
        *rows("dy, from above", dy),
        *gradient("dV = Σᵢ zᵀ de", dV, slope("V"), V, "(4)"),
        *gradient("dc = Σᵢ de", grads["c"], slope("c"), own["c"], "(5)"),
        *gradient("dx = dy + de V / width", dx, slope("x"), x, "(6)"),
    ]


def parametric_activation() -> list[str]:
    z, da, share = np.array([[-1.0, -2.0], [3.0, 1.0]]), np.array([[1.0, 0.5], [-2.0, 2.0]]), np.array([1.0, 0.25])

    def layer(z: Array = z, share: Array = share) -> tuple[ParametricActivation, Array, Any]:
        made = ParametricActivation(2, "relu")
        made.params = {"alpha": share}
        return made, *made.forward(z)

    def loss(**moved: Array) -> float:
        return float((da * layer(**moved)[1]).sum())

    made, a, saved = layer()
    dz, grads = made.backward(da, saved)
    return [
        *rows("z, two examples", z),
        *rows("α", share),
        *rows("f(z) = max(z, 0)", np.maximum(z, 0)),
        *rows("a = (1 − α) z + α f(z)", a, "(1)"),
        *rows("da, from above", da),
        *rows("f(z) − z", saved[0]),
        *gradient("dα = Σᵢ da (f(z) − z)", grads["alpha"], lambda moved: loss(share=moved), share, "(2)"),
        *gradient("dz = (1 − α) da + α da f′(z)", dz, lambda moved: loss(z=moved), z, "(3)"),
    ]


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


def dropout() -> list[str]:
    x, layer = np.tile([[1.0, -2.0]], (4, 1)), Dropout(0.5)
    y, mask = layer.forward(x, training=True, rng=RandomStream(7, DROPOUT))
    dy = np.tile([[1.0, 3.0]], (4, 1))
    dx, _ = layer.backward(dy, mask)
    many, _ = layer.forward(np.tile(x[:1], (100_000, 1)), training=True, rng=RandomStream(7, DROPOUT))
    quiet, _ = layer.forward(x[:1])

    def loss(x: Array) -> float:
        return float((dy * layer.forward(x, training=True, rng=RandomStream(7, DROPOUT))[0]).sum())

    return [
        *rows("x, the same in 4 examples", x[0]),
        *rows("m", np.asarray(mask), "(1)"),
        *rows("y = x · m", y, "(2)"),
        *rows("dy, the same in all 4", dy[0]),
        *gradient("dx = dy · m", dx, loss, x, "(2)"),
        *rows("mean of these 4 rows of y", y.mean(axis=0)),
        *rows("mean of 100000 rows", many.mean(axis=0)),
        *rows("in prediction, y = x", quiet),
    ]


def batch_norm() -> list[str]:
    x = np.array([[2.0, 0.0], [2.0, 0.0], [4.0, 0.0], [4.0, 4.0]])
    dy = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, -1.0]])
    gamma, beta = np.array([3.0, 1.0]), np.array([0.0, 10.0])

    def normalise(x: Array = x, gamma: Array = gamma, beta: Array = beta) -> tuple[BatchNorm, Array]:
        layer = BatchNorm(2)
        layer.astype(np.dtype(float))
        layer.params = {"gamma": gamma, "beta": beta}
        return layer, layer.forward(x, training=True)[0]

    layer, y = normalise()
    _, saved = layer.forward(x, training=True)
    dx, grads = layer.backward(dy, saved)
    layer.update_statistics(saved)
    return [
        *rows("x, four examples", x),
        *rows("μ", np.asarray(saved.mean), "(1)"),
        *rows("v", np.asarray(saved.variance), "(1)"),
        *rows("x̂", saved.x_hat, "(2)"),
        *rows("γ", gamma),
        *rows("β", beta),
        *rows("y = γ x̂ + β", y, "(3)"),
        *rows("dy, from above", dy),
        *gradient("dγ = Σ dy x̂", grads["gamma"], lambda g: float((dy * normalise(gamma=g)[1]).sum()), gamma, "(4)"),
        *gradient("dβ = Σ dy", grads["beta"], lambda b: float((dy * normalise(beta=b)[1]).sum()), beta, "(4)"),
        *gradient("dx", dx, lambda moved: float((dy * normalise(x=moved)[1]).sum()), x, "(5)"),
        *rows("sum of dx down the column", np.asarray(dx).sum(axis=0)),
        *rows("running mean after one step", layer.statistics["mean"]),
        *rows("running variance after one step", layer.statistics["variance"]),
    ]


def residual() -> list[str]:
    x, dy = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0]])
    inner = filled(np.array([[0.1, -0.2], [0.05, 0.1]]), np.zeros(2))
    layer = Residual(inner)
    y, saved = layer.forward(x)
    dx, _ = layer.backward(dy, saved)
    f, inner_saved = inner.forward(x)
    through, _ = inner.backward(dy, inner_saved)
    return [
        *rows("x", x),
        *rows("W of the inner layer, b = 0", inner.params["W"]),
        *rows("f(x)", f),
        *rows("y = x + f(x)", y, "(1)"),
        *rows("dy, along the road", dy),
        *rows("dy sent back through f", np.asarray(through)),
        *gradient("dx, the sum of both", dx, lambda moved: float((dy * layer.forward(moved)[0]).sum()), x, "(2)"),
    ]


def loss_of(loss: Loss, target: Array) -> Callable[[Array], float]:
    """Return the loss as a function of the output alone."""
    return lambda output: float(loss.forward(output, target)[0])


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


EXAMPLES: dict[str, Callable[[], list[str]]] = {
    "batch_norm": batch_norm,
    "binary_cross_entropy": binary_cross_entropy,
    "dense": dense,
    "dropout": dropout,
    "exp": exp,
    "head_mean": head_mean,
    "heads": heads,
    "huber": huber,
    "identity": identity,
    "input_copies": input_copies,
    "leaky_relu": leaky_relu,
    "mean_of_heads": mean_of_heads,
    "mish": mish,
    "parametric_activation": parametric_activation,
    "periodic_linear_embedding": periodic_linear_embedding,
    "piecewise_embedding": piecewise_embedding,
    "poisson": poisson,
    "periodic_embedding": periodic_embedding,
    "quantile": quantile,
    "relu": relu,
    "residual": residual,
    "scaled_dense": scaled_dense,
    "selu": selu,
    "sgd": sgd,
    "sigmoid": sigmoid_page,
    "softmax": softmax_page,
    "softmax_cross_entropy": softmax_cross_entropy,
    "squared_error": squared_error,
    "tanh": tanh,
}


def numbers(name: str) -> str:
    """Return what belongs between the markers of a page."""
    lines = "\n".join(line.rstrip() for line in EXAMPLES[name]())
    return f"```text\n{lines}\n```\n"


def with_numbers(name: str, page: str) -> str:
    """Return the text of a page with its numbers made anew. Raises ValueError unless it has one pair of markers."""
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"{name}.md has {page.count(BEGIN)} and {page.count(END)} markers; expected one of each.")
    before, rest = page.split(BEGIN)
    return before + BEGIN + numbers(name) + END + rest.split(END)[1]


def main() -> None:
    for name in EXAMPLES:
        path = PAGES / f"{name}.md"
        path.write_text(with_numbers(name, path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
