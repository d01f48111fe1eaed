"""A fitted estimator as an ONNX file, preprocessing included: one input a column, named as the columns are.

Numbers come as float (n, 1), missing ones as NaN; categories as strings (n, 1), missing ones as "". Outputs are `label`
and `probabilities` of a classifier, `values` of a regressor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.tables.schema import Column
from byhand.errors import MissingDependencyError
from byhand.estimators.encoder import TableEncoder
from byhand.preprocessing import CLIP

OPSET, ML_OPSET, IR = 17, 3, 9


class Graph:
    """The nodes and arrays of a graph as they are written, each under a name of its own."""

    def __init__(self) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingDependencyError('ONNX files need the package onnx: pip install "byhand[onnx]".') from error
        self._onnx = onnx
        self._nodes: list[Any] = []
        self._arrays: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def array(self, values: Any) -> str:
        """Return the name of a constant."""
        name = f"c{len(self._arrays)}"
        self._arrays.append(self._onnx.numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, op: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """Append an operation and return the name of what comes out."""
        name = name or f"t{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(op, list(inputs), [name], domain=domain, **attributes))
        return name

    def input(self, name: str, *, is_text: bool) -> str:
        """Declare an input column (n, 1)."""
        kind = self._onnx.TensorProto.STRING if is_text else self._onnx.TensorProto.FLOAT
        self._inputs.append(self._onnx.helper.make_tensor_value_info(name, kind, ["n", 1]))
        return name

    def output(self, name: str, kind: str, shape: list[Any]) -> None:
        """Declare an output; kind : FLOAT, INT64 or STRING"""
        number = getattr(self._onnx.TensorProto, kind)
        self._outputs.append(self._onnx.helper.make_tensor_value_info(name, number, shape))

    def serialized(self) -> bytes:
        """Return the checked file."""
        helper = self._onnx.helper
        graph = helper.make_graph(self._nodes, "mlp", self._inputs, self._outputs, self._arrays)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="byhand")
        model.ir_version = IR
        self._onnx.checker.check_model(model)
        content: bytes = model.SerializeToString()
        return content


def add_encoder(graph: Graph, encoder: TableEncoder, names: Sequence[str]) -> str:
    """Append the preprocessing and return the name of the network's input (n, n_inputs)."""
    scaler = encoder.scaler
    parts = [_add_column(graph, column, name) for column, name in zip(encoder.columns, names, strict=True)]
    x = graph.node("Concat", *parts, axis=1)
    center = -scaler.shift / scaler.scale  # subtracted first: years keep their digits
    x = graph.node("Sub", x, graph.array(center.astype(np.float32)))
    x = graph.node("Mul", x, graph.array(scaler.scale.astype(np.float32)))
    squared = graph.node("Mul", x, x)
    bound = scaler.clip or CLIP
    under = graph.node("Add", graph.node("Mul", squared, _number(graph, 1 / bound**2)), _number(graph, 1))
    return graph.node("Div", x, graph.node("Sqrt", under))


def _number(graph: Graph, value: float) -> str:
    return graph.array(np.float32(value))


def _add_column(graph: Graph, column: Column, name: str) -> str:
    """Append one column's encoding and return the name of its inputs (n, n_inputs)."""
    x = graph.input(name, is_text=bool(column.categories))
    if not column.categories:
        gaps = graph.node("IsNaN", x)
        filled = graph.node("Where", gaps, _number(graph, (column.means or (0.0,))[0]), x)
        if not column.has_indicator:
            return filled
        return graph.node("Concat", filled, graph.node("Cast", gaps, to=1), axis=1)
    categories = list(column.categories)
    encode: dict[str, Any] = {
        "domain": "ai.onnx.ml",
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
    graph.node("LabelEncoder", best, name="label", domain="ai.onnx.ml", **keys, **values)
    graph.output("label", "INT64" if is_number else "STRING", ["n"])
