"""Downloading MNIST: from public mirrors in turn, checked byte for byte, written atomically.

The mirrors' archives differ, so the size and SHA-256 of the decompressed bytes are checked.
"""

import http.client
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from byhand.data.mnist_files import FILES, ProgressCallback, RemoteFile, checksum_matches
from byhand.errors import SystemResourceError
from byhand.files import atomic_write

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
MAX_ARCHIVE = 64 << 20  # bytes
CHUNK_SIZE = 64 << 10  # bytes
READ_TIMEOUT = 10.0  # seconds without a byte
TOTAL_TIMEOUT = 300.0  # seconds for a whole file: a mirror that only drips is not used


def fetch_mnist(folder: Path, *, mirrors: Sequence[str] = MIRRORS, progress: ProgressCallback | None = None) -> None:
    """Download what is missing of the four files into `folder`, decompressed.

    progress : called after every chunk with (file, bytes done, bytes in all), bytes of the archive
    Raises SystemResourceError with every mirror's error if none delivers a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemResourceError(f"{folder} cannot be made: {error.strerror or error}.") from error
    for expected in FILES:
        if not (folder / expected.name).exists():
            atomic_write(folder / expected.name, _from_any(mirrors, expected, progress))


def _from_any(mirrors: Sequence[str], expected: RemoteFile, progress: ProgressCallback | None) -> bytes:
    """Return the file's bytes from the first mirror whose checksum matches."""
    said = []
    for mirror in mirrors:
        try:
            content = _inflated(_in_time(f"{mirror}{expected.name}.gz", expected.name, progress), expected.n_bytes)
        except (OSError, EOFError, zlib.error, http.client.HTTPException, ValueError) as error:
            said.append(f"{urlsplit(mirror).hostname}: {_reason(error)}")
            continue
        if checksum_matches(expected, content):
            return content
        said.append(f"{urlsplit(mirror).hostname}: sent other bytes than the official ones")
    raise SystemResourceError(f"{expected.name} could not be downloaded ({'; '.join(said)}).")


def _reason(error: Exception) -> str:
    """Return why a download failed, in one line whatever the mirror sent."""
    cause = error.reason if type(error) is urllib.error.URLError else error
    return " ".join(str(getattr(cause, "strerror", None) or cause).split())[:200]


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to the same scheme (https stays https)."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            raise ValueError(f"was sent on to {urlsplit(newurl).scheme}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _in_time(url: str, name: str, progress: ProgressCallback | None) -> bytes:
    """Return the content of a URL, or raise TimeoutError after TOTAL_TIMEOUT, whatever the mirror does.

    A thread reads it and is abandoned after the timeout: the standard library limits only the wait for the next byte,
    so a server that sends its header byte by byte could keep it waiting for ever.
    """
    found: list[bytes | Exception] = []

    def download() -> None:
        try:
            found.append(_downloaded(url, name, progress))
        except Exception as error:  # it is raised below, in the waiting thread
            found.append(error)

    thread = threading.Thread(target=download, name="download", daemon=True)
    thread.start()
    thread.join(TOTAL_TIMEOUT)
    if not found:
        raise TimeoutError(f"gave no answer within {TOTAL_TIMEOUT:g} s")
    result = found.pop()  # out of the list, to which the error's frames refer
    if isinstance(result, bytes):
        return result
    try:
        raise result
    finally:
        del result  # or the error would hold itself, and its open connection, through this frame


def _downloaded(url: str, name: str, progress: ProgressCallback | None) -> bytes:
    """Return the content of a URL, within the limits of size and time."""
    deadline = time.monotonic() + TOTAL_TIMEOUT
    opener = urllib.request.build_opener(_SameScheme)
    pieces, done = [], 0
    with opener.open(url, timeout=READ_TIMEOUT) as response:
        total = int(response.headers.get("Content-Length") or 0)
        while piece := response.read1(CHUNK_SIZE):
            pieces.append(piece)
            done += len(piece)
            if done > MAX_ARCHIVE or time.monotonic() > deadline:
                raise ValueError(f"did not end after {done:,} bytes")
            if progress:
                progress(name, done, total)
    return b"".join(pieces)


def _inflated(archive: bytes, n_bytes: int) -> bytes:
    """Return the archive's content, never more than one byte beyond what is expected."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    return inflater.decompress(archive, n_bytes + 1)
