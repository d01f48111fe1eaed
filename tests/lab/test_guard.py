"""Who may not speak with the server: foreign names, foreign pages, other methods, long bodies. None gets through."""

from pathlib import Path

import pytest
from client import HOST, OWN, PORT, call, raw, whole_app

from byhand.lab.middleware import MAX_BODY, Guard, authority
from byhand.lab.server import Server
from byhand.lab.static_files import Pages

WRONG_HOSTS = [
    "evil.example", "evil.example:8765", "rebound.evil.example:8765", "127.0.0.1.evil:8765", "127.0.0.1.evil.example",
    "localhost.evil:8765", "localhost.evil.example:8765", "evil.localhost:8765", "evil-localhost:8765",
    "xlocalhost:8765", "localhostx:8765", "127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "127.0.0.1:87650",
    "127.0.0.1:8765.evil", "127.0.0.1:8765:8765", "127.0.0.1:08765", "127.0.0.1:+8765", "127.0.0.1:", ":8765", "",
    "user@127.0.0.1:8765", "127.0.0.1:8765@evil.example", "evil.example@127.0.0.1:8765", "LOCALHOST:8765",
    "Localhost:8765", "localhost.:8765", "127.0.0.1.:8765", "::1:8765", "[::1]:8766", "[::]:8765", "[0::1]:8765",
    "[::ffff:127.0.0.1]:8765", "[::1%lo]:8765", "0.0.0.0:8765", "127.0.0.2:8765", "127.1:8765", "2130706433:8765",
    "0x7f000001:8765", "0177.0.0.1:8765", "null", "*", "*:8765", "127.0.0.1:8765,evil.example", "127.0.0.1:8765 evil",
    " 127.0.0.1:8765", "127.0.0.1:8765 ", "\t127.0.0.1:8765", "http://127.0.0.1:8765", "127.0.0.1:8765/",
    "localhost:8765#", "１２７.0.0.1:8765", "localhost:８７６５", "local\u00adhost:8765",
]  # fmt: skip
WRONG_ORIGINS = [
    "null", "", "*", "http://evil.example", "http://evil.example:8765", "http://127.0.0.1.evil:8765",
    "http://localhost.evil:8765", "http://localhost:8765", "http://[::1]:8765", "http://127.0.0.1",
    "http://127.0.0.1:80", "http://127.0.0.1:87650", "http://127.0.0.1:8765.evil", "http://127.0.0.1:8765/",
    "http://127.0.0.1:8765/page", "https://127.0.0.1:8765", "ws://127.0.0.1:8765", "file://", "file://127.0.0.1:8765",
    "HTTP://127.0.0.1:8765", "http://user@127.0.0.1:8765", "http://127.0.0.1:8765@evil.example",
    "http://127.0.0.1.:8765", "127.0.0.1:8765", "//127.0.0.1:8765", " http://127.0.0.1:8765",
    "http://127.0.0.1:8765 http://evil.example", "http://127.0.0.1:8765, http://evil.example",
    "chrome-extension://abc", "moz-extension://abc", "data:", "about:blank", "http://127.1:8765", "http://0.0.0.0:8765",
]  # fmt: skip
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "HEAD ", "GETX", "", "*"]
PROMISED = {
    "content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy",
    "cross-origin-embedder-policy", "cross-origin-resource-policy",
}  # fmt: skip

both = pytest.mark.parametrize("kind", ["http", "websocket"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    folder = tmp_path_factory.mktemp("static")
    (folder / "index.html").write_text("<p>secret")
    return whole_app(folder, Pages(folder))


def test_there_are_enough_cases() -> None:
    assert len(set(WRONG_HOSTS)) + len(set(WRONG_ORIGINS)) + len(METHODS) >= 100


@both
@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_no_foreign_name(app: Guard, host: str, kind: str) -> None:
    for origin in ([], [("origin", f"http://{host}")], [("origin", f"http://{OWN}")]):
        answer = call(app, [("host", host), *origin], kind=kind, path="/live" if kind == "websocket" else "/")
        assert answer.status == 421
        assert b"secret" not in answer.body
        assert set(answer.headers) >= PROMISED
        assert "ws:" not in answer.headers["content-security-policy"]


@both
@pytest.mark.parametrize("origin", WRONG_ORIGINS)
def test_no_foreign_page(app: Guard, origin: str, kind: str) -> None:
    for path in ("/", "/live", "/api/hello"):
        answer = call(app, [("host", OWN), ("origin", origin)], kind=kind, path=path)
        assert answer.status == 403
        assert set(answer.headers) >= PROMISED


@both
def test_no_host_two_hosts_two_origins(app: Guard, kind: str) -> None:
    own = ("origin", f"http://{OWN}")
    assert call(app, [own], kind=kind).status == 421
    assert call(app, [("host", OWN), ("host", "evil.example"), own], kind=kind).status == 421
    assert call(app, [("Host", OWN), ("HOST", OWN), own], kind=kind).status == 421
    assert call(app, [("host", OWN), own, ("Origin", "http://evil.example")], kind=kind).status == 403
    assert call(app, [("host", OWN), own, own], kind=kind).status == 403


def test_other_headers_change_nothing(app: Guard) -> None:
    for name in ("x-forwarded-host", "x-host", "forwarded", "x-original-host", "x-forwarded-for", "sec-fetch-site"):
        assert call(app, [("host", "evil.example"), (name, OWN)]).status == 421
        assert call(app, [("host", OWN), (name, "evil.example")]).status == 200


def test_a_websocket_needs_an_origin(app: Guard) -> None:
    assert call(app, [("host", OWN)], kind="websocket", path="/live").status == 403
    assert call(app, [("host", OWN), ("origin", f"http://{OWN}")], kind="websocket", path="/live").status == 101


def test_where_a_websocket_cannot_be_answered_it_is_closed() -> None:
    async def unreached(*_: object) -> None:
        raise AssertionError

    async def go() -> list[dict[str, object]]:
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        scope = {"type": "websocket", "headers": []}
        await Guard(unreached, HOST, PORT)(scope, unreached, send)  # type: ignore[arg-type]
        return sent

    import asyncio

    assert [message["type"] for message in asyncio.run(go())] == ["websocket.close"]


@pytest.mark.parametrize("host", [OWN, f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_its_own_names_and_pages_pass(app: Guard, host: str) -> None:
    for headers in ([("host", host)], [("Host", host), ("Origin", f"http://{host}")]):
        for method in ("GET", "HEAD"):
            answer = call(app, headers, method=method)
            assert answer.status == 200
            assert answer.body == (b"<p>secret" if method == "GET" else b"")
            assert f"connect-src 'self' ws://{host};" in answer.headers["content-security-policy"]
            assert set(answer.headers) >= PROMISED


@pytest.mark.parametrize("method", METHODS)
def test_no_other_method(app: Guard, method: str) -> None:
    for path in ("/", "/api/hello", "/live", "/nowhere"):
        answer = call(app, [("host", OWN)], method=method, path=path)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
        assert set(answer.headers) >= PROMISED
        assert call(app, [("host", "evil.example")], method=method, path=path).status == 421


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), str(1 << 20), "9" * 40, "-1", "1e3", "", " 1", "+1", "0x1"])
def test_no_long_body(app: Guard, length: str) -> None:
    for method in ("GET", "POST"):
        assert call(app, [("host", OWN), ("content-length", length)], method=method).status == 413


def test_no_body_of_unknown_length(app: Guard) -> None:
    assert call(app, [("host", OWN), ("transfer-encoding", "chunked")]).status == 411
    assert call(app, [("host", OWN), ("content-length", "2")]).status == 200  # and nobody reads it


def test_a_name_that_was_named_is_its_own(tmp_path: Path) -> None:
    app = whole_app(tmp_path, host="lab.example", port=80)
    statuses = {host: call(app, [("host", host)]).status for host in ("lab.example", "localhost", "lab.example:80")}
    assert statuses == {"lab.example": 200, "localhost": 200, "lab.example:80": 421}  # as browsers write it
    assert authority("fe80::1", 8765) == "[fe80::1]:8765"


def test_the_policy_is_the_promised_one(app: Guard) -> None:
    headers = call(app, [("host", OWN)]).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; "
        f"connect-src 'self' ws://{OWN}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"


def test_only_who_asks_for_it_may_be_framed(tmp_path: Path) -> None:
    headers = call(whole_app(tmp_path, embed=True), [("host", OWN)]).headers
    assert headers["content-security-policy"].endswith("frame-ancestors *")
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    for origin in WRONG_ORIGINS:  # who may frame it may still not speak with it
        assert call(whole_app(tmp_path, embed=True), [("host", OWN), ("origin", origin)]).status == 403


def test_over_a_real_socket_the_same(server: Server) -> None:
    own = f"{server.host}:{server.port}"
    upgrade = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )

    def status(line: str, host: str, more: str = "") -> str:
        request = f"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"
        answer = raw(server, request.encode()).decode("latin-1")
        assert "frame-ancestors 'none'" in answer
        assert "uvicorn" not in answer
        return answer.split()[1]

    assert status("GET /", own) == "200"
    assert status("GET /", "evil.example") == "421"
    assert status("GET http://evil.example/", "evil.example") == "421"
    assert status("GET /", own, "Origin: null\r\n") == "403"
    assert status("POST /api/hello", own, "Content-Length: 2000000\r\n") == "413"
    assert status("DELETE /", own) == "405"
    assert status("GET /live", own, upgrade) == "403"
    assert status("GET /live", own, upgrade + "Origin: http://evil.example\r\n") == "403"
    assert status("GET /live", "evil.example", upgrade + "Origin: http://evil.example\r\n") == "421"
