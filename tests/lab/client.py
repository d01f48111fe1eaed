"""Asking the lab: its application called directly, or a real server over a real socket."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from byhand.lab.app import Served, lab_app
from byhand.lab.broadcast import Hub
from byhand.lab.middleware import Guard
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server
from byhand.lab.static_files import Pages
from byhand.lab.token import HEADER, Access
from byhand.lab.websocket import Live
from waiting import HANG

HOST, PORT, TOKEN = "127.0.0.1", 8765, "0123456789abcdef"
OWN = f"{HOST}:{PORT}"

Headers = Sequence[tuple[str, str]]


class Place(Protocol):
    """Where a server is, and what opens it: a Server, or what one in another process has printed."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def token(self) -> str: ...


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def whole_app(
    pictures: Path, pages: Pages | None = None, *, host: str = HOST, port: int = PORT, embed: bool = False
) -> Guard:
    """Return application and guard as the server puts them together."""
    served = Served(pages or Pages(), PictureSource(pictures), None, is_live=False)
    access = Access(TOKEN, port)
    return Guard(lab_app(served, Live(Hub(), access, lambda _: None), access), host, port, embed=embed)


def call(app: Any, headers: Headers, *, kind: str = "http", method: str = "GET", path: str = "/") -> Answer:
    """Call an ASGI application once; a WebSocket's 101 is acceptance, 1008 a closing without an answer."""
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "server": (HOST, PORT),
        "headers": [(name.encode("latin-1"), value.encode("utf-8")) for name, value in headers],
        "extensions": {"websocket.http.response": {}},
    }
    if kind == "websocket":
        scope["subprotocols"] = []
    sent: list[dict[str, Any]] = []
    waiting: dict[str, list[dict[str, Any]]] = {
        "http": [{"type": "http.request", "body": b""}],
        "websocket": [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}],
    }

    async def receive() -> dict[str, Any]:
        return waiting[kind].pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    first = sent[0]
    if first["type"] in ("websocket.accept", "websocket.close"):
        return Answer(101 if first["type"] == "websocket.accept" else first["code"], {}, b"")
    names = {name.decode(): value.decode() for name, value in first["headers"]}
    return Answer(first["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))


def ask(server: Server, path: str, *, method: str = "GET", token: bool = True, **headers: str) -> Answer:
    """Ask a real server."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=HANG)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={**({HEADER: server.token} if token else {}), **named})
    response = connection.getresponse()
    answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    connection.close()
    return answer


def raw(server: Server, request: bytes, *, timeout: float = 5) -> bytes:
    """Send bytes as they are; return what comes back until the server closes."""
    with socket.create_connection((server.host, server.port), timeout=timeout) as connection:
        connection.sendall(request)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)


@contextmanager
def viewer(server: Place, *, token: str | None = None, origin: str | None = None) -> Iterator[ClientConnection]:
    """Yield a WebSocket to /live that has said the token."""
    place = f"{server.host}:{server.port}"
    with connect(
        f"ws://{place}/live", origin=Origin(origin or f"http://{place}"), max_size=None, compression=None
    ) as opened:
        opened.send(server.token if token is None else token)
        yield opened
