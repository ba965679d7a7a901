"""Decides what the SdI takes from SMTP: mail to its own addresses, from a mailbox that can be answered, up to 30 MB."""

import asyncio
import logging
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local import any_login
from deploy.local.sdi.exchange import Attached, Exchange
from deploy.local.sdi.pec import Letter
from deploy.local.sdi.postman import Postman

LARGEST_MESSAGE = 30 * 1024 * 1024

logger = logging.getLogger(__name__)


class Door:
    """aiosmtpd's handler for the sender's PEC provider and the SdI behind it."""

    def __init__(self, exchange: Exchange, postman: Postman) -> None:
        self._exchange = exchange
        self._postman = postman

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only what is for the SdI."""
        if not envelope.mail_from:
            return "550 5.1.7 the SdI answers: a sender is needed"
        if not self._exchange.knows(address):
            return "550 5.1.1 no mailbox of the SdI; the first message goes to sdi01@pec.fatturapa.it"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message and its answers, then say 250 (or say nothing, if that was ordered)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = BytesParser(EmailMessage, policy=default).parsebytes(content)
        letter = Letter(
            sender=(envelope.mail_from or "").lower(),
            recipient=envelope.rcpt_tos[0].lower(),
            subject=" ".join(str(message.get("Subject", "")).split()),
            message_id=str(message.get("Message-ID", "")).strip(),
            content=content,
        )
        may_tell = self._exchange.take(letter, list(_files(message)))
        self._postman.wake()
        if not may_tell:
            logger.info("answer to SMTP withheld as ordered")
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
            return "421 4.3.0 the answer is lost as ordered"
        return "250 2.0.0 taken by the simulator of the SdI"


def smtp_session(exchange: Exchange, postman: Postman) -> SMTP:
    """The protocol of one connection."""
    return SMTP(
        Door(exchange, postman),
        data_size_limit=LARGEST_MESSAGE,
        hostname="sdi.localhost",
        ident="Casella SdI stand-in (simulator)",
        authenticator=any_login.accept,
        auth_require_tls=False,
    )


def _files(message: EmailMessage) -> Iterator[Attached]:
    for part in message.walk():
        name = part.get_filename()
        if name and not part.is_multipart():
            content = part.get_payload(decode=True)
            yield Attached(name.strip(), content if isinstance(content, bytes) else b"")
