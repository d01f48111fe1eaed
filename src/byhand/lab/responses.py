"""Responses with constant content: the bytes, or 304 for a client that has them in its cache."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECE = 256 << 10  # bytes handed to the network at a time: MNIST's 47 MB are never copied as a whole


@dataclass(frozen=True, eq=False)
class Content:
    """data : the bytes   media_type : what they are   cache : for how long the browser may keep them

    encoding : how the bytes were compressed for the way, as Content-Encoding names it
    """

    data: memoryview
    media_type: str
    cache: str
    encoding: str | None = None

    @cached_property
    def etag(self) -> str:
        """The entity tag: a hash of these bytes."""
        return f'"{hashlib.sha256(self.data).hexdigest()[:32]}"'

    @cached_property
    def gzipped(self) -> "Content":
        """The same bytes, compressed once."""
        return Content(memoryview(gzip.compress(self.data, 6, mtime=0)), self.media_type, self.cache, "gzip")

    def for_client(self, accepts: str) -> "Content":
        """Return it compressed for who accepts that. accepts : the request's Accept-Encoding"""
        return self.gzipped if "gzip" in [part.split(";")[0].strip() for part in accepts.split(",")] else self


def answer(request: Request, content: Content, **headers: str) -> Response:
    """Return the response to GET or HEAD, with more headers if need be."""
    headers = {"ETag": content.etag, "Cache-Control": content.cache, **headers}
    if _has(request, content.etag):
        return Response(status_code=304, headers=headers)
    return Pieces(content, headers)


def _has(request: Request, etag: str) -> bool:
    """Does the browser have these bytes? If-None-Match compares weakly, so W/"…" matches too."""
    names = [name.strip().removeprefix("W/") for name in request.headers.get("if-none-match", "").split(",")]
    return etag in names or "*" in names


class Pieces(Response):
    """A response that sends its bytes in chunks, each after the one before has been sent."""

    def __init__(self, content: Content, headers: dict[str, str]) -> None:
        self._data = content.data
        headers = {**headers, "Content-Length": str(len(content.data))}
        if content.encoding is not None:
            headers["Content-Encoding"] = content.encoding
        super().__init__(media_type=content.media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        whole = memoryview(b"") if scope["method"] == "HEAD" else self._data
        for start in range(0, max(len(whole), 1), PIECE):
            piece, more = bytes(whole[start : start + PIECE]), start + PIECE < len(whole)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
