"""Waiting for others in short attempts, between which a process looks whether its launcher is still there.

PyTorch's own wait for the other processes cannot be interrupted: a process whose launcher was killed would stay for as
long as the search may take, and nobody would know of it. No PyTorch here.
"""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from byhand.engines.torch_engine.launch import STARTED_BY, LostProcessError

T = TypeVar("T")
ATTEMPT_SECONDS = 2.0
PAUSE_SECONDS = 0.1  # after an attempt that failed: a launcher that is being killed is gone by then


def launcher_is_gone() -> bool:
    """Has the process that started this one ended? The system has then given this one another parent."""
    return os.getppid() != STARTED_BY


def keep_trying(try_once: Callable[[float], T], seconds: float) -> T:
    """Return what try_once returns; called with the seconds it may take, again and again while it uses them up.

    Raises LostProcessError when the launcher is gone, and what try_once raised, a RuntimeError, when it failed before
    its time was up, since waiting would not help, or when `seconds` are over.
    """
    end = time.monotonic() + seconds
    while True:
        started = time.monotonic()
        try:
            return try_once(max(min(ATTEMPT_SECONDS, end - started), PAUSE_SECONDS))
        except RuntimeError:
            now = time.monotonic()
            time.sleep(PAUSE_SECONDS)
            if launcher_is_gone():
                raise LostProcessError(
                    "the launcher of this run has ended before its processes met, so the run ends. Start it again."
                ) from None
            if now >= end or now - started < 0.9 * ATTEMPT_SECONDS:
                raise
