"""Data whose answers are of another kind or number than the model's: a sentence, with every verb that takes both."""

from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

DICE = np.random.default_rng(0)
ANSWERS = {
    "three": ["x", "y", "z"] * 20,
    "five": ["p", "q", "r", "s", "t"] * 12,
    "numbers": [f"{value:.4f}" for value in DICE.random(60)],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three tables of two inputs, and a model for each but the one of five classes."""
    folder = tmp_path_factory.mktemp("answers")
    for name, answers in ANSWERS.items():
        rows = [f"{a:.3f},{b:.3f},{answer}" for (a, b), answer in zip(DICE.random((60, 2)), answers, strict=True)]
        (folder / f"{name}.csv").write_text("a,b,answer\n" + "\n".join(rows) + "\n")
    for name in ("three", "numbers"):
        done = byhand("train", "--data", folder / f"{name}.csv", "--epochs", "1", "--runs", folder / name, "-q")
        assert done.code == 0, done.err
    return folder


@pytest.mark.parametrize("verb", ["evaluate", "explain"])
@pytest.mark.parametrize(
    ("trained_on", "asked_for"),
    [("three", "five"), ("three", "numbers"), ("numbers", "three"), ("numbers", "five")],
)
def test_answers_of_another_kind(place: Path, verb: str, trained_on: str, asked_for: str) -> None:
    model = next((place / trained_on).glob("*/model.safetensors"))
    done = byhand(verb, model, "--data", place / f"{asked_for}.csv")
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    assert "the model " in done.err
    assert byhand(verb, model, "--data", place / f"{trained_on}.csv").code == 0
