"""One digit, one answer: byhand's predictor beside onnxruntime, PyTorch and scikit-learn: python benchmarks/latency.py

784-128-10 with the preparation inside; in turns, one thread each, microseconds from Python call to Python array.
Needs onnx, onnxruntime, torch, scikit-learn (`pip install 'byhand[bench]'`) and MNIST.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

import byhand as bh
from byhand.engines.predictor import NativePredictor, NumpyPredictor
from machine import machine, parser_for, save_record

CALLS = 2000  # a turn


def onnx_answer(network: bh.Network, image: Any) -> Callable[[], Any]:
    """Return onnxruntime's answer: two Gemm and a Relu, float32 in."""
    p = network.params
    weights = [numpy_helper.from_array(p[name], name) for name in ("0.W", "0.b", "2.W", "2.b")]
    nodes = [
        helper.make_node("Gemm", ["x", "0.W", "0.b"], ["z"]),
        helper.make_node("Relu", ["z"], ["a"]),
        helper.make_node("Gemm", ["a", "2.W", "2.b"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 784])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])
    model = helper.make_model(
        helper.make_graph(nodes, "mlp", [x], [y], weights), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return lambda: session.run(None, {"x": image})


def torch_answer(network: bh.Network, image: Any) -> Callable[[], Any]:
    """Return PyTorch's answer, without gradients."""
    torch.set_num_threads(1)
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    with torch.no_grad():
        for layer, name in ((model[0], "0"), (model[2], "2")):
            layer.weight.copy_(torch.tensor(network.params[f"{name}.W"].T))
    rows = torch.tensor(image)

    def answer() -> Any:
        with torch.inference_mode():
            return model(rows)

    return answer


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    test = bh.data.mnist().test
    network = bh.Network.mlp([784, 128, 10], seed=1)
    ours, arrays = NativePredictor(network, test.preparation, 1), NumpyPredictor(network, test.preparation)
    raw, image = np.ascontiguousarray(test.raw[:CALLS]), test.x[:1].copy()
    others = onnx_answer(network, image), torch_answer(network, image)
    turns: dict[str, Callable[[int], Any]] = {
        "byhand": lambda i: ours.one(raw[i]),
        "byhand, the same digit": lambda i: ours.one(raw[0]),
        "byhand numpy": lambda i: arrays.one(raw[i]),
        "onnxruntime": lambda i: others[0](),
        "torch": lambda i: others[1](),
    }
    microseconds: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(options.rounds):
        for name, answer in turns.items():
            started = time.perf_counter()
            for i in range(CALLS):
                answer(i)
            microseconds[name].append((time.perf_counter() - started) / CALLS * 1e6)
    medians = {name: statistics.median(times) for name, times in microseconds.items()}
    fastest = {name: min(times) for name, times in microseconds.items()}
    for name in turns:
        print(f"{name:<24}{medians[name]:8.2f} µs  fastest {fastest[name]:.2f}")
    both = (("median", medians), ("fastest", fastest))
    ratio = {what: found["byhand"] / found["onnxruntime"] for what, found in both}
    print(f"byhand / onnxruntime: {ratio['median']:.2f} of the medians, {ratio['fastest']:.2f} of the fastest")
    versions = {"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}
    found = {"versions": versions, "microseconds": microseconds, "byhand / onnxruntime": ratio}
    save_record("latency", {**machine(), **found}, wanted=options.record)


if __name__ == "__main__":
    main()
