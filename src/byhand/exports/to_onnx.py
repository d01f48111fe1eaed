"""A model as an ONNX file: input `stored`, outputs `label` (int64) and `scores` (float), or `values` in regression."""

import json

import numpy as np

from byhand.exports.inference_model import InferenceModel, about, missing_rule
from byhand.exports.onnx_graph import Graph
from byhand.exports.onnx_layers import add_layers, add_mean, add_scaling, apply_activation


def to_onnx(model: InferenceModel) -> bytes:
    """Return the file. Raises MissingDependencyError without the package onnx."""
    graph = Graph()
    x = _fill_missing(graph, model, graph.input("stored", "FLOAT", ["n", model.n_given]))
    if model.scale:
        x = add_scaling(graph, x, np.array(model.scale), np.array(model.shift), model.clip)
    x = add_layers(graph, model.embedding, model.heads, model.layers, x)
    if model.heads is not None:
        x = add_mean(graph, [apply_activation(graph, "softmax", x) if model.heads.has_softmax else x], of_heads=True)
    x = apply_activation(graph, model.output_activation, x)
    name = "values" if model.is_values else "scores"
    if model.is_single:
        other = graph.node("Sub", graph.array(np.ones(1, dtype=np.float32)), x)
        graph.node("Concat", other, x, name=name, axis=1)
    else:
        _add_limited(graph, model, x, name)
    if not model.is_values:
        graph.node("ArgMax", name, name="label", axis=1, keepdims=0)
        graph.output("label", "INT64", ["n"])
    graph.output(name, "FLOAT", ["n", model.n_scores])
    names = {"classes": model.class_names, "inputs": model.input_names}
    lists = {key: json.dumps([name.for_json() for name in texts]) for key, texts in names.items() if texts}
    return graph.serialized(_about(model), lists)


def _about(model: InferenceModel) -> str:
    rule = missing_rule(model)
    return f"{about(model)} {rule.replace('is refused', 'makes the scores nan')}".strip()


def _fill_missing(graph: Graph, model: InferenceModel, x: str) -> str:
    """Append what fills missing numbers and indicates them; return the name of the network's inputs."""
    if not model.means:
        return x
    means, sources = np.array(model.means, dtype=np.float32), np.array(model.sources, dtype=np.int64)
    is_missing = graph.node("IsNaN", x)
    filled = graph.node("Where", is_missing, graph.array(means[sources >= 0] if model.sources else means), x)
    if not model.sources:
        return filled
    both = graph.node("Concat", filled, graph.node("Cast", is_missing, to=1), axis=1)
    places = graph.array(np.where(sources < 0, model.n_given + ~sources, sources))
    return graph.node("Gather", both, places, axis=1)


def _add_limited(graph: Graph, model: InferenceModel, x: str, name: str) -> None:
    """Append values within their limits, under their name."""
    if not model.limits:
        graph.node("Identity", x, name=name)
        return
    low, high = (graph.array(limit) for limit in np.array(model.limits, dtype=np.float32).T.copy())
    graph.node("Min", graph.node("Max", x, low), high, name=name)
