"""A refusal says what was expected, or what to do: sentences that once said only what was wrong."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.errors import ByhandError, MissingDependencyError
from byhand.preprocessing import InputScaler

NETWORK = bh.Network.mlp([4, 5, 3], seed=1)
TWO = InputScaler("raw", np.ones(2), np.zeros(2))
ALL = InputScaler("raw", np.array(1.0), np.array(0.0))
MODEL = bh.Model(NETWORK, ALL, bh.Output.SOFTMAX_LOGITS)


def build_examples() -> Any:
    return bh.Examples(np.zeros((3, 4)), np.zeros(3, int), TWO)


def read_without_answers() -> Any:
    return bh.data.from_arrays(np.zeros((30, 2)), np.full(30, np.nan))


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
}


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_says_what_was_expected(case: str) -> None:
    call, sentence = CASES[case]
    with pytest.raises(ByhandError, match=sentence):
        call()


def test_onnx_that_is_not_installed_is_a_missing_dependency(monkeypatch: pytest.MonkeyPatch) -> None:
    from byhand.exports.inference_model import inference_model
    from byhand.exports.to_onnx import to_onnx

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"byhand\[onnx\]"):
        to_onnx(inference_model(MODEL, "m"))
