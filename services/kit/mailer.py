"""How a mail becomes a message and leaves: one kept SMTP connection, a message that is the same each time it is built.

Message-ID and boundaries come from the mail's key and the date from its row, so that a repetition after a crash is
byte by byte the same message and the receiver can tell.

The copy that a room keeps is the same message with its secrets masked: who reads a database or its backup can neither
confirm an address nor open a payment page. The kept hash is of what was sent, so that a message which somebody shows
can be proved to be ours.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Any, Literal

import aiosmtplib

from services.kit.calendar import ROME
from services.kit.mail_params import Params
from services.kit.mail_templates import MailTemplates
from services.kit.message_ids import message_id
from services.kit.outbox import Mail

MASK = "***"
"""What stands in a kept copy for a secret: plain in a text and as the address of a link alike."""

_COMMAND_SECONDS = 15
_WHOLE_SECONDS = 45
"""Less than the database's limit for an idle transaction, which stays open until the relay has answered."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails go."""

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str = ""
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as it goes over the wire, and as it is kept."""

    message_id: str
    sender: str
    recipient: str
    eml: bytes
    kept: bytes
    """The same with its secrets masked; the same bytes where it has none."""

    @property
    def sha256(self) -> bytes:
        """The hash of what goes over the wire."""
        return hashlib.sha256(self.eml).digest()


class MailBuilder:
    """Makes the message of a mail."""

    def __init__(self, templates: MailTemplates, sender: str, room: str) -> None:
        """Take the room's templates, the From line (``Name <address>``) and the room's name for the Message-ID."""
        name, address = parseaddr(sender)
        self._templates = templates
        self._from = Address(name, addr_spec=address)
        self._room = room

    def build(self, mail: Mail, at: datetime) -> Message:
        """Make the message; the same mail and instant give the same bytes."""
        message = self._compose(mail, mail.params, at)
        eml = message.as_bytes()
        masked = {name: _masked(mail.params[name]) for name in mail.secret_params if mail.params[name]}
        kept = self._compose(mail, {**mail.params, **masked}, at).as_bytes() if masked else eml
        return Message(message["Message-ID"], self._from.addr_spec, mail.to, eml, kept)

    def _compose(self, mail: Mail, own: Params, at: datetime) -> EmailMessage:
        params = {"name": mail.name, **own}
        rendered = self._templates.render(mail.template, mail.language, params)
        message = EmailMessage(SMTP_POLICY)
        message["From"] = self._from
        message["To"] = Address(mail.name, addr_spec=mail.to)
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(at.astimezone(ROME))
        message["Message-ID"] = message_id(self._room, mail.key, self._from.domain)
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = mail.language
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        for attachment in mail.attachments:
            main, _, sub = attachment.mime_type.partition("/")
            message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
        _fix_boundaries(message, mail.key)
        return message


def _masked(secret: Any) -> str | list[str]:
    """The mask of a secret text; of a list of them, as many."""
    return MASK if isinstance(secret, str) else [MASK for _ in secret]


class Mailer:
    """Hands messages to the SMTP server, over one connection that is kept."""

    def __init__(self, server: SmtpServer) -> None:
        """Take the server; the first message connects."""
        self._server = server
        self._connection: aiosmtplib.SMTP | None = None
        self._turn = asyncio.Lock()

    async def send(self, message: Message) -> None:
        """Hand over a message; when this returns, the server has accepted it.

        Raises:
            aiosmtplib.SMTPException: The server refuses it or cannot be reached.
            TimeoutError: The server takes too long.
        """
        async with self._turn, asyncio.timeout(_WHOLE_SECONDS):
            kept = self._connection is not None
            try:
                await self._hand_over(message)
            except aiosmtplib.SMTPServerDisconnected:
                if not kept:
                    raise
                await self._hand_over(message)

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _hand_over(self, message: Message) -> None:
        try:
            connection = await self._connected()
            await connection.sendmail(message.sender, [message.recipient], message.eml)
        except BaseException:
            await self.close()
            raise

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._connection is None:
            server = self._server
            connection = aiosmtplib.SMTP(
                hostname=server.host, port=server.port, timeout=_COMMAND_SECONDS,
                use_tls=server.tls == "implicit", start_tls=server.tls == "starttls",
                tls_context=ssl.create_default_context() if server.tls != "none" else None,
                username=server.username or None, password=server.password,
            )  # fmt: skip
            await connection.connect()
            self._connection = connection
        return self._connection


def is_permanent(error: BaseException) -> bool:
    """Whether the server will refuse this message again, however often it is sent (SMTP 5xx)."""
    codes = [error.code] if isinstance(error, aiosmtplib.SMTPResponseException) else []
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
    return bool(codes) and all(500 <= code < 600 for code in codes)  # noqa: PLR2004  RFC 5321


def _fix_boundaries(message: EmailMessage, key: str) -> None:
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{digest}_{number}")
