"""Every evaluation on a test set is counted on this machine, whichever run, model or folder it comes from."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli_runner import byhand

FLAGS = ["--batch-size", "32", "--epochs", "4", "--learning-rate", "0.05", "--quiet"]


def record(run: Path) -> Any:
    return json.loads((run / "record.json").read_text())


@pytest.fixture
def run(look_alike: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh run, its data where BYHAND_DATA says."""
    monkeypatch.setenv("BYHAND_DATA", str(look_alike))
    assert byhand("train", "fast", *FLAGS, "--runs", tmp_path).code == 0
    return tmp_path / "fast-1"


def test_training_evaluates_once(run: Path) -> None:
    assert record(run)["test_evaluations"] == 1
    assert record(run)["status"] == "finished"


def test_every_evaluation_counts(run: Path) -> None:
    assert byhand("evaluate", run, "--json").json["test_evaluations"] == 2
    told = "This was test-set evaluation no. 3 on this machine. Choose nothing by it."
    assert told in byhand("evaluate", run).out
    assert byhand("evaluate", run / "model.safetensors", "--json").json["test_evaluations"] == 4
    assert byhand("evaluate", "--runs", run.parent, "--json").json["test_evaluations"] == 5  # the newest run


def test_the_same_test_set_in_another_folder_counts_as_itself(run: Path, look_alike: Path, tmp_path: Path) -> None:
    assert byhand("evaluate", run, "--data-dir", look_alike, "--json").json["test_evaluations"] == 2
    shutil.copytree(look_alike, tmp_path / "copy")
    assert byhand("evaluate", run, "--data-dir", tmp_path / "copy", "--json").json["test_evaluations"] == 3


def test_another_test_set_has_a_count_of_its_own(run: Path, look_alike: Path, tmp_path: Path) -> None:
    shutil.copytree(look_alike, tmp_path / "other")
    labels = next((tmp_path / "other").glob("t10k-labels*"))
    labels.write_bytes(labels.read_bytes()[:-1] + b"\0")
    assert byhand("evaluate", run, "--data-dir", tmp_path / "other", "--json").json["test_evaluations"] == 1


def test_a_table_counts_the_same_rows_in_training_and_evaluation(tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 7},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["p,q,kind", *rows]) + "\n")
    data = ["--data", tmp_path / "t.csv", "--json", "--quiet"]
    assert byhand("train", *data, "--epochs", "1", "--runs", tmp_path / "runs").json["test_evaluations"] == 1
    assert byhand("evaluate", *data, "--runs", tmp_path / "runs").json["test_evaluations"] == 2


def test_several_seeds_are_one_evaluation(look_alike: Path, tmp_path: Path) -> None:
    data = ["--data-dir", look_alike]
    assert byhand("train", "fast", *FLAGS, *data, "--seeds", "2", "--runs", tmp_path).code == 0
    run = tmp_path / "fast-1"
    assert byhand("evaluate", run / "seed-1", *data, "--json").json["test_evaluations"] == 2
    newest = byhand("evaluate", "--runs", tmp_path, *data, "--json").json  # a run over seeds is a run
    assert Path(newest["model"]).parent == run  # the seeds are trained side by side: either may be the newest


def test_the_figures_are_those_of_the_report(run: Path) -> None:
    reported = record(run)["test_accuracy"]["mean"]
    found = byhand("evaluate", run, "--json").json
    assert found["accuracy"] == reported
    confusion = found["confusion"]
    assert sum(map(sum, confusion)) == found["n"] == 300
    assert sum(confusion[i][i] for i in range(10)) / 300 == pytest.approx(reported)
    low, high = found["interval"]
    assert low < reported < high
    assert found["recall"][0] == pytest.approx(confusion[0][0] / sum(confusion[0]))
    assert found["precision"][0] == pytest.approx(confusion[0][0] / sum(row[0] for row in confusion))
    assert 0 <= found["calibration_error"] <= 1


def test_no_test_figure_in_log_history_or_model_while_it_trains(run: Path, look_alike: Path) -> None:
    done = byhand("train", "fast", "--epochs", "2", "--validate", "--data-dir", look_alike, "--runs", run.parent)
    log = done.err
    assert "test" not in log
    assert "train acc" in log
    assert "valid acc" in log
    second = run.parent / "fast-2"
    rows = [json.loads(line) for line in (second / "history.jsonl").read_text().splitlines()]
    columns = ["epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "learning_rate", "seconds"]
    assert [list(row) for row in rows] == [columns, columns]
    assert rows[0]["valid_accuracy"] is not None


def test_evaluate_on_the_real_mnist(mnist_folder: Path, tmp_path: Path) -> None:
    data = ["--data-dir", mnist_folder]
    assert byhand("train", "fast", "--epochs", "1", *data, "--runs", tmp_path).code == 0
    found = byhand("evaluate", tmp_path / "fast-1", *data, "--json").json
    assert found["test_evaluations"] == 2
    assert found["n"] == 10_000
    assert found["accuracy"] > 0.95
