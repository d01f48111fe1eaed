"""The server's routes. Each address is fixed; none takes a name, a path or a URL from the client."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from byhand._version import __version__
from byhand.errors import DataError
from byhand.lab.mnist_source import IMAGE_SHAPE, KINDS, PARTS, PictureSource
from byhand.lab.model_file import SavedModel
from byhand.lab.responses import answer
from byhand.lab.static_files import Pages
from byhand.lab.token import HEADER, Access
from byhand.lab.websocket import Live
from byhand.untrusted import UntrustedText

SCHEMA = 1  # of /api/hello

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, eq=False)
class Served:
    """What the server offers.

    model : None: the page opens its own   is_live : is there a training to watch?
    class_url : the address for a class; only the owner of the server's own token is given it
    """

    pages: Pages
    pictures: PictureSource
    model: SavedModel | None
    is_live: bool
    class_url: str | None = None


def lab_app(served: Served, live: Live, access: Access) -> ASGIApp:
    """Return the application; the guard goes around it."""
    protected = {
        "/api/session": _session(access),
        "/api/hello": _hello(served, access),
        "/api/model": _model(served),
    }
    for part in PARTS:
        for kind in KINDS:
            protected[f"/api/data/{part}/{kind}"] = _data(served, part, kind)
    routes = [
        *(Route(address, _for_token(handler, access)) for address, handler in protected.items()),
        Route("/hello.json", _greeting(_hello(served, access), access)),
        WebSocketRoute("/live", live.serve),
        Route("/{anything:path}", _page(served)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _in_a_sentence})
    app.router.redirect_slashes = False  # a redirect would lead to an address made of the request
    return app


def _for_token(handler: Handler, access: Access) -> Handler:
    """Return the handler with a check of the token: 401 without it."""

    async def checked(request: Request) -> Response:
        if access.token_of(request.headers) is None:
            raise HTTPException(401, f"{HEADER} is not this server's token; open the address that byhand printed.")
        return await handler(request)

    return checked


def _session(access: Access) -> Handler:
    async def session(request: Request) -> Response:
        """Give a cookie for the token, so that the address need not keep it."""
        cookie = access.cookie(access.token_of(request.headers) or "")
        return Response(status_code=204, headers={"Set-Cookie": cookie, "Cache-Control": "no-store"})

    return session


def _greeting(hello: Handler, access: Access) -> Handler:
    async def greeting(request: Request) -> Response:
        """Say what the server has, or that this is a guest; on another host the page finds a file at this address."""
        if access.token_of(request.headers) is None:
            return JSONResponse({"schema": SCHEMA, "server": "guest"}, headers={"Cache-Control": "no-store"})
        return await hello(request)

    return greeting


def _hello(served: Served, access: Access) -> Handler:
    async def hello(request: Request) -> Response:
        """Return what the server offers."""
        values = {
            "schema": SCHEMA,
            "server": "byhand",
            "version": __version__,
            "model": served.model and served.model.name,
            "data": await asyncio.to_thread(_pictures_in_short, served.pictures),
            "live": served.is_live,
        }
        if served.class_url and access.token_of(request.headers) == access.token:
            values["class"] = served.class_url
        return JSONResponse(values, headers={"Cache-Control": "no-store"})

    return hello


def _pictures_in_short(source: PictureSource) -> dict[str, Any] | None:
    """Return name, counts and shape, or None where there are no pictures; /api/data says why."""
    try:
        found = source.get()
    except DataError:
        return None
    return {"name": UntrustedText(found.name).for_json(), **found.counts, "image_shape": IMAGE_SHAPE}


def _model(served: Served) -> Handler:
    async def model(request: Request) -> Response:
        """Send the model file."""
        if served.model is None:
            raise HTTPException(404, "No model was named; start with `byhand lab MODEL`.")
        return answer(request, served.model.content)

    return model


def _data(served: Served, part: str, kind: str) -> Handler:
    async def data(request: Request) -> Response:
        """Send bytes of MNIST, kept by the browser for as long as it has this server's token."""
        try:
            found = await asyncio.to_thread(served.pictures.get)
        except DataError as error:
            raise HTTPException(404, str(error)) from error
        content = found.contents[part, kind]
        if served.class_url:  # over a classroom's network 47 MB are too many
            content = await asyncio.to_thread(content.for_client, request.headers.get("accept-encoding", ""))
        return answer(request, content, Vary=f"{HEADER}, Cookie, Accept-Encoding")

    return data


def _page(served: Served) -> Handler:
    async def page(request: Request) -> Response:
        """Send a file of the page's own."""
        content = served.pages.get(request.scope["path"])
        if content is None:
            raise HTTPException(404, "There is nothing at this address.")
        return answer(request, content)

    return page


async def _in_a_sentence(request: Request, error: Exception) -> Response:
    """Return an error response as one JSON object."""
    status, sentence = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return JSONResponse(
        {"error": UntrustedText(sentence).for_json()}, status_code=status, headers={"Cache-Control": "no-store"}
    )
