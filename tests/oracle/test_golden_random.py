"""The golden draws: the plain generator made them, both must repeat them, and the file must be as it was made."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import random as randomness
from byhand import reference

FOLDER = Path(__file__).resolve().parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "random.json").read_text(encoding="utf-8"))
draws = pytest.mark.parametrize("draw", GOLDEN["draws"], ids=lambda draw: f"{draw['seed']}-{draw['stream']}")
orders = pytest.mark.parametrize("case", GOLDEN["orders"], ids=lambda case: f"{case['seed']}-{len(case['order'])}")


def stream_of(module: Any, draw: dict[str, Any]) -> Any:
    """Return the stream of one of the two generators at the place of a golden draw."""
    return module.RandomStream(int(draw["seed"]), draw["stream"], draw["epoch"], 4 * int(draw["first_block"]))


@draws
def test_the_plain_generator_repeats_the_draws(draw: dict[str, Any]) -> None:
    words = stream_of(reference, draw)
    assert [f"{words.draw():08x}" for _ in draw["words"]] == draw["words"]
    assert stream_of(reference, draw).uniform(len(draw["uniforms"])) == draw["uniforms"]
    normals = stream_of(reference, draw).normal(len(draw["normals"]))
    np.testing.assert_allclose(normals, draw["normals"], rtol=2e-15, atol=2e-15)


@draws
def test_the_arrays_repeat_the_draws(draw: dict[str, Any]) -> None:
    seed, first_block, n_blocks = int(draw["seed"]), int(draw["first_block"]), len(draw["words"]) // 4
    words = randomness.philox(seed, draw["stream"], draw["epoch"], first_block, n_blocks)
    assert [f"{word:08x}" for word in words.reshape(-1).tolist()] == draw["words"]
    assert stream_of(randomness, draw).uniform(len(draw["uniforms"])).tolist() == draw["uniforms"]
    normals = stream_of(randomness, draw).normal(len(draw["normals"]))
    np.testing.assert_allclose(normals, draw["normals"], rtol=2e-15, atol=2e-15)


@orders
def test_both_repeat_the_orders(case: dict[str, Any]) -> None:
    seed, epoch, n = int(case["seed"]), case["epoch"], len(case["order"])
    assert sorted(case["order"]) == list(range(n))
    assert reference.RandomStream(seed, reference.SHUFFLE, epoch).order(n) == case["order"]
    assert randomness.RandomStream(seed, randomness.SHUFFLE, epoch).order(n).tolist() == case["order"]


def test_uniforms_are_the_top_24_bits_of_the_words() -> None:
    for draw in GOLDEN["draws"]:
        assert draw["uniforms"] == [int(word[:6], 16) / 2**24 for word in draw["words"]]


def test_every_stream_is_there() -> None:
    assert {draw["stream"] for draw in GOLDEN["draws"]} == set(range(6))


def test_the_file_is_as_its_script_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("make_random", FOLDER / "make_random.py")
    assert spec is not None
    assert spec.loader is not None
    make_random = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "make_random", make_random)
    spec.loader.exec_module(make_random)
    made = json.loads(make_random.as_text())
    for old, new in zip(GOLDEN["draws"], made["draws"], strict=True):
        np.testing.assert_allclose(new.pop("normals"), old["normals"], rtol=2e-15, atol=2e-15)  # the machine's log, cos
        assert new == {name: value for name, value in old.items() if name != "normals"}
    assert made["orders"] == GOLDEN["orders"]
    assert made["about"] == GOLDEN["about"]
