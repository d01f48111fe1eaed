"""Waiting in tests: until something holds, with a guard against a hang that no slow or shared machine meets."""

import time
from collections.abc import Callable

HANG = 600.0  # seconds; what is waited for takes a few at most, on a busy machine ten times as long


def wait_until(holds: Callable[[], object], meanwhile: Callable[[], object] = lambda: True) -> None:
    """Ask again and again until holds(); fail where meanwhile() is false, or after HANG seconds."""
    ends = time.monotonic() + HANG
    while not holds():
        assert meanwhile()
        assert time.monotonic() < ends, "it hangs"
        time.sleep(0.01)
