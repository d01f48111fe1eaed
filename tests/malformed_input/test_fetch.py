"""Downloads from mirrors that are down, slow, wrong, hostile; and in the end right. All of them are on this machine."""

import contextlib
import errno
import gzip
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from byhand.data import fetch
from byhand.data.mnist_files import RemoteFile
from byhand.errors import SystemResourceError

CONTENT = {"images": b"pictures" * 5_000, "labels": b"labels" * 300}
FILES = tuple(RemoteFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENT.items())
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def whole(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(archive)))
    request.end_headers()
    request.wfile.write(archive)


def cut_off(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(archive)))
    request.end_headers()
    request.wfile.write(archive[: len(archive) // 2])


def other_bytes(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    whole(request, gzip.compress(gzip.decompress(archive)[:-1] + b"?"))


def too_long(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    whole(request, gzip.compress(gzip.decompress(archive) + b"?"))


def bomb(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    whole(request, gzip.compress(bytes(1 << 25), 9))


def page(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    whole(request, b"<html>please log in</html>")


def headers_that_drip(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    """Send a header a byte at a time, without end: never so long silent that a time limit of the socket ends it."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(500):
        request.wfile.write(b"x")
        time.sleep(0.02)


def missing(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_error(404)


def broken(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_error(503)


def no_http(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.wfile.write(b"\0\1\2 this is something else\r\n\r\n")


def round_and_round(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(302)
    request.send_header("Location", request.path)
    request.end_headers()


def to_a_file(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(302)
    request.send_header("Location", "file:///etc/hostname")
    request.end_headers()


def silent(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.flush()
    time.sleep(3)


def dripping(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def endless(request: BaseHTTPRequestHandler, archive: bytes) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(bytes(1 << 16))


@contextlib.contextmanager
def mirror(answer: Answer) -> Iterator[str]:
    """Serve the files' archives on this machine, each request answered by `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2].removesuffix(".gz")
            with contextlib.suppress(OSError):  # the other side may have had enough
                answer(self, gzip.compress(CONTENT[name]))

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mnist/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "FILES", FILES)
    monkeypatch.setattr(fetch, "READ_TIMEOUT", 1.0)
    monkeypatch.setattr(fetch, "TOTAL_TIMEOUT", 3.0)
    monkeypatch.setattr(fetch, "MAX_ARCHIVE", 1 << 20)


BAD = [cut_off, other_bytes, too_long, bomb, page, missing, broken, no_http, round_and_round, to_a_file, silent,
       dripping, headers_that_drip, endless]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda answer: answer.__name__)
def test_a_bad_mirror_is_passed_over(tmp_path: Path, bad: Answer) -> None:
    with mirror(bad) as first, mirror(whole) as second:
        fetch.fetch_mnist(tmp_path / "mnist", mirrors=(first, second))
    assert {path.name: path.read_bytes() for path in (tmp_path / "mnist").iterdir()} == CONTENT


@pytest.mark.parametrize("bad", BAD, ids=lambda answer: answer.__name__)
def test_where_all_are_bad_nothing_is_left_and_one_sentence_says_why(tmp_path: Path, bad: Answer) -> None:
    with mirror(bad) as only, pytest.raises(SystemResourceError) as caught:
        fetch.fetch_mnist(tmp_path, mirrors=(only,))
    assert list(tmp_path.iterdir()) == []
    assert str(caught.value).startswith("images could not be downloaded (127.0.0.1: ")
    assert "\n" not in str(caught.value)


def test_nobody_listens(tmp_path: Path) -> None:
    with mirror(whole) as gone:
        pass
    with pytest.raises(SystemResourceError) as caught:
        fetch.fetch_mnist(tmp_path, mirrors=(gone,))
    assert str(caught.value) == f"images could not be downloaded (127.0.0.1: {os.strerror(errno.ECONNREFUSED)})."


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    asked = []

    def noted(request: BaseHTTPRequestHandler, archive: bytes) -> None:
        asked.append(request.path)
        whole(request, archive)

    (tmp_path / "images").write_bytes(CONTENT["images"])
    with mirror(noted) as good:
        fetch.fetch_mnist(tmp_path, mirrors=(good,))
        fetch.fetch_mnist(tmp_path, mirrors=(good,))
    assert asked == ["/mnist/labels.gz"]


def test_progress_ends_with_everything(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with mirror(whole) as good:
        fetch.fetch_mnist(tmp_path, mirrors=(good,), progress=lambda *piece: told.append(piece))
    for name, data in CONTENT.items():
        done = [piece[1:] for piece in told if piece[0] == name]
        assert done[-1] == (len(gzip.compress(data)),) * 2
        assert done == sorted(done)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemResourceError, match="cannot be made"):
        fetch.fetch_mnist(tmp_path / "file" / "mnist", mirrors=())
