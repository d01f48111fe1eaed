"""An export of a model of a table answers the rows of a CSV file, those with missing cells too, as the model does."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.main import cli
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.persistence.model import Model, load_model

NEEDS = {"c": "cc", "js": "node"}
SUFFIXES = {"c": "h", "js": "mjs", "python": "py", "onnx": "onnx"}


def byhand(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(args=[str(arg) for arg in args], prog_name="byhand")
    return int(ended.value.code or 0)


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a CSV file with numbers, categories, and in every fifth row a missing one."""
    file = tmp_path_factory.mktemp("tables") / "t.csv"
    rng = np.random.default_rng(1)
    lines = ["age,colour,height,kind"]
    for i in range(150):
        age, kind = 20 + 30 * rng.uniform(), i % 3
        cells = [f"{age:.1f}", ("red", "green", "blue")[kind if i % 7 else 0], f"{150 + 20 * kind + age / 9:.1f}"]
        if i % 5 == 0:
            cells[(i // 5) % 3] = "" if i % 2 else "NA"
        lines.append(",".join([*cells, f"kind {kind}"]))
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def filled(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of a model that takes a missing cell for the mean."""
    runs = tmp_path_factory.mktemp("runs")
    assert byhand("train", "--data", table, "--missing", "mean", "--epochs", "20", "--runs", runs, "-q") == 0
    return next(runs.iterdir())


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_is_verified_on_the_rows_of_a_table(
    kind: str, table: Path, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = NEEDS.get(kind)
    if needed and shutil.which(needed) is None:
        pytest.skip(f"needs {needed}")
    if kind == "onnx":
        pytest.importorskip("onnxruntime")
    capsys.readouterr()
    assert byhand("export", kind, tmp_path / f"m.{SUFFIXES[kind]}", "--model", filled, "--data", table) == 0
    assert "150 of 150 examples get the same class" in " ".join(capsys.readouterr().out.split())


def run_python(model: Model) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(EXPORTS["python"](inference_model(model)), "export", "exec"), space)  # noqa: S102 — our own export
    return space


def test_python_takes_none_for_the_mean(filled: Path) -> None:
    model = load_model(filled)
    assert model.table is not None
    means = model.table.fill(np.full((1, 5), np.nan))[0]
    answer = run_python(model)["answer"]
    assert answer([None] * 5) == pytest.approx(answer(means.tolist()))
    assert answer([float("nan")] * 5) == pytest.approx(
        model.scores(means.reshape(1, -1).astype(np.float32))[0], abs=1e-6
    )


def test_without_means_a_missing_number_is_refused(table: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    lines = table.read_text().splitlines()
    whole.write_text(
        "\n".join(line for line in lines if "NA" not in line and ",," not in line and line[0] != ",") + "\n"
    )
    arguments = ("--missing", "refuse", "--epochs", "2", "--runs", tmp_path / "runs", "-q")
    assert byhand("train", "--data", whole, *arguments) == 0
    model = load_model(tmp_path / "runs" / "whole-1")
    with pytest.raises(ValueError, match="missing number"):
        run_python(model)["answer"]([None, 1, 0, 0, 170])
    if shutil.which("node"):
        (tmp_path / "m.mjs").write_bytes(EXPORTS["js"](inference_model(model)))
        (tmp_path / "main.mjs").write_text('import { answer } from "./m.mjs"; answer([NaN, 1, 0, 0, 170]);')
        done = subprocess.run(["node", "main.mjs"], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert "RangeError: answer got a missing number" in done.stderr


def test_the_rule_stands_in_the_file(filled: Path) -> None:
    model = inference_model(load_model(filled))
    assert len(model.means) == 5
    for kind in ("python", "js", "c"):
        assert "is taken as its mean in training." in EXPORTS[kind](model).decode()


def test_a_file_without_usable_rows_verifies_nothing(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("age,colour,height\nx,red,y\n")
    out = tmp_path / "m.py"
    assert byhand("export", "python", out, "--model", filled, "--data", tmp_path / "empty.csv") == 3
    assert not out.exists()
