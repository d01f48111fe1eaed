"""What reading a malformed file ends with, soon: a sentence or a result, and nothing else."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand.errors import DataError

SECONDS = 60.0  # a hang guard; on a quiet machine the slowest takes half a second


def refusal(read: Callable[[Path], Any], path: Path, content: bytes) -> str:
    """Return the sentence with which `read` refuses a file of this content, "" if it reads it."""
    path.write_bytes(content)
    started = time.perf_counter()
    try:
        read(path)
        said = ""
    except DataError as error:
        said = str(error)
    assert time.perf_counter() - started < SECONDS
    assert "\n" not in said
    return said
