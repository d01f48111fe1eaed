"""The child process that runs a learner's file and checks it: `python -m byhand.course.child NUMBER FILE`.

The one place of the package that runs the text of a file as code. Only the file that its owner names after
`byhand exercise N --check` comes here, and it has the rights that `python FILE` would have.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand.course.check import check_functions, error_place
from byhand.course.exercise import solution_text
from byhand.files import read_bytes_limited

LARGEST_FILE = 1_000_000  # bytes
MARK = "byhand-check:"  # begins the last line of the child's output


def load_functions(text: str, filename: str) -> dict[str, Callable[..., Any]]:
    """Run a file of an exercise and return its functions."""
    names: dict[str, Any] = {"__name__": "exercise"}
    exec(compile(text, filename, "exec"), names)  # noqa: S102  (the learner's own file, in a process of its own)
    return {name: value for name, value in names.items() if callable(value)}


def check_text(number: int, text: str, filename: str) -> list[str]:
    """Return what is wrong with the text of a learner's file, a sentence each."""
    try:
        learner = load_functions(text, filename)
    except Exception as error:
        return [f"the file could not be run: {error_place(error, filename)}."]
    return check_functions(number, learner, load_functions(solution_text(number), "solution"), filename)


def main(number: str, file: str) -> None:
    """Check a file and print what was found as the last line."""
    text = read_bytes_limited(Path(file), "an exercise", LARGEST_FILE).decode("utf-8", "replace")
    print(f"\n{MARK}{json.dumps(check_text(int(number), text, file))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
