"""Running a learner's file: in a child process with a time limit.

The file is code and runs with the rights of whoever asks for it, as `python FILE` would. The process of its own
protects against endless loops and crashes, not against malice: check no file that you would not run.
"""

import json
import subprocess
import sys
from pathlib import Path

from byhand.errors import DataError, OptionError

SECONDS = 20
LARGEST_FILE = 1_000_000  # bytes
MARK = "byhand-check:"


class UnansweredExerciseError(DataError):
    """The child process did not come to an end by itself."""


def run_check(number: int, file: Path, seconds: float = SECONDS) -> list[str]:
    """Return what is wrong with a learner's file, a sentence each; raise when it does not end or cannot be read."""
    if not file.is_file():
        raise OptionError(f"{file} is not a file. Write one with `byhand exercise {number}`.")
    if file.stat().st_size > LARGEST_FILE:
        raise OptionError(f"{file} has {file.stat().st_size:,} bytes; expected {LARGEST_FILE:,} at most.")
    command = [sys.executable, "-m", "byhand.course.run_check", str(number), str(file)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)  # noqa: S603  (ourselves)
    except subprocess.TimeoutExpired:
        raise UnansweredExerciseError(
            f"{file} ran for {seconds:g} seconds without an end. Look for a loop that never stops."
        ) from None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    last = next((line for line in reversed(lines) if line.startswith(MARK)), None)
    if last is None:
        raise UnansweredExerciseError(
            f"{file} ended the process before the check was done (exit code {done.returncode})."
        )
    found: list[str] = json.loads(last[len(MARK) :])
    return found


def _answer(number: str, file: str) -> None:
    """Check a file and print the result as the last line: the child's whole work."""
    from byhand.course.check import check_text

    found = check_text(int(number), Path(file).read_text(encoding="utf-8", errors="replace"), file)
    print(f"\n{MARK}{json.dumps(found)}")


if __name__ == "__main__":
    _answer(*sys.argv[1:])
