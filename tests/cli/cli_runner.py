"""Running the command line: inside the test's own process, or as a user does, in one of its own."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from byhand.cli.main import cli
from waiting import HANG

PYTHON = [sys.executable, "-m", "byhand"]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # the last bits depend on their number


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def byhand(*args: object) -> Done:
    """Run `byhand args…` here and return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(args=[str(arg) for arg in args], prog_name="byhand")
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def started(*args: str | Path, **environment: str) -> subprocess.Popen[str]:
    """Start `byhand args…` in a process of its own, with one thread for its sums."""
    return subprocess.Popen(
        [*PYTHON, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ONE_THREAD, **environment},
    )


def ended(process: subprocess.Popen[str], timeout: float = HANG) -> Done:
    """Wait for a process and return how it ended."""
    out, err = process.communicate(timeout=timeout)
    return Done(process.returncode, out, err)
