"""The page's linters: what is said where node is missing, and that no version and no host is left to chance."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = ROOT / "tools" / "lint_page.py"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_node_it_is_said_and_in_ci_it_is_a_failure(ci: str, code: int, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": str(tmp_path), "CI": ci}
    done = subprocess.run([sys.executable, LINT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stdout.startswith("skipped: prettier, eslint and tsc")
    assert done.stdout.count("\n") == 1


def test_versions_are_pinned_and_no_registry_is_named() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert package["private"] is True
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    assert not (ROOT / "package-lock.json").exists() or "package-lock.json" in (ROOT / ".gitignore").read_text()
    for name in ("package.json", ".npmrc"):
        assert "http" not in (ROOT / name).read_text(encoding="utf-8")
