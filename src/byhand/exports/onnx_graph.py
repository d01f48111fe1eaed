"""An ONNX file as it is written: operations and constants one after the other, each under a name of its own."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from byhand.errors import MissingDependencyError

OPSET, ML_OPSET, IR = 17, 3, 9
ML = "ai.onnx.ml"  # the domain of operations on words


class Graph:
    """The nodes and arrays of a graph, its inputs and its outputs."""

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

    def input(self, name: str, kind: str, shape: list[Any]) -> str:
        """Declare an input and return its name. kind : FLOAT, INT64 or STRING"""
        self._inputs.append(self._info(name, kind, shape))
        return name

    def output(self, name: str, kind: str, shape: list[Any]) -> None:
        """Declare an output; kind : as of an input"""
        self._outputs.append(self._info(name, kind, shape))

    def _info(self, name: str, kind: str, shape: list[Any]) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, getattr(self._onnx.TensorProto, kind), shape)

    def serialized(self, about: str = "", properties: Mapping[str, str] | None = None) -> bytes:
        """Return the checked file. about : a sentence for its reader   properties : words by name"""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "mlp", self._inputs, self._outputs, self._arrays, doc_string=about or None
        )
        opsets = [helper.make_opsetid("", OPSET)]
        if any(node.domain == ML for node in self._nodes):
            opsets.append(helper.make_opsetid(ML, ML_OPSET))
        model = helper.make_model(graph, opset_imports=opsets, producer_name="byhand")
        model.ir_version = IR
        helper.set_model_props(model, dict(properties or {}))
        self._onnx.checker.check_model(model)
        content: bytes = model.SerializeToString()
        return content
