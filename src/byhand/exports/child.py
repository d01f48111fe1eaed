"""Runs a program with restricted rights: no environment, a temporary working folder, and the limits of limits.py.

The limits are those of POSIX; elsewhere the program runs without them.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from byhand.errors import SystemResourceError

SECONDS = 3600  # of real time, only to stop a program that hangs
LIMITS = Path(__file__).with_name("limits.py")
PYTHON = [sys.executable, "-I", "-B"]  # -I: no environment, no user's packages, nothing from the working folder
GIBIBYTE = 1 << 30


def run_limited(command: list[str], folder: Path, given: Path, n_bytes: int, *, memory: int | None) -> bytes:
    """Return the n_bytes that a program writes to stdout.

    command : program and arguments   folder : its working folder, temporary   given : the file for its stdin
    memory : bytes of address space; None: no limit (node reserves more than it uses)
    Raises SystemResourceError if it fails, writes another number of bytes, or does not end.
    """
    with (
        given.open("rb") as stdin,
        subprocess.Popen(  # noqa: S603 — no shell; what runs was written by byhand, and without rights all the same
            [*_limiter(memory), *command],
            cwd=folder,
            env=_environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        guard = threading.Timer(SECONDS, process.kill)
        guard.start()
        try:
            answer = process.stdout.read(n_bytes + 1) if process.stdout else b""
            if len(answer) > n_bytes:
                process.kill()
            code = process.wait()
        finally:
            process.kill()
            guard.cancel()
    if code != 0 or len(answer) != n_bytes:
        raise SystemResourceError(
            f"the export was run by {Path(command[0]).name} and did not answer: it ended with code {code} "
            f"after {len(answer):,} of {n_bytes:,} bytes."
        )
    return answer


def _limiter(memory: int | None) -> list[str]:
    return [*PYTHON, "-S", str(LIMITS), str(SECONDS), str(memory or 0)] if os.name == "posix" else []


def _environment() -> dict[str, str]:
    """Return the environment variables that a program needs to start: on Windows the system folder."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
