"""The page's own files, from a table built at start-up: any address that is not in the table is 404."""

from functools import lru_cache
from pathlib import Path

from byhand.lab.responses import Content

FOLDER = Path(__file__).with_name("static")
CACHE = "no-cache"  # the browser asks every time, and mostly gets 304
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".safetensors": "application/octet-stream",
    ".gz": "application/gzip",  # unpacked by the page, not by the browser on the way
}


class Pages:
    """The files of a folder with a known ending, each under its own address, index.html under / too."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES]
        self._files = {f"/{path.relative_to(folder).as_posix()}": path for path in files}
        if "/index.html" in self._files:
            self._files["/"] = self._files["/index.html"]

    def get(self, address: str) -> Content | None:
        """Return the file with this address, as it is on the disk now."""
        path = self._files.get(address)
        return None if path is None or not path.is_file() else _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> Content:
    """Return a file's content; read once for every time at which it was changed."""
    return Content(memoryview(path.read_bytes()), TYPES[path.suffix], CACHE)
