"""Ctrl-C, politely: training is asked to stop and save; everything else, and a second Ctrl-C, is left at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


class StopRequest:
    """A context in which SIGINT and SIGTERM raise KeyboardInterrupt, except where `defer_signals` says otherwise."""

    def __init__(self) -> None:
        self.asked = False
        self._will_be_asked_for = False
        self._before: dict[int, signal._HANDLER] = {}

    def __call__(self) -> bool:
        return self.asked

    @contextmanager
    def defer_signals(self) -> Iterator[None]:
        """Within this, the first signal only sets the flag: training asks for it before every minibatch."""
        before = self._will_be_asked_for  # True where many seeds are trained at once, for all of them
        self._will_be_asked_for = True
        try:
            yield
        finally:
            self._will_be_asked_for = before

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is not threading.main_thread():
            return self  # Python delivers signals to the main thread alone
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        is_second, self.asked = self.asked, True
        if is_second or not self._will_be_asked_for:
            raise KeyboardInterrupt  # Python drops it where an object is being deleted; `asked` remains
