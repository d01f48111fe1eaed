"""A network of an estimator as nodes of an ONNX file: dense layers as one Gemm each, other layers by their formula."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from byhand.errors import OptionError
from byhand.estimators.to_onnx import Graph
from byhand.exports.to_onnx import ACTIVATIONS
from byhand.layers import (
    Dropout,
    Heads,
    Identity,
    InputCopies,
    Layer,
    LeakyReLU,
    Mish,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    Softmax,
)
from byhand.layers.periodic_embedding import TURN
from byhand.lowering import UnsupportedError, fold, lower
from byhand.network import Network


def add_network(graph: Graph, network: Network, x: str) -> str:
    """Append a network and return the name of its output. Raises OptionError for what ONNX files are not written of."""
    layers = [layer for layer in network.layers if not isinstance(layer, Dropout)]
    for has_own_nodes, group in groupby(layers, key=lambda layer: type(layer) in WRITERS):
        if has_own_nodes:
            for layer in group:
                x = WRITERS[type(layer)](graph, layer, x)
        else:
            x = _add_dense_layers(graph, Network(list(group)), x)
    return x


def _add_dense_layers(graph: Graph, network: Network, x: str) -> str:
    """Append dense layers with what is fused into them."""
    try:
        layers = fold(lower(network, inference=True))
    except UnsupportedError as error:
        raise OptionError(f"export does not support {error}.") from error
    for layer in layers:
        W, b = (graph.array(array.astype(np.float32)) for array in (layer.W, layer.b))
        x = _add_activation(graph, layer.activation, graph.node("Gemm", x, W, b), layer.negative_slope)
    return x


def _add_activation(graph: Graph, kind: str, x: str, slope: float) -> str:
    """Append an activation. slope : of a leaky ReLU below 0"""
    if kind == Identity.kind:
        return x
    if kind == Mish.kind:
        return graph.node("Mul", x, graph.node("Tanh", graph.node("Softplus", x)))
    options: dict[str, dict[str, Any]] = {LeakyReLU.kind: {"alpha": slope}, Softmax.kind: {"axis": 1}}
    return graph.node(ACTIVATIONS[kind], x, **options.get(kind, {}))


def _add_parametric_activation(graph: Graph, layer: Any, x: str) -> str:
    """Append (1 − α) z + α f(z)."""
    alpha = layer.params["alpha"].astype(np.float32)
    bent = _add_activation(graph, layer.function.kind, x, getattr(layer.function, "slope", 0.0))
    straight = graph.node("Mul", x, graph.array(1 - alpha))
    return graph.node("Add", straight, graph.node("Mul", bent, graph.array(alpha)))


def _add_periodic_embedding(graph: Graph, layer: Any, x: str) -> str:
    """Append a periodic embedding, whose equations are in its file."""
    frequency, phase, V, c = (layer.params[name].astype(np.float32) for name in ("frequency", "phase", "V", "c"))
    columns = graph.node("Gather", x, graph.array(np.array(layer.columns)), axis=1)
    columns = graph.node("Unsqueeze", columns, graph.array(np.array([2, 3])))  # (n, d, 1, 1)
    turns = graph.node("Mul", columns, graph.array(np.float32(TURN) * frequency[:, None]))  # (n, d, 1, f)
    v = graph.node("Cos", graph.node("Add", turns, graph.array(phase[:, None])))
    e = graph.node("Add", graph.node("MatMul", v, graph.array(V)), graph.array(c[:, None]))  # (n, d, 1, m)
    return graph.node("Concat", x, graph.node("Flatten", e, axis=1), axis=1)


def _add_periodic_linear_embedding(graph: Graph, layer: Any, x: str) -> str:
    """Append a periodic linear embedding, whose equations are in its file."""
    frequency, V, c = (layer.params[name].astype(np.float32) for name in ("frequency", "V", "c"))
    columns = graph.node("Gather", x, graph.array(np.array(layer.columns)), axis=1)
    columns = graph.node("Unsqueeze", columns, graph.array(np.array([2, 3])))  # (n, d, 1, 1)
    u = graph.node("Mul", columns, graph.array(np.float32(TURN) * frequency[:, None]))  # (n, d, 1, f)
    v = graph.node("Concat", graph.node("Cos", u), graph.node("Sin", u), axis=3)
    e = graph.node("Add", graph.node("MatMul", v, graph.array(V)), graph.array(c[:, None]))  # (n, d, 1, m)
    others = graph.node("Gather", x, graph.array(np.array(layer.others, dtype=np.int64)), axis=1)
    return graph.node("Concat", others, graph.node("Flatten", e, axis=1), axis=1)


def _add_piecewise_embedding(graph: Graph, layer: Any, x: str) -> str:
    """Append a piecewise linear embedding, whose equations are in its file; a bin without width always answers 0."""
    V, c, edges = (array.astype(np.float32) for array in (*layer.params.values(), layer.statistics["edges"]))
    low, width = edges[:, None, :-1], np.diff(edges)[:, None]  # (d, 1, T)
    steepness = np.where(width > 0, 1 / np.where(width > 0, width, 1), 0).astype(np.float32)
    columns = graph.node("Gather", x, graph.array(np.array(layer.columns)), axis=1)
    columns = graph.node("Unsqueeze", columns, graph.array(np.array([2, 3])))  # (n, d, 1, 1)
    share = graph.node("Mul", graph.node("Sub", columns, graph.array(low)), graph.array(steepness))
    z = graph.node("Clip", share, graph.array(np.float32(0)), graph.array(np.float32(1)))  # (n, d, 1, T)
    e = graph.node("Add", graph.node("MatMul", z, graph.array(V)), graph.array(c[:, None]))  # (n, d, 1, m)
    return graph.node("Concat", x, graph.node("Flatten", e, axis=1), axis=1)


def _add_copies(graph: Graph, layer: Any, x: str) -> str:
    """Append copies of the rows (n, d), one below the other: (k n, d)."""
    R = layer.params["R"].astype(np.float32)
    copies = graph.node("Mul", x, graph.array(R[:, None]))  # (k, n, d)
    return graph.node("Reshape", copies, graph.array(np.array([-1, R.shape[1]])))


def _add_heads(graph: Graph, layer: Any, x: str) -> str:
    """Append heads, whose answers (n, k c) stand side by side."""
    W, b = (layer.params[name].astype(np.float32) for name in ("W", "b"))
    k, n_in, c = W.shape
    rows = graph.node("Reshape", x, graph.array(np.array([k, -1, n_in])))
    z = graph.node("Add", graph.node("MatMul", rows, graph.array(W)), graph.array(b[:, None]))  # (k, n, c)
    return graph.node("Reshape", graph.node("Transpose", z, perm=[1, 0, 2]), graph.array(np.array([-1, k * c])))


# layers that are no part of a dense layer → what appends one and returns the name of its output
WRITERS: dict[type[Layer], Callable[[Graph, Any, str], str]] = {
    Heads: _add_heads,
    InputCopies: _add_copies,
    ParametricActivation: _add_parametric_activation,
    PeriodicEmbedding: _add_periodic_embedding,
    PeriodicLinearEmbedding: _add_periodic_linear_embedding,
    PiecewiseLinearEmbedding: _add_piecewise_embedding,
}
