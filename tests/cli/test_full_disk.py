"""A disk that is full in the middle of a training ends it with one sentence; the checkpoint before stays usable.

The system itself refuses to write: the limit on the size of a file is lowered for the running process.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from waiting import HANG

resource = pytest.importorskip("resource", reason="this system has no limits on files")
pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux's")


def start(*args: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "byhand", "train", *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})


@pytest.mark.full
def test_what_was_saved_before_is_whole_and_the_run_goes_on(tmp_path: Path) -> None:
    process = start("digits", "--runs", tmp_path, "--epochs", "1000000", "--schedule", "constant", "--warm-up", "0")
    folder = tmp_path / "digits-1"
    waited_until = time.monotonic() + HANG
    while not (folder / "history.jsonl").exists():
        assert time.monotonic() < waited_until
        time.sleep(0.05)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, 100))
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 4
    assert len(err.strip().splitlines()[-1:]) == 1
    assert "checkpoint.safetensors cannot be written: File too large." in err
    assert "Traceback" not in err
    assert [path.name for path in folder.iterdir() if path.name.startswith(".byhand-")] == []

    done = len((folder / "history.jsonl").read_text().splitlines())
    again = start("--resume", folder, "--epochs", str(done + 1))
    _, err = again.communicate(timeout=HANG)
    assert again.returncode == 0, err
    assert json.loads((folder / "record.json").read_text())["status"] == "finished"
