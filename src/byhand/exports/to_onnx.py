"""A model as an ONNX file: input `stored`, outputs `label` (int64) and `scores` (float), or `values` in regression."""

import json
from typing import Any

import numpy as np

from byhand.errors import MissingDependencyError, OptionError
from byhand.exports.inference_model import InferenceModel, about, missing_rule

OPSET, IR = 17, 9
ACTIVATIONS = {
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softmax": "Softmax",
    "exp": "Exp",
    "selu": "Selu",
}  # Mish is an operator of its own from opset 18 on only


def to_onnx(model: InferenceModel) -> bytes:
    """Return the file. Raises MissingDependencyError without the package onnx, OptionError for what it cannot hold."""
    _check_layers(model)
    try:
        import onnx
    except ImportError as error:
        raise MissingDependencyError('ONNX files need the package onnx: pip install "byhand[onnx]".') from error
    nodes, arrays, last = _nodes(model, onnx.helper.make_node)
    weights = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    numbers, whole = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    outputs = [onnx.helper.make_tensor_value_info(last, numbers, ["n", model.n_scores])]
    if not model.is_values:
        nodes.append(onnx.helper.make_node("ArgMax", [last], ["label"], axis=1, keepdims=0))
        outputs.insert(0, onnx.helper.make_tensor_value_info("label", whole, ["n"]))
    stored = onnx.helper.make_tensor_value_info("stored", numbers, ["n", model.n_given])
    graph = onnx.helper.make_graph(nodes, "mlp", [stored], outputs, weights, doc_string=_about(model))
    proto = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], producer_name="byhand")
    proto.ir_version = IR
    names = {"classes": model.class_names, "inputs": model.input_names}
    lists = {key: json.dumps([name.for_json() for name in texts]) for key, texts in names.items() if texts}
    onnx.helper.set_model_props(proto, lists)
    onnx.checker.check_model(proto)
    content: bytes = proto.SerializeToString()
    return content


def _check_layers(model: InferenceModel) -> None:
    """Raise OptionError for layers that only the files of an estimator's to_onnx hold."""
    parametric = [layer for layer in model.layers if layer.alpha is not None]
    found = {"several heads": model.heads, "an embedding": model.embedding, "parametric activations": parametric}
    refused = [name for name, what in found.items() if what]
    if refused:
        raise OptionError(
            f"export onnx got a network with {' and '.join(refused)}; expected dense layers and plain activations. Use "
            f"the estimator's to_onnx, or export c, js or python."
        )


def _about(model: InferenceModel) -> str:
    rule = missing_rule(model)
    return f"{about(model)} {rule.replace('is refused', 'makes the scores nan')}".strip()


def _clip(model: InferenceModel, node: Any, nodes: list[Any], arrays: dict[str, Any], x: str) -> str:
    """Append the scaling and the smooth clip of the inputs; return the name of the result."""
    arrays |= {name: np.array(getattr(model, name), dtype=np.float32) for name in ("scale", "shift", "clip")}
    arrays["unit"] = np.ones(1, dtype=np.float32)
    nodes += [node("Mul", [x, "scale"], ["scaled"]), node("Add", ["scaled", "shift"], ["shifted"])]
    nodes += [node("Div", ["shifted", "clip"], ["ratio"]), node("Mul", ["ratio", "ratio"], ["ratio_squared"])]
    nodes += [node("Add", ["ratio_squared", "unit"], ["under"]), node("Sqrt", ["under"], ["root"])]
    nodes.append(node("Div", ["shifted", "root"], ["clipped"]))
    return "clipped"


def _fill_missing(model: InferenceModel, node: Any, nodes: list[Any], arrays: dict[str, Any], x: str) -> str:
    """Append the nodes that fill missing numbers and indicate them; return the name of the network's inputs."""
    sources = np.array(model.sources, dtype=np.int64)
    arrays["means"] = np.array(model.means, dtype=np.float32)[sources >= 0]
    arrays["sources"] = np.where(sources < 0, model.n_given + ~sources, sources)
    nodes += [node("IsNaN", [x], ["is_missing"]), node("Where", ["is_missing", "means", x], ["filled"])]
    nodes += [node("Cast", ["is_missing"], ["told"], to=1), node("Concat", ["filled", "told"], ["both"], axis=1)]
    nodes.append(node("Gather", ["both", "sources"], ["inputs"], axis=1))
    return "inputs"


def _limited(model: InferenceModel, node: Any, arrays: dict[str, Any], x: str, name: str) -> list[Any]:
    """Return the nodes that keep values within their limits and give them their name."""
    if not model.limits:
        return [node("Identity", [x], [name])]
    arrays["lowest"], arrays["highest"] = np.array(model.limits, dtype=np.float32).T.copy()
    return [node("Max", [x, "lowest"], ["raised"]), node("Min", ["raised", "highest"], [name])]


def _nodes(model: InferenceModel, node: Any) -> tuple[list[Any], dict[str, Any], str]:
    """Return the nodes, their arrays, and the name of the last output."""
    nodes: list[Any] = []
    arrays: dict[str, Any] = {}
    x = "stored"

    def apply(activation: str, slope: float, x: str, to: str) -> str:
        if activation == "identity":
            return x
        if activation == "mish":
            nodes.append(node("Softplus", [x], [f"{to}_softplus"]))
            nodes.append(node("Tanh", [f"{to}_softplus"], [f"{to}_tanh"]))
            nodes.append(node("Mul", [x, f"{to}_tanh"], [to]))
            return to
        options: dict[str, dict[str, Any]] = {"leaky_relu": {"alpha": slope}, "softmax": {"axis": 1}}
        nodes.append(node(ACTIVATIONS[activation], [x], [to], **options.get(activation, {})))
        return to

    if model.sources:
        x = _fill_missing(model, node, nodes, arrays, x)
    elif model.means:
        arrays["means"] = np.array(model.means, dtype=np.float32)
        nodes += [node("IsNaN", [x], ["is_missing"]), node("Where", ["is_missing", "means", x], ["filled"])]
        x = "filled"
    if model.clip:
        x = _clip(model, node, nodes, arrays, x)
    for i, layer in enumerate(model.layers):
        arrays |= {f"W{i}": layer.W, f"b{i}": layer.b}
        nodes.append(node("Gemm", [x, f"W{i}", f"b{i}"], [f"z{i}"]))
        x = apply(layer.activation, layer.negative_slope, f"z{i}", f"a{i}")
    x = apply(model.output_activation, 0.0, x, "ended")
    name = "values" if model.is_values else "scores"
    if model.is_single:
        arrays["one"] = np.ones(1, dtype=np.float32)
        nodes.append(node("Sub", ["one", x], ["other"]))
        nodes.append(node("Concat", ["other", x], [name], axis=1))
    else:
        nodes += _limited(model, node, arrays, x, name)
    return nodes, arrays, name
