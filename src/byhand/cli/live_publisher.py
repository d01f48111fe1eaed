"""`byhand train --lab`: the lab's server beside a training; it is sent a frame after every epoch."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byhand.cli.common import Reporter
from byhand.errors import SystemResourceError
from byhand.lab.dependencies import check_extra
from byhand.recipes.run import Run

if TYPE_CHECKING:
    from byhand.lab.broadcast import Hub
    from byhand.lab.server import Server

MIN_INTERVAL = 0.1  # seconds between frames, where epochs are shorter
INTERVAL_FACTOR = 100  # the interval before the next frame, in multiples of the time that the last one took to make


class LivePublisher:
    """Publishes a run to the hub: its start, its end, and its epochs, but only as often as it costs next to nothing."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._rows: list[dict[str, Any]] = []
        self._next = 0.0

    def publish(self, run: Run, *, now: bool = False) -> None:
        """Publish the current state if the last frame is long enough ago, or `now`."""
        started = time.monotonic()
        if now or started >= self._next:
            self._hub.publish(self._frame(run))
            done = time.monotonic()
            self._next = done + max(MIN_INTERVAL, INTERVAL_FACTOR * (done - started))

    def _frame(self, run: Run) -> dict[str, Any]:
        from byhand.lab.messages import history_row, training_frame

        history, n = run.state.history, len(run.dataset.train)
        self._rows += [history_row(record) for record in history[len(self._rows) :]]
        return training_frame(
            recipe=run.recipe.name,
            network=run.state.network,
            epochs=run.plan.epochs,
            steps_an_epoch=run.plan.n_steps(n),
            examples_per_second=n / history[-1].seconds if history and history[-1].seconds else 0.0,
            history=self._rows,
        )


@contextmanager
def serve_lab(data_dir: Path | None, reporter: Reporter) -> Iterator[LivePublisher]:
    """Serve the lab within this context, and yield the publisher for the training."""
    check_extra()
    from byhand.lab.broadcast import Hub

    hub = Hub()
    server = _server(data_dir, hub)
    server.start()
    reporter.warn(f"watch the training at {server.url}")
    try:
        yield LivePublisher(hub)
    finally:
        server.stop()
        reporter.info("the lab has ended with the training; an open page keeps the last frame.")


def _server(data_dir: Path | None, hub: "Hub") -> "Server":
    """Return a server at the default port, or at any free one if that is taken."""
    from byhand.lab.mnist_source import PictureSource
    from byhand.lab.server import HOST, PORT, Server

    try:
        return Server(HOST, PORT, pictures=PictureSource(data_dir), hub=hub)
    except SystemResourceError:
        return Server(HOST, 0, pictures=PictureSource(data_dir), hub=hub)
