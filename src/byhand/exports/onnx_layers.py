"""A network's layers as nodes of an ONNX file; the equations are those of inference_layers.py."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.exports.inference_layers import InferenceEmbedding, InferenceHeads, InferenceLayer
from byhand.exports.onnx_graph import Graph

ACTIVATIONS = {
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softmax": "Softmax",
    "exp": "Exp",
    "selu": "Selu",
}  # Mish is an operator of its own from opset 18 on only


def add_scaling(graph: Graph, x: str, scale: Array, shift: Array, clip: float) -> str:
    """Append x · scale + shift, smoothly clipped; return its name. scale, shift : (d,)   clip : 0: not clipped"""
    is_center = scale != 0  # what becomes 0 is subtracted first: years keep their digits
    center = np.divide(-shift, scale, out=np.zeros_like(shift), where=is_center)
    x = graph.node("Sub", x, _float32(graph, center))
    x = graph.node("Mul", x, _float32(graph, scale))
    if not is_center.all():
        x = graph.node("Add", x, _float32(graph, np.where(is_center, 0, shift)))
    if not clip:
        return x
    ratio = graph.node("Div", x, _float32(graph, clip))
    under = graph.node("Add", graph.node("Mul", ratio, ratio), _float32(graph, 1))
    return graph.node("Div", x, graph.node("Sqrt", under))


def add_layers(
    graph: Graph,
    embedding: InferenceEmbedding | None,
    heads: InferenceHeads | None,
    layers: Sequence[InferenceLayer],
    x: str,
) -> str:
    """Append layers; return the name of their output (n, c), or, of k heads, (k, n, c)."""
    if embedding is not None:
        x = _add_embedding(graph, embedding, x)
    if heads is not None:  # (6): copy 0 of all rows, then copy 1 …
        copies = graph.node("Mul", x, graph.array(heads.R[:, None]))
        x = graph.node("Reshape", copies, graph.array(np.array([-1, heads.R.shape[1]])))
    for layer in layers:
        x = _add_activation(graph, layer, _add_dense(graph, layer, x))
    return x


def add_mean(graph: Graph, outputs: Sequence[str], *, of_heads: bool, name: str = "") -> str:
    """Append the mean (n, c) of the outputs of networks, (7), and return its name; of_heads : are they (k, n, c)?"""
    if of_heads:
        outputs = [graph.node("ReduceMean", output, axes=[0], keepdims=0) for output in outputs]
    return graph.node("Mean", *outputs, name=name)


def apply_activation(graph: Graph, kind: str, x: str, slope: float = 0.0) -> str:
    """Append an activation and return its name. slope : of a leaky ReLU below 0"""
    if kind == "identity":
        return x
    if kind == "mish":
        return graph.node("Mul", x, graph.node("Tanh", graph.node("Softplus", x)))
    options: dict[str, dict[str, Any]] = {"leaky_relu": {"alpha": slope}, "softmax": {"axis": -1}}
    return graph.node(ACTIVATIONS[kind], x, **options.get(kind, {}))


def _add_dense(graph: Graph, layer: InferenceLayer, x: str) -> str:
    """Append z; of k heads, a product for each: (k n, n_in) → (k, n, c)."""
    if layer.W.ndim == 2:
        return graph.node("Gemm", x, graph.array(layer.W), graph.array(layer.b))
    k, n_in, _ = layer.W.shape
    rows = graph.node("Reshape", x, graph.array(np.array([k, -1, n_in])))
    return graph.node("Add", graph.node("MatMul", rows, graph.array(layer.W)), graph.array(layer.b[:, None]))


def _add_activation(graph: Graph, layer: InferenceLayer, z: str) -> str:
    """Append (5)."""
    bent = apply_activation(graph, layer.activation, z, layer.negative_slope)
    if layer.alpha is None:
        return bent
    straight = graph.node("Mul", z, graph.array(1 - layer.alpha))
    return graph.node("Add", straight, graph.node("Mul", bent, graph.array(layer.alpha)))


def _add_embedding(graph: Graph, embedding: InferenceEmbedding, x: str) -> str:
    """Append (1), behind the inputs that are passed on."""
    columns = graph.node("Gather", x, graph.array(np.array(embedding.columns)), axis=1)
    columns = graph.node("Unsqueeze", columns, graph.array(np.array([2, 3])))  # (n, d, 1, 1)
    v = TERMS[embedding.kind](graph, embedding.arrays, columns)  # (n, d, 1, n_terms)
    product = graph.node("MatMul", v, graph.array(embedding.V))
    e = graph.node("Flatten", graph.node("Add", product, graph.array(embedding.c[:, None])), axis=1)
    if not embedding.kept:
        return e
    kept = x if embedding.keeps_all else graph.node("Gather", x, graph.array(np.array(embedding.kept)), axis=1)
    return graph.node("Concat", kept, e, axis=1)


def _periodic(graph: Graph, arrays: dict[str, Array], x: str) -> str:
    """Append (2)."""
    angles = graph.node("Mul", x, graph.array(arrays["omega"][:, None]))
    return graph.node("Cos", graph.node("Add", angles, graph.array(arrays["phase"][:, None])))


def _periodic_linear(graph: Graph, arrays: dict[str, Array], x: str) -> str:
    """Append (3)."""
    angles = graph.node("Mul", x, graph.array(arrays["omega"][:, None]))
    return graph.node("Concat", graph.node("Cos", angles), graph.node("Sin", angles), axis=3)


def _piecewise(graph: Graph, arrays: dict[str, Array], x: str) -> str:
    """Append (4); a bin without width always answers 0."""
    low, width = arrays["edges"][:, None, :-1], np.diff(arrays["edges"])[:, None]  # (d, 1, n_bins)
    steepness = np.divide(1, width, out=np.zeros_like(width), where=width > 0)
    share = graph.node("Mul", graph.node("Sub", x, graph.array(low)), graph.array(steepness))
    return graph.node("Clip", share, _float32(graph, 0), _float32(graph, 1))


# kind of embedding → what appends its terms v and returns their name
TERMS: dict[str, Callable[[Graph, dict[str, Array], str], str]] = {
    "periodic_embedding": _periodic,
    "periodic_linear_embedding": _periodic_linear,
    "piecewise_embedding": _piecewise,
}


def _float32(graph: Graph, values: Any) -> str:
    return graph.array(np.asarray(values, dtype=np.float32))
