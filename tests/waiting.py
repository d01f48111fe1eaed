"""Waiting in tests: until something holds, with a guard against a hang that no slow or shared machine meets."""

import time
from collections.abc import Callable

HANG = 600.0  # seconds; what is waited for takes a few at most, on a busy machine ten times as long


def wait_until(holds: Callable[[], object], meanwhile: Callable[[], object] = lambda: True) -> None:
    """Ask again and again until holds(); fail where meanwhile() is false, or after HANG seconds.

    The longer it has taken, the less often: asking a page costs as much as many a thing that is waited for.
    """
    started = time.monotonic()
    while not holds():
        assert meanwhile()
        waited = time.monotonic() - started
        assert waited < HANG, "it hangs"
        time.sleep(min(0.01 + waited / 10, 0.25))
