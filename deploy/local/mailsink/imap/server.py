"""Decides how IMAP clients reach their sessions: plain TCP on loopback, one session a connection."""

import asyncio
import logging
from contextlib import suppress

from deploy.local.mailsink.imap.session import Session
from deploy.local.mailsink.imap.wire import LONGEST_LINE, Connection
from deploy.local.mailsink.store import MailStore

logger = logging.getLogger(__name__)


class ImapServer:
    """Accepts connections and closes them all at the end."""

    def __init__(self, store: MailStore, password: str) -> None:
        self._store = store
        self._password = password
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._accept, host, port, limit=LONGEST_LINE)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def stop(self) -> None:
        """Close the door, then every connection."""
        if self._server is not None:
            self._server.close()
        for session in tuple(self._sessions):
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(Connection(reader, writer)))
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await Session(connection, self._store, self._password).run()
        except Exception:
            # One client's surprise must not end the others'.
            logger.exception("an IMAP session failed")
        finally:
            await connection.close()
