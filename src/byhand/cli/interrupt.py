"""Ctrl-C, politely: the first one asks the training to stop and save, the second one leaves at once."""

import signal
from types import FrameType, TracebackType


class StopRequest:
    """A context in which SIGINT and SIGTERM set a flag that training asks before every minibatch."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, signal._HANDLER] = {}

    def __call__(self) -> bool:
        return self.asked

    def __enter__(self) -> "StopRequest":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
