"""What serves the application: bounds on many, silent and slow visitors, and plain words for what is no HTTP at all."""

import asyncio
import logging
import socket
from typing import cast

from aiohttp import web

from gateway.pages import HEADERS

_DRAIN_SECONDS = 5.0
_MOST_CONNECTIONS = 2_000
"""At once; one more is closed unheard. Each may hold twice the bytes below until somebody reads its body."""
_UNREAD_BYTES = 16 * 1024
_KEEP_ALIVE_SECONDS = 15.0
"""How long a silent connection stays open between two requests; the library's own bound is an hour."""
_UNREAD_SECONDS = 20.0
"""How long a visitor may take nothing of an answer: it would wait for them for ever, and hold its connection."""
_LINGER_SECONDS = 2.0
"""How long the rest of a body that nobody wants is still read, so that its sender hears why."""

logger = logging.getLogger(__name__)


class _Connection(web.RequestHandler):
    """A visitor's connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close one too many; have the kernel end others (RFC 5482) once a visitor stops reading: Linux alone can."""
        super().connection_made(transport)
        if self._manager is not None and len(self._manager.connections) > _MOST_CONNECTIONS:
            cast("asyncio.Transport", transport).abort()
            return
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            milliseconds = int(_UNREAD_SECONDS * 1000)
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what cannot be read as a request without repeating it, and without the name of the library.

        It reaches no application, so none of the application's headers come to it. Whatever fails in our own code goes
        the usual way, with its frames in the log.
        """
        if status >= web.HTTPInternalServerError.status_code:
            return super().handle_error(request, status, exc, message)
        if request.writer.output_size > 0:
            raise ConnectionError("half an answer has left already")
        logger.info("malformed request", extra={"ids": {"status": status}})
        answer = web.json_response({"error": "malformed"}, status=status, headers={**HEADERS, "Server": "gateway"})
        answer.force_close()
        return answer


class _Server(web.Server):
    """Makes a connection of ours for each visitor."""

    def __call__(self) -> _Connection:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # the library has no parameter for it
        return server


def make_runner(app: web.Application) -> web.AppRunner:
    """What serves the application."""
    return _Runner(
        app,
        access_log=None,
        shutdown_timeout=_DRAIN_SECONDS,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
        lingering_time=_LINGER_SECONDS,
        read_bufsize=_UNREAD_BYTES,
        auto_decompress=False,  # nobody who writes to us compresses, and a small body could become a huge one
    )
