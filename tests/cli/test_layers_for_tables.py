"""Embeddings, several heads and parametric activations from the command line: train, and every verb that reads it."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand.cli.train_report import TrainReport
from byhand.persistence.model import load_model
from byhand.recipes.run import Run
from byhand.training.history import EpochRecord

EVERYTHING = (
    *("--numerical-embedding", "pwl", "--n-heads", "3", "--activation", "parametric_selu", "--scaled-inputs"),
    *("--bias-rate", "0.1", "--hidden", "16-16", "--epochs", "60", "--batch-norm", "-q"),
)
NEEDS = {"c": "cc", "js": "node"}


def write(path: Path, what: str) -> Path:
    """Write rows with numbers, categories, missing cells, and a target: classes, values or (above 0) counts."""
    rng = np.random.default_rng(0)
    lines = [["age", "size", "colour", "target"]]
    for i in range(200):
        age, size, colour = rng.normal(40, 10), rng.normal(), str(rng.choice(["red", "green", "blue"]))
        target = np.sin(2 * size) + (colour == "red")
        cells = ["" if i % 7 == 0 else f"{age:.1f}", f"{size:.3f}", "" if i % 11 == 0 else colour]
        answers = {"classes": "high" if target > 0 else "low", "values": f"{target:.4f}"}
        lines.append([*cells, answers.get(what, f"{np.exp(target):.4f}")])
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


@pytest.fixture(scope="module", params=["classes", "values", "counts"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a table and the run folder of a network with every layer for tables."""
    folder = tmp_path_factory.mktemp(request.param)
    table = write(folder / "t.csv", request.param)
    loss = ("--loss", "poisson") if request.param == "counts" else ()
    done = byhand("train", "--data", table, "--runs", folder, *EVERYTHING, *loss)
    assert done.code == 0, done.err
    return table, folder / "t-1"


def test_the_run_is_read_in_another_process(trained: tuple[Path, Path], tmp_path: Path) -> None:
    _, run = trained
    new = tmp_path / "new.csv"
    new.write_text("size,colour,age\n0.7,red,33\n-1,purple,\n0.1,,50\n")
    found = byhand("predict", new, "--model", run, "--json").json["predictions"]
    code = "import sys, byhand; m = byhand.load_model(sys.argv[1]); print(*m.network_output("
    code += "{'size': [0.7, -1, 0.1], 'colour': ['red', 'purple', None], 'age': [33, None, 50]}).ravel())"
    done = subprocess.run([sys.executable, "-c", code, run], check=True, capture_output=True, text=True)
    z = np.array(done.stdout.split(), dtype=float).reshape(3, -1)
    names = load_model(run).class_names
    said = [one["class"] for one in found] if names else [one["values"][0] for one in found]
    assert said == ([names[i] for i in z.argmax(axis=1)] if names else pytest.approx(z[:, 0], rel=1e-4))


@pytest.mark.parametrize("kind", ["c", "js", "python", "onnx"])
def test_every_export_answers_alike(trained: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    if kind in NEEDS and shutil.which(NEEDS[kind]) is None:
        pytest.skip(f"needs {NEEDS[kind]}")
    if kind == "onnx":
        pytest.importorskip("onnx")
    table, run = trained
    done = byhand("export", kind, tmp_path / "m", "--model", run, "--data", table, "--json")
    assert done.code == 0, done.err
    assert done.json["run_by"] is not None
    assert (done.json["n"], done.json["n_mismatches"]) == (200, 0)


def test_it_is_evaluated_explained_and_shown(trained: tuple[Path, Path]) -> None:
    table, run = trained
    found = byhand("evaluate", run, "--data", table, "--json").json
    assert (found["accuracy"] if "accuracy" in found else found["r_squared"]) > 0.5
    columns = byhand("explain", run, "--data", table, "--importance", "3", "--json").json["columns"]
    assert {column["name"] for column in columns} == {"age", "size", "colour"}
    assert byhand("explain", run, "--data", table).code == 0
    shown = byhand("show", run).out
    assert all(layer in shown for layer in ("piecewise_embedding", "input_copies", "parametric_activation", "heads"))


def test_what_cannot_be_is_refused_in_one_sentence(trained: tuple[Path, Path], tmp_path: Path) -> None:
    table, run = trained
    done = byhand("export", "page", tmp_path / "m.html", "--model", run, "--data", table)
    assert done.code == 2
    assert "Export it as c, js, python or onnx." in " ".join(done.err.split())
    if load_model(run).n_classes:
        done = byhand("explain", run, "--data", table, "--influence", "3")
        assert done.code == 2
        assert "For what a column is worth, use importance" in " ".join(done.err.split())


@pytest.mark.parametrize("word", ["pl", "pwl"])
def test_a_stopped_training_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    table = write(tmp_path / "t.csv", "classes")
    options = ("--numerical-embedding", word, "--n-heads", "2", "--hidden", "8", "--epochs", "4", "-q")
    command = ("train", "--data", table, *options, "--runs")
    assert byhand(*command, tmp_path / "whole").code == 0
    done: list[int] = []

    def interrupt(report: TrainReport, run: Run, record: EpochRecord) -> None:
        done.append(record.epoch)
        if record.epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TrainReport, "on_epoch_end", interrupt)
        assert byhand(*command, tmp_path / "part").code == 130
    assert byhand("train", "--resume", tmp_path / "part" / "t-1", "-q").code == 0
    assert done == [1, 2]
    whole, part = (load_model(tmp_path / name / "t-1").network.params for name in ("whole", "part"))
    assert all(np.array_equal(whole[name], part[name]) for name in whole)
