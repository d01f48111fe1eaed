"""The WebSocket /live: the viewer has the cookie, or sends the token first; it receives frames, and other messages are
ignored.

Close codes: 4401 for a missing, wrong or late token, 1013 when the server is full, 1009 (by the server underneath) for
a message above 64 kB. A client that does not read is disconnected.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from byhand.lab.broadcast import MOST_VIEWERS, Hub, Viewer
from byhand.lab.token import Access

TIMEOUT = 5.0  # seconds, for the token and for a viewer that does not read
MAX_FRAME = 64 << 10  # bytes of a message from a viewer
NOT_ALLOWED, FULL = 4401, 1013  # codes of closing

GONE = (WebSocketDisconnect, RuntimeError)  # the second where the server underneath has begun to close

Drop = Callable[[tuple[str, int]], None]  # the connection with this address, at once


class Live:
    """The route's endpoint is `serve`.

    drop : ends a connection whose buffers are full; an orderly close would wait until they are empty
    """

    def __init__(self, hub: Hub, access: Access, drop: Drop) -> None:
        self._hub, self._access, self._drop = hub, access, drop
        self._at_the_door = 0  # have not sent the token yet

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one viewer until it disconnects."""
        await websocket.accept()
        if self._at_the_door >= MOST_VIEWERS:
            await _close(websocket, FULL, "Too many viewers; try again later.")
        elif not await self._knows_token(websocket):
            await _close(websocket, NOT_ALLOWED, "The first message must be the token.")
        elif self._hub.is_full:
            await _close(websocket, FULL, "Too many viewers; try again later.")
        else:
            await self._show(websocket)

    async def _knows_token(self, websocket: WebSocket) -> bool:
        """Does it come with the cookie, or is the first message the token, and in time?"""
        if self._access.token_of(websocket.headers) is not None:
            return True
        self._at_the_door += 1
        try:
            message = await asyncio.wait_for(websocket.receive(), TIMEOUT)
            return self._access.knows(message.get("text"))
        except TimeoutError:
            return False
        finally:
            self._at_the_door -= 1

    async def _show(self, websocket: WebSocket) -> None:
        """Send frames until the viewer leaves, or does not read."""
        viewer = self._hub.join()
        try:
            await _until_one_ends(self._send(websocket, viewer), _listen(websocket))
        finally:
            self._hub.leave(viewer)

    async def _send(self, websocket: WebSocket, viewer: Viewer) -> None:
        while True:
            text = await viewer.take()
            try:
                async with asyncio.timeout(TIMEOUT):
                    await websocket.send_text(text)
            except GONE:
                return
            except TimeoutError:
                self._drop(websocket.scope["client"])
                return


async def _listen(websocket: WebSocket) -> None:
    """Return when the viewer has disconnected; its messages are ignored."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close the connection, unless the viewer has done so."""
    try:
        await websocket.close(code, reason)
    except GONE:
        return


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run both until one is done, cancel the other, and raise what either raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
