"""A record and a model say how a run was trained. What others wrote there is believed only as far as it makes sense."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_runner import byhand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byhand.persistence.model import load_model, save_model

MEANINGFUL = {0, 2, 3, 4, 5}
WRONG = [
    None,
    True,
    -1,
    0,
    1,
    2.5,
    1e300,
    "",
    "x",
    "moons",
    "digits",
    "[/]",
    "../..",
    "\n",
    [],
    [1],
    ["8"],
    {},
    {"a": 1},
]
TRAIN = ["train", "vanilla", "--data", "moons", "--examples", "20", "--hidden", "3", "--epochs", "2", "--quiet"]

lenient = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run that was stopped after its last epoch."""
    runs = tmp_path_factory.mktemp("runs")
    assert byhand(*TRAIN, "--runs", runs).code == 0
    run = runs / "vanilla-1"
    (run / "record.json").write_text((run / "record.json").read_text().replace('"finished"', '"stopped"'))
    return run


def places(values: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the way to every value in nested objects."""
    if not isinstance(values, dict):
        return [before]
    return [before, *(way for name, value in values.items() for way in places(value, (*before, name)))]


def changed(values: Any, way: tuple[str, ...], value: Any) -> Any:
    """Return nested objects with another value at the end of the way."""
    return {**values, way[0]: changed(values[way[0]], way[1:], value)} if way else value


def check(*args: str | Path) -> None:
    done = byhand(*args)
    assert done.code in MEANINGFUL, done
    assert len(done.err.splitlines()) <= 2


@pytest.mark.usefixtures("no_network")
@lenient
@given(choice=st.data())
def test_a_record_of_anything(run: Path, tmp_path_factory: pytest.TempPathFactory, choice: st.DataObject) -> None:
    record = json.loads((run / "record.json").read_text())
    way = choice.draw(st.sampled_from(places(record)))
    copy = tmp_path_factory.mktemp("copy") / "run"
    shutil.copytree(run, copy)
    (copy / "record.json").write_text(json.dumps(changed(record, way, choice.draw(st.sampled_from(WRONG)))))
    check("train", "--resume", copy, "--quiet")
    check("evaluate", copy)


@pytest.mark.usefixtures("no_network")
@lenient
@given(choice=st.data())
def test_a_model_that_tells_anything_of_itself(run: Path, tmp_path: Path, choice: st.DataObject) -> None:
    model = load_model(run)
    way = choice.draw(st.sampled_from(places(dict(model.provenance))[1:]))
    told = changed(model.provenance, way, choice.draw(st.sampled_from(WRONG)))
    save_model(replace(model, provenance=told), tmp_path / "model.safetensors")
    check("evaluate", tmp_path)
    check("explain", tmp_path)
    check("show", tmp_path)


@pytest.mark.parametrize("part", ["environment", "settings", "status", "engine", "test_evaluations"])
def test_every_wrong_value_of_a_part(run: Path, tmp_path: Path, part: str) -> None:
    shutil.copytree(run, tmp_path / "run")
    record = json.loads((run / "record.json").read_text())
    for value in WRONG:
        (tmp_path / "run" / "record.json").write_text(json.dumps({**record, part: value}))
        check("train", "--resume", tmp_path / "run", "--quiet")
        check("evaluate", tmp_path / "run")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"settings": {}}', "\xff"])
def test_a_record_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "record.json").write_text(text, encoding="latin-1")
    done = byhand("train", "--resume", tmp_path)
    assert (done.code, len(done.err.splitlines())) == (3, 1)


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "record.json"])
def test_what_is_resumed_must_be_a_run(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("something else")
    for place in (tmp_path, tmp_path / name, tmp_path / "missing"):
        done = byhand("train", "--resume", place)
        assert (done.code, len(done.err.splitlines())) == (3, 1)


def test_a_damaged_checkpoint_is_told_and_left(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "checkpoint.safetensors").write_bytes(b"damaged")
    done = byhand("train", "--resume", tmp_path / "run")
    assert done.code == 3
    assert "checkpoint.safetensors" in done.err
    assert (tmp_path / "run" / "checkpoint.safetensors").read_bytes() == b"damaged"


def test_resuming_elsewhere_says_what_differs(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    record = json.loads((run / "record.json").read_text())
    record["environment"]["numpy"] = "1.0"
    (tmp_path / "run" / "record.json").write_text(json.dumps(record))
    done = byhand("train", "--resume", tmp_path / "run", "--quiet")
    assert done.code == 0
    assert "the last bits may differ" in done.err
    assert "numpy was '1.0'" in done.err


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    assert byhand(*TRAIN, "--runs", tmp_path).code == 0
    done = byhand("train", "--resume", tmp_path / "vanilla-1")
    assert done.code == 3
    assert "finished" in done.err
    assert "model.safetensors" in done.err
