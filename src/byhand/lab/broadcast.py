"""The hub: the training thread publishes a frame once; every viewer is sent the newest one.

The training thread stores a reference and continues. The server's thread serialises the newest frame once, however
many viewers there are, and puts it into each viewer's slot: a slow viewer misses frames, and nothing waits for it.
"""

import asyncio
import json
from typing import Any

MOST_VIEWERS = 256
INTERVAL = 0.05  # seconds between frames: 20 a second

Frame = dict[str, Any]


class Viewer:
    """A slot for the newest text, with an event that wakes the reader."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._filled = asyncio.Event()

    @property
    def is_served(self) -> bool:
        """Has the viewer taken everything?"""
        return self._text is None

    def put(self, text: str) -> None:
        """Fill the slot; an older text in it is dropped."""
        self._text = text
        self._filled.set()

    async def take(self) -> str:
        """Return the newest text, waiting for it."""
        while self._text is None:
            self._filled.clear()
            await self._filled.wait()
        text, self._text = self._text, None
        return text


class Hub:
    """`publish` is for any thread; everything else belongs to the server's."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._encoded: tuple[Frame, str] | None = None
        self._viewers: set[Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()

    def publish(self, frame: Frame) -> None:
        """Make this the newest frame. How long that takes depends neither on the frame nor on the number of viewers."""
        self._frame = frame
        loop = self._loop
        if loop is not None and not self._news.is_set():
            try:
                loop.call_soon_threadsafe(self._news.set)
            except RuntimeError:  # the server has ended; there are no viewers
                self._loop = None

    @property
    def n_viewers(self) -> int:
        """How many viewers are connected."""
        return len(self._viewers)

    @property
    def is_full(self) -> bool:
        """Are there as many viewers as there may be?"""
        return len(self._viewers) >= MOST_VIEWERS

    def join(self) -> Viewer:
        """Return a new viewer's slot, with the newest frame in it if there is one."""
        viewer = Viewer()
        self._viewers.add(viewer)
        if self._frame is not None:
            viewer.put(self._text(self._frame))
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)

    async def run(self) -> None:
        """Send the newest frame to all viewers, at most 20 times a second, until cancelled.

        The times are a grid that is moved only when a frame comes late: a sender at the same rate stays in step.
        """
        self._loop = asyncio.get_running_loop()
        clock = self._loop.time
        due = clock()
        while True:
            await self._news.wait()
            await asyncio.sleep(due - clock())
            due = max(due, clock() - INTERVAL / 2) + INTERVAL
            self._news.clear()  # before the frame is read: one that comes now is news again
            if self._frame is not None and self._viewers:
                text = self._text(self._frame)
                for viewer in self._viewers:
                    viewer.put(text)

    async def flush(self) -> None:
        """Wait until every viewer has taken the newest frame."""
        while self._news.is_set() or not all(viewer.is_served for viewer in self._viewers):
            await asyncio.sleep(INTERVAL / 5)

    def _text(self, frame: Frame) -> str:
        """Return the frame as JSON, serialised once."""
        if self._encoded is None or self._encoded[0] is not frame:
            self._encoded = frame, json.dumps(frame, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return self._encoded[1]
