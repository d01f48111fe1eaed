"""The mode for choosing: it validates, it stops early, and it leaves the test set alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cli_runner import byhand

SMALL = ["--batch-size", "32", "--epochs", "2", "--learning-rate", "0.05", "--json", "--quiet"]


def record(run: Path) -> Any:
    return json.loads((run / "record.json").read_text())


def test_early_stopping_says_when_it_stopped_and_what_it_kept(tmp_path: Path) -> None:
    flags = ["--validate", "--patience", "3", "--learning-rate", "0.5", "--epochs", "60"]
    done = byhand("train", "digits", *flags, "--runs", tmp_path)
    assert done.code == 0, done.err
    (kept,) = record(tmp_path / "digits-1")["early_stopping"]
    assert kept["last"] == kept["epoch"] + 3 < 60
    assert f"stopped after epoch {kept['last']} of 60; kept epoch {kept['epoch']}, whose validation loss" in done.out
    rows = [json.loads(line) for line in (tmp_path / "digits-1" / "history.jsonl").read_text().splitlines()]
    assert min(rows, key=lambda row: row["valid_loss"])["epoch"] == kept["epoch"]
    assert record(tmp_path / "digits-1")["status"] == "finished"


def test_folds_hold_examples_back_to_stop_by(tmp_path: Path) -> None:
    flags = ["--validate", "--test", "--patience", "2", "--epochs", "4"]
    assert byhand("train", "digits", *flags, "--json", "--runs", tmp_path).json["test_accuracy"]["mean"] > 0.8


def test_early_stopping_without_validation_is_refused_before_training(tmp_path: Path) -> None:
    done = byhand("train", "digits", "--patience", "3", "--runs", tmp_path)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "--validate" in done.err


def test_too_few_to_hold_any_back_is_refused_before_training(tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 7},{'ab'[i % 2]}" for i in range(4)]
    (tmp_path / "t.csv").write_text("\n".join(["p,q,kind", *rows]) + "\n")
    done = byhand("train", "--data", tmp_path / "t.csv", "--validate", "--runs", tmp_path / "runs")
    assert (done.code, (tmp_path / "runs").exists()) == (3, False)
    assert "too few to set aside a sixth of each class" in done.err


def test_eight_rows_hold_one_back(tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 7},{'ab'[i % 2]}" for i in range(8)]
    (tmp_path / "t.csv").write_text("\n".join(["p,q,kind", *rows]) + "\n")
    table = ["--data", tmp_path / "t.csv", "--epochs", "2", "--runs", tmp_path / "runs"]
    assert "5 examples of t, 1 for validation" in byhand("train", *table, "--validate").err


def test_no_test_figure_unless_asked_for(look_alike: Path, tmp_path: Path) -> None:
    data = ["--data-dir", look_alike, "--runs", tmp_path]
    chosen = byhand("train", "vanilla", "--validate", *SMALL, *data).json
    assert "test_accuracy" not in chosen
    assert chosen["validation_accuracy"]["mean"] == pytest.approx(chosen["validation_accuracy"]["min"])
    assert chosen["test_evaluations"] is None
    both = byhand("train", "vanilla", "--validate", "--test", *SMALL, *data).json
    assert (both["tested"], both["test_evaluations"]) == ("on 300 test examples", 1)


def test_evaluations_are_counted_for_the_test_set_whichever_run_it_is(look_alike: Path, tmp_path: Path) -> None:
    data = ["--data-dir", look_alike]
    for count, name in enumerate("abc", 1):
        done = byhand("train", "vanilla", *SMALL, *data, "--runs", tmp_path / name)
        assert done.json["test_evaluations"] == count
    other = byhand("train", "vanilla", "--data", "moons", *SMALL, "--runs", tmp_path / "d").json
    assert other["test_evaluations"] == 1
    done = byhand("train", "vanilla", *SMALL[:-2], *data, "--runs", tmp_path / "e")
    assert "test-set evaluation no. 4 on this machine. Choose nothing by it." in done.out


def test_the_count_lies_where_the_user_says(look_alike: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    flags = ["--data-dir", look_alike, *SMALL, "--runs", tmp_path / "runs"]
    assert byhand("train", "vanilla", *flags).json["test_evaluations"] == 1
    assert len(list((tmp_path / "xdg" / "byhand" / "test-sets").iterdir())) == 1
    monkeypatch.setenv("BYHAND_STATE", str(tmp_path / "own"))
    assert byhand("train", "vanilla", *flags).json["test_evaluations"] == 1
    assert len(list((tmp_path / "own" / "test-sets").iterdir())) == 1


def test_where_nothing_can_be_kept_that_is_said(
    look_alike: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BYHAND_STATE", str(tmp_path / "file"))
    flags = ["--data-dir", look_alike, *SMALL[:-1], "--runs", tmp_path / "runs"]
    done = byhand("train", "vanilla", *flags)
    assert (done.code, done.json["test_evaluations"]) == (0, None)
    assert "not counted" in done.err


@pytest.mark.skipif(os.name == "nt", reason="Windows finds a home elsewhere")
def test_without_a_home_nothing_is_counted(look_alike: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    done = byhand("train", "vanilla", "--data-dir", look_alike, *SMALL[:-1], "--runs", tmp_path / "runs")
    assert (done.code, done.json["test_evaluations"]) == (0, None)
    assert "no home folder" in done.err


def test_a_training_that_fails_is_recorded_as_failed(tmp_path: Path) -> None:
    assert byhand("train", "digits", "--learning-rate", "1e9", "--runs", tmp_path).code == 5
    assert record(tmp_path / "digits-1")["status"] == "failed"
    assert "diverged" in record(tmp_path / "digits-1")["error"]


def test_examples_are_as_many_as_asked_for(look_alike: Path, tmp_path: Path) -> None:
    flags = ["--data-dir", look_alike, "--epochs", "1", "--runs", tmp_path]
    assert "500 examples of " in byhand("train", "vanilla", *flags, "--examples", "500").err
    done = byhand("train", "vanilla", *flags, "--examples", "901")
    assert (done.code, "901" in done.err, "900" in done.err) == (2, True, True)


def test_a_run_without_a_recipe_is_called_after_its_data(tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 7},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "my flowers!.csv").write_text("\n".join(["p,q,kind", *rows]) + "\n")
    for data in ("moons", tmp_path / "my flowers!.csv"):
        assert byhand("train", "--data", data, "--epochs", "1", "--quiet", "--runs", tmp_path / "runs").code == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["moons-1", "my-flowers-1"]


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a run that was stopped after two of its epochs, at a constant rate."""
    from byhand.training.run_folder import RunFolder

    saves = []

    def save(folder: RunFolder, state: Any, settings: Any, *, now: bool = False) -> None:
        saves.append(state.epoch)
        keep(folder, state, settings, now=True)
        if state.epoch == 2:
            raise KeyboardInterrupt

    keep = RunFolder.save_progress
    monkeypatch.setattr(RunFolder, "save_progress", save)
    flags = ["--schedule", "constant", "--warm-up", "0", "--epochs", "3", "--quiet", "--runs", tmp_path]
    assert byhand("train", "digits", *flags).code == 130
    monkeypatch.setattr(RunFolder, "save_progress", keep)
    return tmp_path / "digits-1"


def test_a_stopped_run_can_be_made_longer(stopped: Path) -> None:
    assert byhand("train", "--resume", stopped, "--epochs", "1", "--quiet").code == 2
    assert byhand("train", "--resume", stopped, "--epochs", "5", "--quiet").code == 0
    assert len((stopped / "history.jsonl").read_text().splitlines()) == 5
    assert record(stopped)["settings"]["recipe"]["epochs"] == 5


def test_a_schedule_laid_out_over_the_epochs_is_not_stretched(stopped: Path) -> None:
    told = record(stopped)
    told["settings"]["recipe"]["schedule"] = "linear"
    (stopped / "record.json").write_text(json.dumps(told))
    done = byhand("train", "--resume", stopped, "--epochs", "5")
    assert done.code == 2
    assert "schedule (linear) of this run spans 3 epochs" in done.err


@pytest.mark.parametrize(
    "flags", [["vanilla"], ["--learning-rate", "0.1"], ["--seeds", "2"], ["--validate"], ["--engine", "numpy"]]
)
def test_flags_that_a_resumed_run_would_not_obey_are_refused(stopped: Path, flags: list[str]) -> None:
    done = byhand("train", "--resume", stopped, *flags)
    assert done.code == 2
    assert flags[0] in done.err


def test_a_finished_training_says_what_to_do_next(tmp_path: Path) -> None:
    lines = byhand("train", "digits", "--epochs", "3", "--runs", tmp_path).out.splitlines()
    assert lines[-2:] == [f"Next: byhand explain {tmp_path}/digits-1", f"Next: byhand evaluate {tmp_path}/digits-1"]
    flags = ["--epochs", "3", "--validate", "--patience", "2"]
    chosen = byhand("train", "digits", *flags, "--runs", tmp_path).out.splitlines()
    assert chosen[-1] == "Once the settings are chosen: byhand train digits --epochs 3"
