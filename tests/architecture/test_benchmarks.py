"""A benchmark answers --help, and overwrites a tracked record only when --record asks for it."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from byhand.bench.interleaved import Timings
from byhand.bench.peak_flops import Peak
from byhand.bench.workload import WORKS

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))


def calls(path: Path, name: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_is_written_was_asked_for(path: Path) -> None:
    assert len(calls(path, "parser_for")) == 1
    saved = calls(path, "save_record")
    assert saved or "if not options.record:" in path.read_text(encoding="utf-8")  # kernels.py writes a table of its own
    for call in saved:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("wanted", "").endswith(".record")


def test_what_epochs_prints_has_no_markup(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    epochs = importlib.import_module("epochs")
    work = next(iter(WORKS.values()))
    timed = Timings(work, {"byhand": [0.1, 0.2]}, {"jax": "not installed"})
    monkeypatch.setattr(epochs, "run_interleaved", lambda *args, **options: timed)
    monkeypatch.setattr(epochs, "measure_peak", lambda n_threads: Peak(1e11, 1e11, n_threads))
    monkeypatch.setattr(sys, "argv", ["epochs.py"])
    epochs.main()
    shown = capsys.readouterr().out
    assert "without jax: not installed" in shown
    assert "[bold]" not in shown
    assert "[dim]" not in shown


def test_help_helps_and_runs_nothing() -> None:
    before = {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")}
    done = subprocess.run([sys.executable, str(FOLDER / "between.py"), "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--record" in done.stdout
    assert "|" not in done.stdout
    assert {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")} == before
