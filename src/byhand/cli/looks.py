"""How often a test set was looked at on this machine, whichever model it tested: every look makes its figure say less.

One file a test set, in the user's state folder, named by the SHA-256 of the examples; every look appends a line, so
that looks made at the same time are all counted. Without a folder that can be written nothing is counted, and that is
said.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np

from byhand.cli.common import Reporter
from byhand.data.examples import Examples
from byhand.errors import SystemResourceError
from byhand.files import append_line

LINE = "2026-01-31\n"  # one look: the day it was made; all lines are as long as this one


def state_folder() -> Path | None:
    """Return BYHAND_STATE, else the system's usual place for what programs remember; None without a home."""
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
    """Return the SHA-256 of the examples: their shape, kind, stored numbers and answers."""
    digest = hashlib.sha256()
    for array in (examples.raw, examples.y):
        digest.update(f"{array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def count_look(examples: Examples, reporter: Reporter) -> int | None:
    """Note one more look at these test examples; return how many that makes, None where it cannot be kept."""
    folder = state_folder()
    if folder is None:
        reporter.info(
            "this look at the test set is not counted: there is no home folder. Name a folder by BYHAND_STATE."
        )
        return None
    file = folder / "looks" / f"{fingerprint(examples)}.txt"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return append_line(file, time.strftime("%Y-%m-%d\n")) // len(LINE)
    except (OSError, SystemResourceError) as error:
        reporter.info(f"this look at the test set is not counted: {error}")
        return None


def look_sentence(looks: int) -> str:
    """Return what is said of the number of looks."""
    again = " Choose nothing by it." if looks > 1 else ""
    return f"This was look number {looks} at this test set on this machine.{again}"
