"""run_recipe does from Python what `byhand train` does: the same files, the same record, the same answers to a stop."""

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import byhand as bh
from byhand.cli.main import cli
from byhand.engines.bindings import why_missing
from byhand.training.history import EpochRecord

MOONS: dict[str, Any] = {"data": "moons", "examples": 60, "hidden": [5], "epochs": 6}
FLAGS = ["--data", "moons", "--examples", "60", "--hidden", "5", "--epochs", "6", "--quiet", "--json"]
TIMES = {"started", "train_seconds", "run", "model", "test_evaluations"}  # what two runs differ in


def train(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(args=["train", *map(str, args)], prog_name="byhand")
    return int(ended.value.code or 0)


def record(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "record.json").read_text())
    return {name: value for name, value in found.items() if name not in TIMES}


def interrupt_after(epoch: int) -> Any:
    def on_epoch(row: EpochRecord) -> None:
        if row.epoch == epoch:
            raise KeyboardInterrupt

    return on_epoch


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        ({}, []),
        ({"validate": True, "patience": 2}, ["--validate", "--patience", "2"]),
        ({"seeds": 2, "optimizer": "adam"}, ["--seeds", "2", "--optimizer", "adam"]),
        ({"engine": "numpy", "dropout": 0.5}, ["--engine", "numpy", "--dropout", "0.5"]),
        ({"learning_rate": 0}, ["--learning-rate", "0"]),  # its diagnosis finds that nothing moves
    ],
    ids=["plain", "validated", "two seeds", "numpy", "diagnosed"],
)
def test_python_and_the_command_write_the_same_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], flags: list[str]
) -> None:
    result = bh.run_recipe("vanilla", runs=tmp_path / "python", **MOONS, **arguments)
    assert capsys.readouterr() == ("", "")
    assert train("vanilla", *FLAGS, *flags, "--runs", tmp_path / "command") == 0
    theirs = tmp_path / "command" / "vanilla-1"
    assert result.path == tmp_path / "python" / "vanilla-1"
    assert record(result.path) == record(theirs)
    models = sorted(path.relative_to(theirs) for path in theirs.rglob("model.safetensors"))
    assert len(models) == len(result.seeds)
    for model in models:
        assert (result.path / model).read_bytes() == (theirs / model).read_bytes()
    printed = json.loads(capsys.readouterr().out)
    assert printed.keys() - {"schema"} == result.to_dict().keys()


def test_the_result_holds_model_history_and_evaluation(tmp_path: Path) -> None:
    heard: list[int] = []
    result = bh.run_recipe("xor", epochs=400, runs=tmp_path, on_epoch=lambda row: heard.append(row.epoch))
    assert heard == [row.epoch for row in result.history] == list(range(1, 401))
    assert result.evaluation.accuracy == 1.0
    assert isinstance(result.model, bh.Model)
    assert repr(result).startswith("<RecipeResult xor: accuracy 100.00 %")
    assert len(repr(result)) < 200


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_the_model_records_how_many_threads_trained_it(engine: str, tmp_path: Path) -> None:
    if engine == "native" and why_missing():
        pytest.skip("needs the C core")
    model = bh.run_recipe("xor", epochs=2, runs=tmp_path, engine=engine).model
    assert model.provenance["threads"] == (1 if engine == "native" else None)  # four examples: too few to share


def test_a_run_stopped_in_python_is_resumed_to_the_same_bits(tmp_path: Path) -> None:
    whole = bh.run_recipe("vanilla", runs=tmp_path / "whole", **MOONS)
    with pytest.raises(KeyboardInterrupt, match="stopped and saved; resume with run_recipe"):
        bh.run_recipe("vanilla", runs=tmp_path / "stopped", on_epoch=interrupt_after(2), **MOONS)
    folder = tmp_path / "stopped" / "vanilla-1"
    assert json.loads((folder / "record.json").read_text())["status"] == "stopped"
    resumed = bh.run_recipe(resume=folder)
    assert resumed.path == folder
    assert "resuming after epoch 2" in resumed.notes
    assert [row.epoch for row in resumed.history] == [1, 2, 3, 4, 5, 6]
    assert (folder / "model.safetensors").read_bytes() == (whole.path / "model.safetensors").read_bytes()
    assert record(folder) == record(whole.path)


def test_the_command_resumes_what_python_began_and_python_what_the_command_began(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        bh.run_recipe("vanilla", runs=tmp_path, on_epoch=interrupt_after(3), **MOONS)
    assert train("--resume", tmp_path / "vanilla-1", "--quiet") == 0
    whole = bh.run_recipe("vanilla", runs=tmp_path / "whole", **MOONS)
    assert (tmp_path / "vanilla-1" / "model.safetensors").read_bytes() == (
        whole.path / "model.safetensors"
    ).read_bytes()


def test_ctrl_c_in_python_saves_the_last_whole_epoch(tmp_path: Path) -> None:
    def on_epoch(row: EpochRecord) -> None:
        if row.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match="vanilla-1"):
        bh.run_recipe("vanilla", runs=tmp_path, on_epoch=on_epoch, schedule="constant", warm_up=0, **MOONS)
    assert signal.getsignal(signal.SIGINT) is before
    assert len((tmp_path / "vanilla-1" / "history.jsonl").read_text().splitlines()) == 2
    assert len(bh.run_recipe(resume=tmp_path / "vanilla-1", epochs=4).history) == 4


def test_an_exception_of_on_epoch_costs_no_training(tmp_path: Path) -> None:
    def on_epoch(row: EpochRecord) -> None:
        raise RuntimeError("a plot that fails")

    with pytest.raises(RuntimeError, match="a plot that fails"):
        bh.run_recipe("vanilla", runs=tmp_path, on_epoch=on_epoch, **MOONS)
    assert len(bh.run_recipe(resume=tmp_path / "vanilla-1").history) == MOONS["epochs"]


def test_a_recipe_of_ones_own_that_validates_leaves_the_test_set_alone(tmp_path: Path) -> None:
    own = replace(bh.RECIPES["vanilla"], name="../own recipe", validation="balanced")
    result = bh.run_recipe(own, runs=tmp_path, **MOONS)
    assert result.evaluation.part == "validation"
    assert result.test_evaluations is None
    assert result.path == tmp_path / "own-recipe-1"
    tested = bh.run_recipe(own, runs=tmp_path, test=True, **MOONS)
    assert tested.evaluation.part == "test"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"recipe": "vanila"}, "unknown recipe 'vanila'. Did you mean 'vanilla'?"),
        ({"recipe": 3}, "run_recipe got recipe 3; expected a name."),
        ({"epoch": 3}, "unknown setting 'epoch'. Did you mean 'epochs'?"),
        ({"epochs": 2.5}, "run_recipe got epochs=2.5; expected a whole number"),
        ({"learning_rate": "fast"}, "run_recipe got learning_rate 'fast'; expected a finite number, 0 or more."),
        ({"hidden": 12}, "run_recipe got hidden 12; expected a list of widths, as [128, 64]."),
        ({"data": 7}, "run_recipe got data 7; expected a word."),
        ({"seeds": 0}, "run_recipe got seeds=0; expected 1"),
        ({"validate": "yes"}, "run_recipe got validate 'yes'; expected True or False."),
        ({"engine": "gpu"}, "unknown engine 'gpu'"),
        ({"on_epoch": 5}, "run_recipe got on_epoch 5; expected a function, and one seed."),
        ({"on_epoch": print, "seeds": 2}, "expected a function, and one seed."),
        ({"resume": 5}, "run_recipe got resume 5; expected the name of a file or folder."),
        ({"resume": "there", "seeds": 2, "engine": "numpy"}, "run_recipe got resume and seeds, engine; a resumed run"),
        ({"resume": "not-there"}, "not-there is not a run folder: it has no record.json. Name one"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(tmp_path: Path, arguments: dict[str, Any], says: str) -> None:
    settings = {} if "resume" in arguments else {"recipe": "xor", "runs": tmp_path / "runs"}
    with pytest.raises(bh.ByhandError) as answered:
        bh.run_recipe(**{**settings, **arguments})
    assert says in str(answered.value)
    assert "\n" not in str(answered.value)
    assert not (tmp_path / "runs").exists()
