"""The guard around the whole server: no other web page may reach it through a visitor's browser.

Every request is checked for three things before anything else reads it:

    Host     exactly one of the names this server was started under, so that a foreign name that was rebound to this
             machine's address (DNS rebinding) is refused
    Origin   if there is one, exactly the page's own; a WebSocket must have one, for nothing else keeps other pages
             from opening it
    method   GET or HEAD, and no body that is worth reading

Every response, also a refusal, forbids the browser to load anything from elsewhere and, unless this was asked for, to
embed the page.
"""

import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 << 10  # bytes
METHODS = ("GET", "HEAD")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORT = 80  # browsers leave it out

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; "
    "connect-src {connect}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Raw = list[tuple[bytes, bytes]]  # headers as ASGI has them


def in_url(host: str) -> str:
    """Return a host's name or address as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def authority(host: str, port: int) -> str:
    """Return what a browser writes into Host: "127.0.0.1:8765"."""
    return in_url(host) if port == DEFAULT_PORT else f"{in_url(host)}:{port}"


class Guard:
    """Passes allowed requests on, refuses the others, and adds the security headers to every response.

    host, port : where the server listens; the loopback's names are always its own
    embed : may pages elsewhere show this one in a frame? They cannot read it, and no cookie goes to a frame of another
            site
    """

    def __init__(self, app: ASGIApp, host: str, port: int, *, embed: bool = False) -> None:
        names = dict.fromkeys([host, *(name.strip("[]") for name in LOOPBACK)])
        self._app, self._embed = app, embed
        hosts = [authority(name, port).encode() for name in names]
        self._hosts = {host: security_headers(host, embed=embed) for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _only(scope["headers"], b"host")
        own = host if host in self._hosts else None
        refusal = self._refusal(scope, own)
        guarded = _with_headers(send, security_headers(None) if own is None else self._hosts[own])
        if refusal is None:
            await self._app(scope, receive, guarded)
        else:
            await _refuse(scope, guarded, *refusal)

    def _refusal(self, scope: Scope, host: bytes | None) -> tuple[int, str] | None:
        """Return the status and message of a refusal, or None for an allowed request.

        host : the request's Host, if it is one of ours
        """
        if host is None:
            known = ", ".join(sorted(name.decode() for name in self._hosts))
            return 421, f"This server answers under these names only: {known}."
        origins = _all(scope["headers"], b"origin")
        if origins and origins != [b"http://" + host]:
            return 403, "This server answers no other page than its own."
        if scope["type"] == "websocket":
            return None if origins else (403, "A WebSocket must say which page opens it.")
        return _refused_body(scope["headers"]) or _refused_method(scope["method"])


def security_headers(host: bytes | None, *, embed: bool = False) -> Raw:
    """Return the headers of every answer; the page may open a WebSocket to `host`, and only there."""
    connect = "'self'" if host is None else f"'self' ws://{host.decode()}"
    headers = {
        "Content-Security-Policy": POLICY.format(connect=connect, ancestors="*" if embed else "'none'"),
        **HEADERS,
    }
    if embed:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _refused_body(headers: Raw) -> tuple[int, str] | None:
    """No route reads a body, so none is read here either: one that is too long, or of unknown length, is refused."""
    if _all(headers, b"transfer-encoding"):
        return 411, "A body must say how long it is."
    too_long = [length for length in _all(headers, b"content-length") if not _is_short(length)]
    return (413, f"A body may have {MAX_BODY:,} bytes at most.") if too_long else None


def _is_short(length: bytes) -> bool:
    return length.isdigit() and len(length) <= 9 and int(length) <= MAX_BODY


def _refused_method(method: str) -> tuple[int, str] | None:
    return None if method in METHODS else (405, "This server is read only: GET and HEAD.")


def _all(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]


def _only(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the value of a header that is there exactly once."""
    values = _all(headers, name)
    return values[0] if len(values) == 1 else None


def _with_headers(send: Send, headers: Raw) -> Send:
    """Return a `send` that adds the headers to whatever begins an answer."""

    async def guarded(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message = {**message, "headers": [*message.get("headers", []), *headers]}
        await send(message)

    return guarded


async def _refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    """Answer with a sentence; where a WebSocket cannot be answered, by closing it."""
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": sentence})
            return
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 405:
        headers.append((b"allow", ", ".join(METHODS).encode()))
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
