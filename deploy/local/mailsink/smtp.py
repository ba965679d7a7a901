"""Decides what happens to a message that arrives: all is accepted, for every recipient, and nothing is checked."""

import logging
from email.utils import format_datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local import any_login
from deploy.local.mailsink.store import MailStore, normal
from services.kit.clock import Clock

LARGEST_MESSAGE = 32 * 1024 * 1024
HOST = "mailsink.localhost"
IDENT = "Casella mail sink (simulator)"

logger = logging.getLogger(__name__)


class Sink:
    """aiosmtpd's handler: stores a message once for each recipient."""

    def __init__(self, store: MailStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store, then answer: what was answered 250 is on the disk."""
        del server
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        received = self._clock.now()
        stored = []
        for address in dict.fromkeys(normal(address) for address in envelope.rcpt_tos):
            trace = (
                f"Return-Path: <{envelope.mail_from or ''}>\r\n"
                f"Delivered-To: {address}\r\n"
                f"Received: from {session.host_name or 'unknown'} by {HOST} (Casella mail sink, simulator);\r\n"
                f"\t{format_datetime(received)}\r\n"
            )
            message = self._store.mailbox(address).add(trace.encode() + content, received)
            stored.append(str(message.uid))
            logger.info("message stored", extra={"ids": {"uid": message.uid, "bytes": message.size}})
        return f"250 2.0.0 stored as {', '.join(stored)}"


def smtp_session(store: MailStore, clock: Clock) -> SMTP:
    """The protocol of one connection."""
    return SMTP(
        Sink(store, clock),
        data_size_limit=LARGEST_MESSAGE,
        enable_SMTPUTF8=True,
        hostname=HOST,
        ident=IDENT,
        authenticator=any_login.accept,
        auth_require_tls=False,
    )
