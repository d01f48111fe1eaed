"""Source locations of equations: docstrings number them, and the code lines carry the numbers."""

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]


@cache
def source_location(function: Callable[..., Any], equation: int) -> str:
    """Return "layers/dense.py:52", the line of `function` tagged with this equation; its first line if none is."""
    lines, first = inspect.getsourcelines(function)
    tagged = [number for number, line in enumerate(lines) if "#" in line and f"({equation})" in line.partition("#")[2]]
    file = Path(inspect.getsourcefile(function) or "").relative_to(PACKAGE)
    return f"{file.as_posix()}:{first + (tagged[0] if tagged else 0)}"
