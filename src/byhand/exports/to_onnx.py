"""A model as an ONNX file: input `stored`, outputs `label` (int64) and `scores` (float), or `values` in regression."""

import json
from typing import Any

import numpy as np

from byhand.errors import SystemResourceError
from byhand.exports.inference_model import InferenceModel, about

OPSET, IR = 17, 9
_BENDS = {"relu": "Relu", "leaky_relu": "LeakyRelu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax"}


def to_onnx(plain: InferenceModel) -> bytes:
    """Return the file. Raises SystemResourceError without the package onnx."""
    try:
        import onnx
    except ImportError as error:
        raise SystemResourceError("ONNX files need the package onnx: pip install 'byhand[onnx]'.") from error
    nodes, arrays, last = _walk(plain, onnx.helper.make_node)
    weights = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    numbers, whole = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    outputs = [onnx.helper.make_tensor_value_info(last, numbers, ["n", plain.n_scores])]
    if not plain.is_values:
        nodes.append(onnx.helper.make_node("ArgMax", [last], ["label"], axis=1, keepdims=0))
        outputs.insert(0, onnx.helper.make_tensor_value_info("label", whole, ["n"]))
    stored = onnx.helper.make_tensor_value_info("stored", numbers, ["n", plain.n_in])
    graph = onnx.helper.make_graph(nodes, "mlp", [stored], outputs, weights, doc_string=about(plain))
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], producer_name="byhand")
    model.ir_version = IR
    if plain.class_names:
        onnx.helper.set_model_props(model, {"classes": json.dumps([name.for_json() for name in plain.class_names])})
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def _walk(plain: InferenceModel, node: Any) -> tuple[list[Any], dict[str, Any], str]:
    """Return the nodes, their arrays, and the name of what comes out last."""
    nodes: list[Any] = []
    arrays: dict[str, Any] = {}
    x = "stored"

    def bent(bend: str, slope: float, x: str, to: str) -> str:
        options: dict[str, Any] = {"alpha": slope} if bend == "leaky_relu" else {"axis": 1} if bend == "softmax" else {}
        nodes.append(node(_BENDS[bend], [x], [to], **options))
        return to

    for i, layer in enumerate(plain.layers):
        arrays |= {f"W{i}": layer.W, f"b{i}": layer.b}
        nodes.append(node("Gemm", [x, f"W{i}", f"b{i}"], [f"z{i}"]))
        x = bent(layer.bend, layer.slope, f"z{i}", f"a{i}") if layer.bend else f"z{i}"
    if plain.end:
        x = bent(plain.end, 0.0, x, "ended")
    name = "values" if plain.is_values else "scores"
    if plain.is_single:
        arrays["one"] = np.ones(1, dtype=np.float32)
        nodes.append(node("Sub", ["one", x], ["other"]))
        nodes.append(node("Concat", ["other", x], [name], axis=1))
    else:
        nodes.append(node("Identity", [x], [name]))
    return nodes, arrays, name
