"""How often a test set was used on this machine, by any model: every further use weakens its result.

One file per test set in the user's state folder, named by the SHA-256 of the examples; every evaluation appends a
line, so that simultaneous ones are all counted. Where no such folder can be written, nothing is counted and a
message says so.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from byhand.data.examples import Examples
from byhand.errors import SystemResourceError
from byhand.files import append_line

LINE = "2026-01-31\n"  # one evaluation: its day; all lines are as long as this one


def state_folder() -> Path | None:
    """Return BYHAND_STATE, else the system's usual place for an application's state; None without a home."""
    if named := os.environ.get("BYHAND_STATE"):
        return Path(named)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "byhand" / "State"
    if sys.platform not in ("win32", "darwin") and (states := os.environ.get("XDG_STATE_HOME")):
        return Path(states) / "byhand"
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and the system does not know the user either
        return None
    usual = {"win32": Path("AppData", "Local", "byhand", "State"), "darwin": Path("Library", "Application Support")}
    return home / usual.get(sys.platform, Path(".local", "state")) / "byhand"


def fingerprint(examples: Examples) -> str:
    """Return the SHA-256 of the examples: shape, dtype and bytes of the raw inputs and of the labels.

    Float64 counts as float32: a table is evaluated in the one and trained in the other.
    """
    digest = hashlib.sha256()
    for array in (examples.raw, examples.y):
        array = array.astype(np.float32) if array.dtype == np.float64 else array
        digest.update(f"{array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def count_evaluation(examples: Examples, report: Callable[[str], object]) -> int | None:
    """Log one more evaluation on these test examples; return the count, None where it cannot be kept.

    report : is given the reason where it cannot be kept, a sentence
    """
    folder = state_folder()
    if folder is None:
        report("this test-set evaluation is not counted: there is no home folder. Set BYHAND_STATE to a folder.")
        return None
    file = folder / "test-sets" / f"{fingerprint(examples)}.txt"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return append_line(file, time.strftime("%Y-%m-%d\n")) // len(LINE)
    except (OSError, SystemResourceError) as error:
        report(f"this test-set evaluation is not counted: {error}")
        return None


def evaluation_sentence(count: int) -> str:
    """Return the message about the count."""
    again = " Choose nothing by it." if count > 1 else ""
    return f"This was test-set evaluation no. {count} on this machine.{again}"
