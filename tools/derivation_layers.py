"""Numeric examples of docs/derivations/: dense layers, embeddings, and what comes between layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from derivation_rows import filled, gradient, rows, short

from byhand.arrays import Array
from byhand.layers import (
    BatchNorm,
    Dropout,
    Layer,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    Residual,
    ScaledDense,
)
from byhand.random import DROPOUT, RandomStream


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


def forward_of(layer: Layer, own: dict[str, Array]) -> tuple[Array, Any]:
    """Return what a layer answers with these arrays: its inputs, "x", and its parameters."""
    layer.params = {name: array for name, array in own.items() if name != "x"}
    return layer.forward(own["x"])


def losses_of(layer: Layer, own: dict[str, Array], dy: Array) -> Callable[[str], Callable[[Array], float]]:
    """Return, by the name of an array of `own`, the loss dy · y as a function of this array, in any shape."""

    def answer(name: str, moved: Array) -> Array:
        return forward_of(layer, own | {name: moved.reshape(own[name].shape)})[0]

    return lambda name: lambda moved: float((dy * answer(name, moved)).sum())


def periodic_embedding() -> list[str]:
    x, dy = np.array([[0.5], [-1.0]]), np.array([[0.5, 2.0], [-1.0, 1.0]])
    own = {
        "x": x,
        "frequency": np.array([[0.25, 0.5]]),
        "phase": np.array([[0.5, -1.0]]),
        "V": np.array([[[2.0], [-1.0]]]),
        "c": np.array([[0.5]]),
    }
    layer = PeriodicEmbedding(1, [0], n_frequencies=2, embedding_dim=1)
    y, saved = forward_of(layer, own)
    dx, grads = layer.backward(dy, saved)
    loss_by = losses_of(layer, own, dy)
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
        *gradient("dV = Σᵢ vᵀ de", dV, loss_by("V"), V, "(5)"),
        *gradient("dc = Σᵢ de", grads["c"], loss_by("c"), own["c"], "(6)"),
        *rows("du = −sin u ⊙ (de Vᵀ)", -np.sin(saved.u[0]) * (dy[:, 1:] @ V), "(7)"),
        *gradient("dφ = Σᵢ du", grads["phase"], loss_by("phase"), own["phase"], "(8)"),
        *gradient("dw = 2π Σᵢ x du", grads["frequency"], loss_by("frequency"), own["frequency"], "(9)"),
        *gradient("dx = dy + 2π Σₖ w du", dx, loss_by("x"), x, "(10)"),
    ]


def periodic_linear_embedding() -> list[str]:
    x, dy = np.array([[0.5], [-1.0]]), np.array([[2.0], [1.0]])
    own = {"x": x, "frequency": np.array([[0.25]]), "V": np.array([[[2.0], [-1.0]]]), "c": np.array([[0.5]])}
    layer = PeriodicLinearEmbedding(1, [0], n_frequencies=1, embedding_dim=1)
    y, saved = forward_of(layer, own)
    dx, grads = layer.backward(dy, saved)
    loss_by = losses_of(layer, own, dy)
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
        *gradient("dV = Σᵢ vᵀ de", dV, loss_by("V"), V, "(5)"),
        *gradient("dc = Σᵢ de", grads["c"], loss_by("c"), own["c"], "(6)"),
        *rows("du = −sin u de A + cos u de B", dy * (cos * V[0, 1] - sin * V[0, 0])[:, None], "(7)"),
        *gradient("dw = 2π Σᵢ x du", grads["frequency"], loss_by("frequency"), own["frequency"], "(8)"),
        *gradient("dx = 2π w du", dx, loss_by("x"), x, "(9)"),
    ]


def piecewise_embedding() -> list[str]:
    x, dy = np.array([[0.5], [2.5]]), np.array([[0.5, 2.0], [-1.0, 1.0]])
    own = {"x": x, "V": np.array([[[2.0], [-1.0], [0.5]]]), "c": np.array([[0.5]])}
    edges = np.array([[0.0, 1.0, 2.0, 4.0]])
    layer = PiecewiseLinearEmbedding(1, [0], n_bins=3, embedding_dim=1)
    layer.statistics = {"edges": edges}
    y, saved = forward_of(layer, own)
    dx, grads = layer.backward(dy, saved)
    loss_by = losses_of(layer, own, dy)
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
        *gradient("dV = Σᵢ zᵀ de", dV, loss_by("V"), V, "(4)"),
        *gradient("dc = Σᵢ de", grads["c"], loss_by("c"), own["c"], "(5)"),
        *gradient("dx = dy + de V / width", dx, loss_by("x"), x, "(6)"),
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
