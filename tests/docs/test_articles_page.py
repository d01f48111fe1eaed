"""docs/articles.md: 22 places, each with a claim, a command and something to take; figures are the records'."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from byhand.cli.main import COMMANDS
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.experiments import experiments
from byhand.recipes import RECIPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "articles.md").read_text(encoding="utf-8")
PLACES = dict(re.findall(r"^## (\d+)\. .+?\n(.+?)(?=^## )", PAGE, flags=re.MULTILINE | re.DOTALL))
PERCENT = re.compile(r"(\d+\.\d+) %")


def record(name: str) -> Any:
    return json.loads((ROOT / "benchmarks" / "records" / f"{name}.json").read_text(encoding="utf-8"))


def means(experiment: str) -> set[str]:
    """Return the means of an experiment's record as the page prints them."""
    runs = record("experiments")["experiments"][experiment]["runs"]
    return {f"{100 * one['mean']:.1f}" for run in runs.values() for one in run.values()}


def test_there_are_twenty_two() -> None:
    assert list(PLACES) == [str(number) for number in range(1, 23)]


@pytest.mark.parametrize("number", PLACES)
def test_a_place_has_a_claim_a_run_and_something_to_take(number: str) -> None:
    text = " ".join(PLACES[number].split())
    assert text.startswith("**Article")
    assert "*Run:*" in text
    assert "*Take:*" in text
    for verb, rest in re.findall(r"`byhand (\w+)([^`]*)`", text):
        assert verb in COMMANDS
        name = rest.split()[0] if rest.split() else ""
        assert verb != "experiment" or name in experiments()
        assert verb != "train" or name in RECIPES


@pytest.mark.parametrize("number", [n for n, text in PLACES.items() if "byhand experiment" in text])
def test_percentages_are_those_of_the_experiments_record(number: str) -> None:
    (name,) = re.findall(r"byhand\s+experiment\s+([a-z-]+)", PLACES[number])
    stated = PERCENT.findall(PLACES[number])
    assert stated or number == "14"
    assert set(stated) <= means(name)


def test_the_other_figures() -> None:
    unequal, equal = gaussian_pair_named("gaussians"), gaussian_pair_named("gaussians-equal")
    pairs = [equal.best_linear_error(), equal.bayes_error(), unequal.best_linear_error(), unequal.bayes_error()]
    assert PERCENT.findall(PLACES["7"]) == [f"{100 * error:.2f}" for error in pairs]
    assert PERCENT.findall(PLACES["8"]) == [f"{100 * unequal.bayes_error():.2f}"]
    recipes = [record(f"recipe-{name}")["test_accuracy"]["mean"] for name in ("vanilla", "deep-dive")]
    assert PERCENT.findall(PLACES["22"]) == [f"{100 * mean:.2f}" for mean in recipes]
    assert (784 * 128, 784 * 128 + 128 * 10, 784 * 128 + 128 + 128 * 10 + 10) == (100_352, 101_632, 101_770)
    assert round(60_000 * 784 * 4 / 1e6) == 188
