"""A refusal says what was expected, or what to do: sentences that once said only what was wrong."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.data.npy import read_npy
from byhand.data.npz import read_arrays
from byhand.engines.bindings import BAD_SIZE
from byhand.engines.packed_network import PackedNetwork
from byhand.errors import ByhandError, MissingDependencyError
from byhand.estimators.columns import read_columns
from byhand.estimators.encoder import TableEncoder
from byhand.inspection.attribution import piecewise_linear_layers
from byhand.lowering import lower
from byhand.novelty import NoveltyDetector
from byhand.preprocessing import InputScaler

NETWORK = bh.Network.mlp([4, 5, 3], seed=1)
TWO = InputScaler("raw", np.ones(2), np.zeros(2))
ALL = InputScaler("raw", np.array(1.0), np.array(0.0))
MODEL = bh.Model(NETWORK, ALL, bh.Output.SOFTMAX_LOGITS)


def build_examples() -> Any:
    return bh.Examples(np.zeros((3, 4)), np.zeros(3, int), TWO)


def read_without_answers() -> Any:
    return bh.data.from_arrays(np.zeros((30, 2)), np.full(30, np.nan))


def encode_words_for_numbers() -> Any:
    encoder = TableEncoder().fit(read_columns([[1.0], [2.0], [3.0]], "fit"))
    return encoder.transform(read_columns([["one"], ["two"]], "transform"))


CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "examples": (
        lambda: bh.Examples(np.zeros((3, 4)), np.zeros(3, int), TWO),
        "one number for all features, or one each",
    ),
    "predictor": (lambda: bh.predictor(NETWORK, TWO), "one number for all features, or one each"),
    "names": (lambda: bh.Model(NETWORK, ALL, bh.Output.SOFTMAX_LOGITS, ("a", "b")), "class names; expected one each"),
    "pictures": (
        lambda: bh.Model(NETWORK, ALL, bh.Output.SOFTMAX_LOGITS, image_shape=(3, 3)),
        r"expected \(height, width\)",
    ),
    "answers": (read_without_answers, "Leave the row out"),
    "encoder": (encode_words_for_numbers, "expected a number, as in fit"),
    "fields": (lambda: bh.compare(MODEL, MODEL, epochs=3), "which are for recipes. Leave them out"),
    "tanh": (
        lambda: piecewise_linear_layers(bh.Network.mlp([4, 5, 3], activation="tanh")),
        "this network has tanh; expected activations of ReLU and leaky ReLU alone",
    ),
    "detector": (lambda: NoveltyDetector(np.zeros(2, int), np.zeros((2, 1)), 0.1), "that are not finite floats"),
    "array file": (lambda: read_npy(Path(__file__)), r"Save it with numpy\.save\."),
    "archive": (lambda: read_arrays(Path(__file__), ["x"]), r"Save it with numpy\.savez\."),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_says_what_was_expected(case: str) -> None:
    call, sentence = CASES[case]
    with pytest.raises(ByhandError, match=sentence):
        call()


def test_what_the_core_refuses_after_a_check_is_a_defect_of_byhand() -> None:
    library: Any = SimpleNamespace(bh_layout=lambda *_: BAD_SIZE)
    with pytest.raises(RuntimeError, match=r"refused a network .*: a size out of range\. .*; report it\."):
        PackedNetwork(library, lower(NETWORK), bh.SoftmaxCrossEntropy())


def test_onnx_that_is_not_installed_is_a_missing_dependency(monkeypatch: pytest.MonkeyPatch) -> None:
    from byhand.exports.inference_model import inference_model
    from byhand.exports.to_onnx import to_onnx

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"byhand\[onnx\]"):
        to_onnx(inference_model(MODEL, "m"))
