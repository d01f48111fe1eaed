"""A benchmark answers --help, and overwrites a tracked record only when --record asks for it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))


def calls(path: Path, name: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_is_written_was_asked_for(path: Path) -> None:
    assert len(calls(path, "parser_for")) == 1
    saved = calls(path, "save_record")
    assert saved
    for call in saved:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("wanted", "").endswith(".record")


def test_help_helps_and_runs_nothing() -> None:
    before = {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")}
    done = subprocess.run([sys.executable, str(FOLDER / "between.py"), "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--record" in done.stdout
    assert "|" not in done.stdout
    assert {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")} == before
