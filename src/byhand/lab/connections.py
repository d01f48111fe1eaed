"""How many connections the server holds: a share of the process's file descriptors, so that a client that opens
connections without end stops neither the lab nor a training beside it, which needs descriptors to save."""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from byhand.lab.broadcast import MOST_VIEWERS

try:
    import resource
except ImportError:  # Windows, where sockets are not counted with files
    DESCRIPTORS = 1 << 20
else:
    DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)[0]

MAX_CONNECTIONS = max(8, min(2 * MOST_VIEWERS, DESCRIPTORS // 2))  # of all kinds
ACCEPTED_AT_ONCE = 16  # per turn of the loop: this many may exceed the limit until they are closed

_order = itertools.count()
_log = logging.getLogger("byhand.lab")


class BoundedProtocol(H11Protocol):
    """One connection. Where it is one too many, the oldest that has asked nothing yet is cut off, or else this one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.number = next(_order)
        super().connection_made(transport)
        is_open = [connection for connection in self.connections if not connection.transport.is_closing()]
        if len(is_open) > MAX_CONNECTIONS:
            silent: list[Any] = [one for one in is_open if isinstance(one, BoundedProtocol) and one.cycle is None]
            min(silent, key=lambda one: one.number).transport.abort()  # there is one: this


def log_once() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return an event loop's handler of errors that logs one line for each kind of error, however often it occurs."""
    seen: set[type] = set()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if type(error) not in seen:
            seen.add(type(error))
            _log.warning("the lab continues after: %s (%s)", context["message"], error)

    return handle
