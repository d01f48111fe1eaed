"""Running a learner's file: in a child process with a time limit.

The file is code and runs with the rights of whoever asks for it, as `python FILE` would. The process of its own
protects against endless loops and crashes, not against malice: check no file that you would not run.
"""

import json
import subprocess
import sys
from pathlib import Path

from byhand.course.child import LARGEST_FILE, MARK
from byhand.errors import DataError
from byhand.files import read_bytes_limited

SECONDS = 20.0


class UnansweredExerciseError(DataError):
    """The child process did not come to an end by itself."""


def run_check(number: int, file: Path, seconds: float = SECONDS) -> list[str]:
    """Return what is wrong with a learner's file, a sentence each; raise when it does not end or cannot be read."""
    read_bytes_limited(file, "an exercise", LARGEST_FILE)  # says what is wrong with the file before a child is started
    command = [sys.executable, "-m", "byhand.course.child", str(number), str(file)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)  # noqa: S603  (ourselves)
    except subprocess.TimeoutExpired:
        message = f"{file} ran for {seconds:g} seconds without an end. Look for a loop that never stops."
        raise UnansweredExerciseError(message) from None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    last = next((line for line in reversed(lines) if line.startswith(MARK)), None)
    if last is None:
        raise UnansweredExerciseError(f"{file} ended before it was checked, with exit code {done.returncode}.")
    found: list[str] = json.loads(last[len(MARK) :])
    return found
