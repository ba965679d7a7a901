"""Decides what one client sees of the INBOX: its own message numbers, which change only when the client is told."""

import asyncio

from deploy.local.mailsink.imap.fetch import fetch, flag_list, wanted_items
from deploy.local.mailsink.imap.search import compile_search
from deploy.local.mailsink.imap.wire import BadCommand, Connection, Word, numbers, text
from deploy.local.mailsink.mailbox import Message
from deploy.local.mailsink.store import MailStore

KNOWN_CHARSETS = {"US-ASCII", "UTF-8"}
REFUSED = b"NO the folder is open for reading only"
FLAGS = b"\\Answered \\Flagged \\Deleted \\Seen \\Draft"


class OpenFolder:
    """The INBOX of one address as one client has it open."""

    def __init__(self, store: MailStore, address: str, connection: Connection, *, read_only: bool) -> None:
        self.changed = asyncio.Event()
        self._mailbox = store.mailbox(address)
        self._connection = connection
        self._read_only = read_only
        # A message's number is its position in this list of UIDs.
        self._known = sorted(self._mailbox.messages)
        self._mailbox.listeners.add(self.changed.set)

    def close(self) -> None:
        """Stop listening for new messages."""
        self._mailbox.listeners.discard(self.changed.set)

    def greet(self) -> bytes:
        """What SELECT and EXAMINE answer (RFC 3501, section 6.3.1)."""
        self._connection.send(b"* FLAGS (" + FLAGS + b")")
        self._connection.send(b"* OK [PERMANENTFLAGS (" + FLAGS + b" \\*)] kept")
        self._connection.send(b"* %d EXISTS" % len(self._known))
        self._connection.send(b"* 0 RECENT")
        self._connection.send(b"* OK [UIDVALIDITY %d] stable" % self._mailbox.uidvalidity)
        self._connection.send(b"* OK [UIDNEXT %d] next" % self._mailbox.next_uid)
        return b"OK [READ-ONLY] done" if self._read_only else b"OK [READ-WRITE] done"

    def tell_changes(self) -> None:
        """Tell what has gone and what is new, and renumber."""
        self.changed.clear()
        present = self._mailbox.messages
        for number in range(len(self._known), 0, -1):
            if self._known[number - 1] not in present:
                del self._known[number - 1]
                self._connection.send(b"* %d EXPUNGE" % number)
        new = sorted(present.keys() - set(self._known))
        if new:
            self._known += new
            self._connection.send(b"* %d EXISTS" % len(self._known))

    def expunge(self) -> bytes:
        """EXPUNGE: delete what is flagged so."""
        if self._read_only:
            return REFUSED
        self._mailbox.expunge()
        self.tell_changes()
        return b"OK done"

    def search(self, words: list[Word], *, by_uid: bool) -> bytes:
        """SEARCH, UID SEARCH."""
        if words and isinstance(words[0], str) and words[0].upper() == "CHARSET":
            if text(words[1]).upper() not in KNOWN_CHARSETS:
                return b"NO [BADCHARSET (US-ASCII UTF-8)] not this one"
            words = words[2:]
        test = compile_search(words, len(self._known), max(self._known, default=0))
        found = [message.uid if by_uid else number for number, message in self._messages() if test(number, message)]
        self._connection.send(b"* SEARCH" + b"".join(b" %d" % each for each in found))
        return b"OK done"

    async def fetch(self, words: list[Word], *, by_uid: bool) -> bytes:
        """FETCH, UID FETCH; reading a text marks it as seen unless it was peeked at."""
        items = wanted_items(words[1], with_uid=by_uid)
        for number, message in self._chosen(words[0], by_uid=by_uid):
            fetched = fetch(message, items)
            line = fetched.line
            if fetched.marks_seen and not self._read_only and "\\Seen" not in message.flags:
                self._mailbox.set_flags(message.uid, message.flags | {"\\Seen"})
                # FLAGS that were asked for are those after the reading.
                line = fetch(message, items).line if "FLAGS" in items else line + b" " + flag_list(message)
            self._connection.send(b"* %d FETCH (" % number + line + b")")
            await self._connection.flush()
        return b"OK done"

    def store(self, words: list[Word], *, by_uid: bool) -> bytes:
        """STORE, UID STORE."""
        if self._read_only:
            return REFUSED
        how = text(words[1]).upper()
        given = words[2] if isinstance(words[2], list) else words[2:]
        flags = frozenset(text(flag) for flag in given)
        for number, message in self._chosen(words[0], by_uid=by_uid):
            new = {"+": message.flags | flags, "-": message.flags - flags}.get(how[0], flags)
            self._mailbox.set_flags(message.uid, new)
            if not how.endswith(".SILENT"):
                uid = b"UID %d " % message.uid if by_uid else b""
                self._connection.send(b"* %d FETCH (" % number + uid + flag_list(message) + b")")
        return b"OK done"

    def _messages(self) -> list[tuple[int, Message]]:
        kept = self._mailbox.messages
        return [(number, kept[uid]) for number, uid in enumerate(self._known, 1) if uid in kept]

    def _chosen(self, expression: Word, *, by_uid: bool) -> list[tuple[int, Message]]:
        ranges = numbers(text(expression), max(self._known, default=0) if by_uid else len(self._known))
        chosen = [
            (number, message)
            for number, message in self._messages()
            if any((message.uid if by_uid else number) in part for part in ranges)
        ]
        if not chosen and not by_uid:
            raise BadCommand("there is no such message")
        return chosen
