"""Reads customers' inboxes at the mail sink over IMAP, as a person's mail program would."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from imap_tools import MailBoxUnencrypted

_POLL_SECONDS = 0.2
PATIENCE_SECONDS = 180.0
"""How long an email, or an answer, may take before it counts as missing: longer than a loaded machine needs."""


class NoSuchMail(Exception):
    """An email that should have come did not."""


@dataclass(frozen=True)
class Inbox:
    """The mail sink's IMAP server; every address has a mailbox there.

    Attributes:
        host: Where it listens.
        port: Its TCP port.
        password: The one secret that opens every mailbox of the local sink.
    """

    host: str
    port: int
    password: str

    async def messages(self, address: str) -> list[EmailMessage]:
        """All messages to an address, oldest first."""
        return [message_from_bytes(raw, policy=policy.default) for raw in await self.sources(address)]

    async def sources(self, address: str) -> list[bytes]:
        """All messages to an address byte for byte, oldest first."""
        return await asyncio.to_thread(self._read, address)

    async def wait_for(
        self, address: str, wanted: Callable[[EmailMessage], bool], what: str, seconds: float = PATIENCE_SECONDS
    ) -> EmailMessage:
        """Wait for a message.

        Args:
            address: Whose inbox.
            wanted: Tells the message.
            what: Its name in the error.
            seconds: How long to wait at most, real time.

        Raises:
            NoSuchMail: It has not come in time; the text lists what did.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            messages = await self.messages(address)
            found: EmailMessage | None = next(filter(wanted, reversed(messages)), None)
            if found is not None:
                return found
            if loop.time() > until:
                subjects = "; ".join(str(message["subject"]) for message in messages) or "nothing"
                raise NoSuchMail(f"{what} did not reach {address} within {seconds:.0f} s; there is: {subjects}")
            await asyncio.sleep(_POLL_SECONDS)

    def _read(self, address: str) -> list[bytes]:
        with MailBoxUnencrypted(self.host, self.port).login(address, self.password, initial_folder=None) as box:
            box.folder.set("INBOX", readonly=True)
            return [bytes(message.obj.as_bytes()) for message in box.fetch(mark_seen=False, bulk=True)]


def text_of(message: EmailMessage) -> str:
    """The text part of a message."""
    part = message.get_body(("plain",))
    return part.get_content() if part else ""


def link_in(message: EmailMessage, path: str) -> str:
    """The secret at the end of the first link with this path, for example ``/confirm/``.

    Raises:
        NoSuchMail: There is no such link.
    """
    found = re.search(rf"{re.escape(path)}([A-Za-z0-9_.~-]+)", text_of(message))
    if found is None:
        raise NoSuchMail(f"no link {path} in: {message['subject']}")
    return found[1]


def attachments_of(message: EmailMessage) -> dict[str, bytes]:
    """The attachments by name."""
    return {part.get_filename() or "": part.get_content() for part in message.iter_attachments()}
