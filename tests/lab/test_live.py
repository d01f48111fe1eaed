"""A real server and real WebSockets: who is let in, what they see, and who is shown the door."""

import json
import socket
from contextlib import ExitStack, suppress

import pytest
from client import ask, raw, viewer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from byhand.errors import OptionError, SystemResourceError
from byhand.lab import server as server_file
from byhand.lab import websocket as live
from byhand.lab.broadcast import Hub
from byhand.lab.connections import log_once
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server, is_loopback
from byhand.lab.websocket import MAX_FRAME
from waiting import HANG, wait_until


def close_code(websocket: ClientConnection, timeout: float = HANG) -> int | None:
    """Return the code with which the server closes."""
    while True:
        try:
            websocket.recv(timeout=timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def test_every_viewer_sees_the_frames(server: Server, hub: Hub) -> None:
    hub.publish({"n": 0})
    with ExitStack() as stack:
        viewers = [stack.enter_context(viewer(server)) for _ in range(5)]
        assert [json.loads(each.recv(timeout=HANG)) for each in viewers] == [{"n": 0}] * 5
        for number in (1, 2, 3):
            hub.publish({"n": number})
            assert [json.loads(each.recv(timeout=HANG)) for each in viewers] == [{"n": number}] * 5
    wait_until(lambda: hub.n_viewers == 0)


def test_a_large_frame_arrives_whole(server: Server, hub: Hub) -> None:
    frame = {"weights": [[0.1234] * 784] * 160, "text": "größer → 784×128"}
    with viewer(server) as websocket:
        hub.publish(frame)
        assert json.loads(websocket.recv(timeout=HANG)) == frame


@pytest.mark.parametrize("token", ["", "wrong", "0" * 32, "ü", '{"token": 1}'])
def test_a_wrong_token_is_shown_the_door(server: Server, hub: Hub, token: str) -> None:
    hub.publish({"n": 0})
    with viewer(server, token=token) as websocket:
        assert close_code(websocket) == 4401
    assert hub.n_viewers == 0


def test_a_token_in_bytes_is_none(server: Server) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/live", origin=Origin(f"http://127.0.0.1:{server.port}")) as websocket:
        websocket.send(server.token.encode())
        assert close_code(websocket) == 4401


def test_no_token_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TIMEOUT", 0.2)
    with connect(f"ws://127.0.0.1:{server.port}/live", origin=Origin(f"http://127.0.0.1:{server.port}")) as websocket:
        assert close_code(websocket) == 4401


def test_who_leaves_before_the_token_leaves_nothing_behind(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        with connect(f"ws://127.0.0.1:{server.port}/live", origin=Origin(f"http://127.0.0.1:{server.port}")):
            pass
    assert ask(server, "/").status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_no_other_page_opens_it(server: Server) -> None:
    for origin in ("http://evil.example", "null", f"http://localhost:{server.port}"):
        with pytest.raises(InvalidStatus) as refused, viewer(server, origin=origin):
            pass
        assert refused.value.response.status_code == 403
        assert "frame-ancestors" in refused.value.response.headers["content-security-policy"]


def test_a_message_too_long(server: Server, hub: Hub, capfd: pytest.CaptureFixture[str]) -> None:
    with viewer(server) as websocket:
        websocket.send("x" * MAX_FRAME)  # just short enough, and nobody listens
        hub.publish({"n": 1})
        assert json.loads(websocket.recv(timeout=HANG)) == {"n": 1}
        websocket.send("x" * (MAX_FRAME + 1))
        assert close_code(websocket) == 1009
    with viewer(server, token="x" * (MAX_FRAME + 1)) as websocket:
        assert close_code(websocket) == 1009
    wait_until(lambda: hub.n_viewers == 0)
    assert "Traceback" not in capfd.readouterr().err


def test_a_full_house(server: Server, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byhand.lab.broadcast.MOST_VIEWERS", 3)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(viewer(server))
        wait_until(lambda: hub.n_viewers == 3)
        with viewer(server) as one_more:
            assert close_code(one_more) == 1013
        assert ask(server, "/api/hello").status == 200
    wait_until(lambda: hub.n_viewers == 0)
    hub.publish({"n": 1})
    with viewer(server) as websocket:
        assert json.loads(websocket.recv(timeout=HANG)) == {"n": 1}


def test_too_many_at_the_door(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_VIEWERS", 2)
    own = f"127.0.0.1:{server.port}"
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(connect(f"ws://{own}/live", origin=Origin(f"http://{own}")))
        with connect(f"ws://{own}/live", origin=Origin(f"http://{own}")) as one_more:
            assert close_code(one_more) == 1013


def test_who_does_not_read_is_dropped_and_others_see_all(
    server: Server, hub: Hub, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "TIMEOUT", 1.0)
    own = f"127.0.0.1:{server.port}"
    deaf = socket.create_connection(("127.0.0.1", server.port))
    deaf.sendall(
        f"GET /live HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert deaf.recv(4096).startswith(b"HTTP/1.1 101")  # and from here on it reads nothing
    token = server.token.encode()
    deaf.sendall(bytes([0x81, 0x80 | len(token), 0, 0, 0, 0]) + token)  # a masked text, the mask all zeros
    wait_until(lambda: hub.n_viewers == 1)
    with viewer(server) as reader:
        wait_until(lambda: hub.n_viewers == 2)
        for number in range(60):
            hub.publish({"n": number, "filling": "x" * 300_000})
            assert json.loads(reader.recv(timeout=HANG))["n"] == number
            if hub.n_viewers == 1:
                break
        wait_until(lambda: hub.n_viewers == 1)
        hub.publish({"n": "last"})
        assert json.loads(reader.recv(timeout=HANG)) == {"n": "last"}
    deaf.settimeout(5)
    with deaf, suppress(ConnectionResetError):
        while deaf.recv(1 << 20):
            pass
    assert "Traceback" not in capfd.readouterr().err


def test_a_hundred_who_only_begin_to_speak_stop_nobody(server: Server) -> None:
    with ExitStack() as stack:
        for number in range(100):
            silent = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            silent.sendall(b"GET / HTTP/1.1\r\nHost: 127"[: number % 26])
        assert ask(server, "/").status == 200


@pytest.mark.full
def test_whoever_connects_without_end_is_cut_off_and_others_are_served(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byhand.lab.connections.MAX_CONNECTIONS", 20)
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection((server.host, server.port))) for _ in range(200)]
        assert ask(server, "/").status == 200
        wait_until(lambda: len(server._uvicorn.server_state.connections) <= 20)
        silent[0].settimeout(5)
        with suppress(ConnectionError):
            assert silent[0].recv(1) == b""  # the oldest went first


def test_an_error_of_the_loop_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    handle = log_once()
    for _ in range(1000):
        error = OSError(24, "Too many open files")
        handle(None, {"message": "accept failed", "exception": error})  # type: ignore[arg-type]
    assert len(caplog.records) == 1
    assert "Too many open files" in caplog.text


@pytest.mark.parametrize("garbage", [b"\0" * 100, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n"])
def test_garbage_is_refused_and_the_server_goes_on(server: Server, garbage: bytes) -> None:
    with suppress(ConnectionError, TimeoutError):
        assert b" 200 " not in raw(server, garbage + b"\r\n\r\n")
    assert ask(server, "/").status == 200


def test_very_long_headers_are_refused(server: Server) -> None:
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX: {'x' * 200_000}\r\n\r\n"
    with suppress(ConnectionError):
        assert b" 200 " not in raw(server, request.encode())
    assert ask(server, "/").status == 200


def test_the_last_frame_is_seen_before_the_end(pictures: object, hub: Hub) -> None:
    server = Server(port=0, pictures=PictureSource(None), hub=hub)
    server.start()
    with viewer(server) as websocket:
        wait_until(lambda: hub.n_viewers == 1)
        for number in range(10):  # faster than they may be shown
            hub.publish({"n": number})
        server.stop()
        seen = []
        with suppress(ConnectionClosed):
            while True:
                seen.append(json.loads(websocket.recv(timeout=HANG))["n"])
    assert seen[-1] == 9
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_a_taken_port_is_told() -> None:
    server = Server(port=0, pictures=PictureSource(None))
    try:
        with pytest.raises(SystemResourceError, match=rf"port {server.port} of 127.0.0.1 is taken"):
            Server(port=server.port, pictures=PictureSource(None))
    finally:
        server.stop()


@pytest.mark.parametrize("host", ["", "a b", "Upper", "x\ny", "[::1]", "a:b", "-x", "x-", "*", "<b>", "ü.de", "a/b"])
def test_a_host_that_is_none_is_told(host: str) -> None:
    with pytest.raises(OptionError, match="--host got"):
        Server(host, 0, pictures=PictureSource(None))


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(SystemResourceError, match=r"cannot listen at 192\.0\.2\.1:0"):
        Server("192.0.2.1", 0, pictures=PictureSource(None))


def test_addresses_of_version_six() -> None:
    if not socket.has_ipv6:
        pytest.skip("needs IPv6")
    try:
        server = Server("::1", 0, pictures=PictureSource(None))
    except SystemResourceError:
        pytest.skip("needs IPv6")
    server.start()
    try:
        assert server.url.startswith(f"http://[::1]:{server.port}/#token=")
        assert ask(server, "/").status == 200
    finally:
        server.stop()


def test_what_is_only_for_this_machine() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "localhost.evil", "lab.example")))  # noqa: S104
    assert server_file.HOST == "127.0.0.1"
