"""In a container byhand may have neither a home nor a name, and may be run without its assertions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from waiting import HANG

COMMANDS = [["recipes"], ["show", "4-3-2"], ["train", "xor", "--epochs", "2", "--quiet"], ["data", "digits"]]
AS_NOBODY = """
import pwd, runpy

def getpwuid(uid):
    raise KeyError(f"getpwuid(): uid not found: {uid}")

pwd.getpwuid = getpwuid
runpy.run_module("byhand", run_name="__main__", alter_sys=True)
"""


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    bare = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=bare, capture_output=True, text=True, timeout=HANG
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_a_home_and_without_assertions(tmp_path: Path, words: list[str]) -> None:
    done = run(tmp_path, "-O", "-m", "byhand", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_as_a_user_whom_the_system_does_not_know(tmp_path: Path, words: list[str]) -> None:
    done = run(tmp_path, "-c", AS_NOBODY, *words)
    assert (done.returncode, done.stderr) == (0, "")
