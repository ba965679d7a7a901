"""Decides how long the sender of a webhook may take, and how much of all their bodies is held at once.

What counts is what has come, not how many send: whoever sends a byte and hangs holds a byte, and keeps nobody out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

LARGEST = 256 * 1024
_SMALL = 16 * 1024
"""Of a body, what is always read: no more than an unread connection may hold, and nearly every event is smaller."""
_SMALL_SHARE = 0.2
"""Of the time for a whole body, what a small one may take: from a sender who means it, a few KiB come at once."""
_MOST_BYTES = 32 * 1024 * 1024
"""Of all bodies together, where one would grow beyond what is always read."""


class TooSlowError(Exception):
    """The body did not come in time."""


class NoRoomError(Exception):
    """So much is held already that no large body is read."""


class Bodies:
    """Reads the bodies of webhooks."""

    def __init__(self, seconds: float) -> None:
        """Take how many seconds a body of the largest size may take."""
        self._seconds = seconds
        self._held = 0

    @asynccontextmanager
    async def whole(self, request: web.Request) -> AsyncIterator[bytes]:
        """Read a body, and count its bytes as held until the block ends.

        Raises:
            TooSlowError: It did not come in time.
            NoRoomError: It is large, and too much is held already.
            web.HTTPRequestEntityTooLarge: It is larger than any event.
        """
        body = bytearray()
        try:
            try:
                await self._read(request, body)
            except TimeoutError:
                raise TooSlowError from None
            yield bytes(body)
        finally:
            self._held -= len(body)

    async def _read(self, request: web.Request, body: bytearray) -> None:
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(began + self._seconds * _SMALL_SHARE) as patience:
            while chunk := await request.content.readany():
                body.extend(chunk)
                self._held += len(chunk)
                if len(body) > LARGEST:
                    raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
                if len(body) > _SMALL:
                    if self._held > _MOST_BYTES:
                        raise NoRoomError
                    patience.reschedule(began + self._seconds)
