"""The server in a thread of its own: for the lab by itself, and beside a training."""

import asyncio
import contextlib
import errno
import ipaddress
import re
import socket
import threading
from collections.abc import Callable

import uvicorn

from byhand.errors import OptionError, SystemResourceError
from byhand.lab.app import Served, lab_app
from byhand.lab.broadcast import MOST_VIEWERS, Hub
from byhand.lab.connections import ACCEPTED_AT_ONCE, BoundedProtocol, log_once
from byhand.lab.middleware import Guard, authority, in_url
from byhand.lab.mnist_source import PictureSource
from byhand.lab.model_file import SavedModel
from byhand.lab.static_files import Pages
from byhand.lab.token import Access, new_token
from byhand.lab.websocket import MAX_FRAME, Live

HOST, PORT = "127.0.0.1", 8765
SEND_BUFFER = 128 << 10  # bytes the system holds for a viewer that does not read
FLUSH, END = 1.0, 3.0  # seconds: for the last frame to be taken, for all connections to be closed


class Server:
    """Listens from its construction on, and serves from `start` to `stop`.

    host, port : where; port 0 is any free one
    pictures : where MNIST comes from   model : what the page is to open, or None
    hub : what /live shows; None: nothing is trained here
    for_class : make a second address, for a class   embed : let other pages show this one in a frame
    Raises OptionError for an invalid host, SystemResourceError if the address is taken or is not this machine's.
    """

    def __init__(
        self,
        host: str = HOST,
        port: int = PORT,
        *,
        pictures: PictureSource,
        model: SavedModel | None = None,
        hub: Hub | None = None,
        for_class: bool = False,
        embed: bool = False,
    ) -> None:
        self._socket = _listening(host, port)
        self.host, self.port = host, int(self._socket.getsockname()[1])
        self._access = Access(new_token(), self.port, new_token() if for_class else None)
        self._hub = hub or Hub()
        served = Served(Pages(), pictures, model, is_live=hub is not None, class_url=self.class_url)
        app = lab_app(served, Live(self._hub, self._access, self._drop), self._access)
        self._uvicorn = uvicorn.Server(_config(Guard(app, host, self.port, embed=embed)))
        self._thread = threading.Thread(target=self._run, name="byhand lab", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def token(self) -> str:
        """The access token of the person who started the server."""
        return self._access.token

    @property
    def url(self) -> str:
        """The page's address with the token, which stands behind the # and is never sent to anyone."""
        return self._address(self.token)

    @property
    def class_url(self) -> str | None:
        """The address for a class, with a token of its own, or None."""
        return None if self._access.class_token is None else self._address(self._access.class_token)

    def _address(self, token: str) -> str:
        return f"http://{authority(self.host, self.port)}/#token={token}"

    def start(self) -> None:
        """Start serving, including clients that connected since construction."""
        self._thread.start()

    def wait(self, asked_to_end: Callable[[], bool]) -> None:
        """Return when this is asked, or when the server has ended by itself."""
        while self._thread.is_alive() and not asked_to_end():
            self._thread.join(0.1)

    def stop(self) -> None:
        """Send every viewer the last frame, then close all connections and the socket."""
        if self._thread.is_alive():
            self._flush()
            self._uvicorn.should_exit = True
            self._thread.join(END)
        self._socket.close()

    def _flush(self) -> None:
        if self._loop is not None:
            taken = asyncio.run_coroutine_threadsafe(self._hub.flush(), self._loop)
            with contextlib.suppress(TimeoutError):  # a client that has not read it by now is too slow
                taken.result(FLUSH)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(log_once())
        frames = asyncio.create_task(self._hub.run())
        await self._uvicorn.serve(sockets=[self._socket])
        frames.cancel()

    def _drop(self, client: tuple[str, int]) -> None:
        """Abort the connection of this address, with whatever is still to be sent on it."""
        for connection in list(self._uvicorn.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("peername", ())[:2] == tuple(client):
                transport.abort()


def is_loopback(host: str) -> bool:
    """Can only this machine reach what listens there?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _config(app: Guard) -> uvicorn.Config:
    """Return the server's configuration: no proxy headers are trusted, no Server header is sent."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=BoundedProtocol,
        backlog=ACCEPTED_AT_ONCE,
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws_max_size=MAX_FRAME,
        ws_ping_interval=None,  # a client that does not read is noticed by its full queue
        ws_per_message_deflate=False,  # it would cost more time than it saves on the way to the same machine
    )


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens."""
    _check_host(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=MOST_VIEWERS)
    except OSError as error:
        raise SystemResourceError(_why_not(host, port, error)) from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # every connection inherits both
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or an answer waits 40 ms for an acknowledgement
    return listening


def _check_host(host: str) -> None:
    """Raise OptionError unless it is an address, or a name of letters, digits, dots and hyphens."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", host):
            raise OptionError(
                f"--host got {host!r}; expected an address or a name of this machine, in small letters."
            ) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    """Return the message for an address where the server cannot listen."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken, perhaps by another lab; name another with --port (0: any free one)."
    return f"the lab cannot listen at {in_url(host)}:{port}: {error.strerror or error}. Name another --host or --port."
