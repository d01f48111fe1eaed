"""docs/experiments.md has the numbers of the record, and the record those of the experiments as they are."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byhand.experiments import Experiment, experiments
from byhand.experiments.result import Result

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
RECORD: dict[str, Any] = json.loads((ROOT / "benchmarks" / "records" / "experiments.json").read_text(encoding="utf-8"))


def test_the_page_has_the_numbers_of_the_record() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "make_experiments.py"))
    assert tool["with_results"](PAGE) == PAGE, "run python tools/make_experiments.py"


@pytest.mark.parametrize("experiment", experiments().values(), ids=lambda one: one.name)
def test_the_record_is_of_the_experiment_as_it_is_and_as_expected(experiment: Experiment) -> None:
    found = RECORD["experiments"][experiment.name]
    assert list(found["runs"]) == [trial.name for trial in experiment.trials]
    means = {name: {measure: one["mean"] for measure, one in run.items()} for name, run in found["runs"].items()}
    result = Result(replace(experiment, seeds=1), found["data"], (1,), (means,), {})  # one seed that has their means
    assert [one.found for one in result.findings()] == pytest.approx([one["found"] for one in found["findings"]])
    assert result.is_as_expected
    assert all(one["holds"] for one in found["findings"])


def test_it_was_measured_over_twenty_seeds_or_more() -> None:
    assert RECORD["seeds"] >= 20


def record_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "benchmarks" / "records" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_what_is_offered_on_the_small_digits_was_measured_to_show_there() -> None:
    table = json.loads((ROOT / "src" / "byhand" / "experiments" / "experiments.json").read_text(encoding="utf-8"))
    mnist_only = {one["id"] for one in table["experiments"] if one.get("mnist_only")}
    found = record_of("small-digits")["experiments"]
    assert {name for name, one in found.items() if not one["holds"]} <= mnist_only
    assert set(found) | {"xor-line", "line-or-curve", "many-starts"} == set(experiments())


def test_no_healthy_training_was_told_that_it_went_wrong() -> None:
    trainings = record_of("diagnosis")["trainings"]
    assert {"digits", "vanilla", "table-classes", "table-numbers"} <= set(trainings)
    assert {name: one["alarms"] for name, one in trainings.items() if one["alarms"]} == {}


def test_planted_faults_are_found_and_healthy_trainings_left_alone() -> None:
    trainings = record_of("diagnosis-planted")["trainings"]
    planted = {name: one for name, one in trainings.items() if "fault" in one}
    healthy = [one for one in trainings.values() if "healthy" in one]
    assert len(planted) == 10
    assert sum(one["trainings"] for one in planted.values()) >= 200
    assert {name: one["found"] for name, one in planted.items() if one["found"] < 0.9 * one["trainings"]} == {}
    assert sum(one["trainings"] for one in healthy) >= 200
    assert sum(one["alarms"] for one in healthy) <= 0.02 * sum(one["trainings"] for one in healthy)
