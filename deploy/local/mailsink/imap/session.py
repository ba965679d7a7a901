"""Decides what each IMAP command does: LOGIN, SELECT, SEARCH, FETCH, STORE, EXPUNGE and IDLE on one INBOX an address.

It is as much of RFC 3501 and RFC 2177 as a reader of one folder needs, and says BAD to the rest instead of guessing.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from deploy.local.mailsink.imap.folder import OpenFolder
from deploy.local.mailsink.imap.wire import BadCommand, Connection, Word, Words, text
from deploy.local.mailsink.store import MailStore

CAPABILITIES = b"CAPABILITY IMAP4rev1 IDLE LITERAL+ UNSELECT"
GREETING = b"* OK [" + CAPABILITIES + b"] Casella mail sink: this is a simulator"
# Before these nothing is told: numbers must not change under the first three (RFC 3501, section 7.4.1), and clients
# take the first line after IDLE for its "+".
NOT_TOLD_BEFORE = frozenset({"FETCH", "STORE", "SEARCH", "IDLE"})

BREATH_SECONDS = 0.03

logger = logging.getLogger(__name__)

Command: TypeAlias = Callable[[list[Word]], Awaitable[bytes]]


class Session:
    """One client from its greeting to its goodbye."""

    def __init__(self, connection: Connection, store: MailStore, password: str) -> None:
        self._connection = connection
        self._store = store
        self._password = password
        self._address: str | None = None
        self._folder: OpenFolder | None = None

    async def run(self) -> None:
        """Serve commands until the client leaves."""
        self._connection.send(GREETING)
        await self._connection.flush()
        try:
            while (line := await self._connection.command()) is not None:
                if not await self._answer(line):
                    return
        except BadCommand as bad:
            # The stream's position is lost here, so the only honest answer is goodbye.
            self._connection.send(f"* BYE {bad}".encode())
            await self._connection.flush()
        finally:
            self._leave()

    async def _answer(self, line: bytes) -> bool:
        tag, _, rest = line.partition(b" ")
        name, _, arguments = rest.partition(b" ")
        command = name.decode("latin-1").upper()
        try:
            words = Words(arguments).all()
            if command == "UID" and words:
                command = f"UID {text(words.pop(0)).upper()}"
            # Told before the command, so that a search counts what was told and an IDLE after it misses nothing.
            if self._folder is not None and command not in NOT_TOLD_BEFORE:
                self._folder.tell_changes()
            result = await self._handler(command)(words)
        except BadCommand as bad:
            result = f"BAD {bad}".encode()
        except IndexError:
            result = b"BAD an argument is missing"
        self._connection.send((tag or b"*") + b" " + result)
        await self._connection.flush()
        return command != "LOGOUT"

    def _handler(self, command: str) -> Command:
        anytime: dict[str, Command] = {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "LOGOUT": self._logout,
            "LOGIN": self._login,
        }
        logged_in: dict[str, Command] = {
            "SELECT": self._select,
            "EXAMINE": self._examine,
            "LIST": self._list,
            "STATUS": self._status,
        }
        if command in anytime:
            return anytime[command]
        if self._address is None:
            raise BadCommand("log in first")
        return logged_in.get(command) or self._in_folder(command)

    def _in_folder(self, command: str) -> Command:
        folder = self._folder
        if folder is None:
            raise BadCommand("this command is not known, or a folder must be selected first")
        by_uid = command.startswith("UID ")

        async def search(words: list[Word]) -> bytes:
            return folder.search(words, by_uid=by_uid)

        async def fetch(words: list[Word]) -> bytes:
            return await folder.fetch(words, by_uid=by_uid)

        async def store(words: list[Word]) -> bytes:
            return folder.store(words, by_uid=by_uid)

        async def expunge(_: list[Word]) -> bytes:
            return folder.expunge()

        async def close(_: list[Word]) -> bytes:
            folder.expunge()
            return await self._unselect([])

        async def idle(_: list[Word]) -> bytes:
            return await self._idle(folder)

        served: dict[str, Command] = {"SEARCH": search, "FETCH": fetch, "STORE": store}
        if not by_uid:
            served |= {"CHECK": self._noop, "EXPUNGE": expunge, "CLOSE": close, "IDLE": idle}
            served["UNSELECT"] = self._unselect
        handler = served.get(command.removeprefix("UID "))
        if handler is None:
            raise BadCommand(f"{command[:40]} is not served here")
        return handler

    async def _capability(self, _: list[Word]) -> bytes:
        self._connection.send(b"* " + CAPABILITIES)
        return b"OK done"

    async def _noop(self, _: list[Word]) -> bytes:
        return b"OK done"

    async def _logout(self, _: list[Word]) -> bytes:
        self._connection.send(b"* BYE until next time")
        return b"OK done"

    async def _login(self, words: list[Word]) -> bytes:
        address, password = text(words[0]), text(words[1])
        if not hmac.compare_digest(password.encode(), self._password.encode()) or "@" not in address:
            logger.warning("IMAP login refused")
            return b"NO [AUTHENTICATIONFAILED] address or password are wrong"
        self._address = address
        return b"OK [" + CAPABILITIES + b"] logged in"

    async def _select(self, words: list[Word]) -> bytes:
        return self._open(words, read_only=False)

    async def _examine(self, words: list[Word]) -> bytes:
        return self._open(words, read_only=True)

    def _open(self, words: list[Word], *, read_only: bool) -> bytes:
        self._leave()
        if text(words[0]).upper() != "INBOX" or self._address is None:
            return b"NO there is only INBOX"
        self._folder = OpenFolder(self._store, self._address, self._connection, read_only=read_only)
        return self._folder.greet()

    async def _list(self, words: list[Word]) -> bytes:
        line = b'(\\Noselect) "/" ""' if text(words[1]) == "" else b'(\\HasNoChildren) "/" INBOX'
        self._connection.send(b"* LIST " + line)
        return b"OK done"

    async def _status(self, words: list[Word]) -> bytes:
        if text(words[0]).upper() != "INBOX" or self._address is None:
            return b"NO there is only INBOX"
        mailbox = self._store.mailbox(self._address)
        values = {
            "MESSAGES": len(mailbox.messages),
            "RECENT": 0,
            "UIDNEXT": mailbox.next_uid,
            "UIDVALIDITY": mailbox.uidvalidity,
            "UNSEEN": sum("\\Seen" not in message.flags for message in mailbox.messages.values()),
        }
        asked = [text(word).upper() for word in words[1]]
        if not set(asked) <= set(values):
            raise BadCommand("a status item is not known")
        self._connection.send(f"* STATUS INBOX ({' '.join(f'{item} {values[item]}' for item in asked)})".encode())
        return b"OK done"

    async def _unselect(self, _: list[Word]) -> bytes:
        self._leave()
        return b"OK done"

    async def _idle(self, folder: OpenFolder) -> bytes:
        self._connection.send(b"+ idling")
        await self._connection.flush()
        # imap-tools waits for its socket: what comes in one breath with the "+" lies in its buffer and is overlooked.
        await asyncio.sleep(BREATH_SECONDS)
        done = asyncio.ensure_future(self._connection.command())
        try:
            while not done.done():
                folder.tell_changes()
                await self._connection.flush()
                changed = asyncio.ensure_future(folder.changed.wait())
                await asyncio.wait({done, changed}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
        finally:
            done.cancel()
        answer = done.result()
        return b"OK done" if answer is not None and answer.upper() == b"DONE" else b"BAD only DONE ends IDLE"

    def _leave(self) -> None:
        if self._folder is not None:
            self._folder.close()
        self._folder = None
