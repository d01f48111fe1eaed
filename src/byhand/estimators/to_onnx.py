"""A fitted estimator as an ONNX file, preprocessing included: one input a column, named as the columns are.

Numbers come as float (n, 1), missing ones as NaN; categories as strings (n, 1), missing ones as "". Outputs are `label`
and `probabilities` of a classifier, `values` of a regressor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.schema import Column
from byhand.estimators.encoder import TableEncoder
from byhand.exports.inference_layers import inference_layers
from byhand.exports.onnx_graph import ML, Graph
from byhand.exports.onnx_layers import add_layers, add_scaling
from byhand.layers import HeadMean
from byhand.network import Network
from byhand.preprocessing import CLIP


def add_encoder(graph: Graph, encoder: TableEncoder, names: Sequence[str]) -> str:
    """Append the preprocessing and return the name of the network's input (n, n_inputs)."""
    scaler = encoder.scaler
    parts = [_add_column(graph, column, name) for column, name in zip(encoder.columns, names, strict=True)]
    x = graph.node("Concat", *parts, axis=1)
    return add_scaling(graph, x, scaler.scale, scaler.shift, scaler.clip or CLIP)


def add_network(graph: Graph, network: Network, x: str, n_heads: int) -> str:
    """Append a network; return the name of its output (n, c), or, of several heads, (n_heads, n, c).

    Raises OptionError for layers that exports do not support, DataError for weights that are not finite.
    """
    known = Network([*network.layers, HeadMean(n_heads)]) if n_heads > 1 else network
    return add_layers(graph, *inference_layers(known, None), x)


def _number(graph: Graph, value: float) -> str:
    return graph.array(np.float32(value))


def _add_column(graph: Graph, column: Column, name: str) -> str:
    """Append one column's encoding and return the name of its inputs (n, n_inputs)."""
    x = graph.input(name, "STRING" if column.categories else "FLOAT", ["n", 1])
    if not column.categories:
        gaps = graph.node("IsNaN", x)
        filled = graph.node("Where", gaps, _number(graph, (column.means or (0.0,))[0]), x)
        if not column.has_indicator:
            return filled
        return graph.node("Concat", filled, graph.node("Cast", gaps, to=1), axis=1)
    categories = list(column.categories)
    encode: dict[str, Any] = {
        "domain": ML,
        "keys_strings": ["", *categories] if column.has_other else categories,
    }
    if column.signed:
        return graph.node("LabelEncoder", x, values_floats=[-1.0, 1.0], default_float=0.0, **encode)
    values = list(range(len(categories)))
    unseen, values = (len(categories), [-1, *values]) if column.has_other else (-1, values)
    place = graph.node("LabelEncoder", x, values_int64s=values, default_int64=unseen, **encode)
    return graph.node("Cast", graph.node("Equal", place, graph.array(np.arange(column.n_inputs))), to=1)


def add_labels(graph: Graph, probabilities: str, classes: Array) -> None:
    """Append the output `label`: the most probable class as a number or a word."""
    best = graph.node("ArgMax", probabilities, axis=1, keepdims=0)
    keys, is_number = {"keys_int64s": list(range(len(classes)))}, classes.dtype.kind in "iub"
    values: dict[str, Any] = {"values_strings": [str(label) for label in classes.tolist()]}
    if is_number:
        values = {"values_int64s": [int(label) for label in classes.tolist()]}
    graph.node("LabelEncoder", best, name="label", domain=ML, **keys, **values)
    graph.output("label", "INT64" if is_number else "STRING", ["n"])
