"""Decides how certified mail (PEC) carries invoices to the SdI: SMTP out, IMAP in.

Read is by UID, never by the Seen flag: somebody who opens the mailbox in a webmail must not hide a receipt from us.
The IMAP client blocks, so it runs in a thread; each reading is a connection of its own.
"""

import asyncio
import imaplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, U
from imap_tools.errors import ImapToolsError

from services.invoicing.sdi.channel import ChannelUnavailableError, Incoming, OutgoingFile, Position
from services.kit import hooks

Tls = Literal["none", "starttls", "implicit"]


@dataclass(frozen=True, slots=True)
class PecAccount:
    """The certified mailbox and its servers.

    Attributes:
        address: The mailbox; also the user name at both servers.
        password: Its password.
        smtp_host, smtp_port, smtp_tls: Where mail is sent.
        imap_host, imap_port, imap_tls: Where it is read; no STARTTLS, PEC providers offer implicit TLS.
        timeout: Seconds for each step with a server.
    """

    address: str
    password: str
    smtp_host: str
    smtp_port: int
    smtp_tls: Tls
    imap_host: str
    imap_port: int
    imap_tls: Literal["none", "implicit"]
    timeout: float = 8.0


class PecChannel:
    """The SdI by certified mail."""

    def __init__(self, account: PecAccount) -> None:
        """Takes the mailbox; nothing is opened before the first use."""
        self._account = account

    async def send(self, file: OutgoingFile, recipient: str) -> None:
        """Sends one file as the attachment of one message.

        Raises:
            ChannelUnavailableError: The server did not answer or did not take the message.
        """
        account = self._account
        # Without TLS, which only the local stand-in has, there is nothing to log in to and no password to give away.
        encrypted = account.smtp_tls != "none"
        try:
            async with hooks.around("sdi.send"):
                await aiosmtplib.send(
                    _message(file, account.address, recipient),
                    sender=account.address,
                    recipients=[recipient],
                    hostname=account.smtp_host,
                    port=account.smtp_port,
                    username=account.address if encrypted else None,
                    password=account.password if encrypted else None,
                    use_tls=account.smtp_tls == "implicit",
                    start_tls=account.smtp_tls == "starttls",
                    timeout=account.timeout,
                )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ChannelUnavailableError(type(error).__name__) from error

    async def receive(self, after: Position, limit: int) -> list[Incoming]:
        """Reads messages with a higher UID than the last known one.

        Raises:
            ChannelUnavailableError: The server did not answer, or refused the login.
        """
        try:
            async with hooks.around("sdi.receipts"):
                return await asyncio.to_thread(self._read, after, limit)
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise ChannelUnavailableError(type(error).__name__) from error

    def _read(self, after: Position, limit: int) -> list[Incoming]:
        with self._logged_in() as mailbox:
            generation = mailbox.folder.status("INBOX", ["UIDVALIDITY"])["UIDVALIDITY"]
            last = after.last if generation == after.generation else 0
            # "n:*" always names the last message too, even where its UID is below n.
            uids = sorted(int(uid) for uid in mailbox.uids(AND(uid=U(str(last + 1), "*"))) if int(uid) > last)
            return [Incoming(Position(generation, uid), _fetch(mailbox, uid)) for uid in uids[:limit]]

    def _logged_in(self) -> BaseMailBox:
        mailbox = self._open()
        try:
            return mailbox.login(self._account.address, self._account.password)
        except BaseException:
            # Nobody else closes the connection of a login that failed.
            mailbox.client.shutdown()
            raise

    def _open(self) -> BaseMailBox:
        account = self._account
        if account.imap_tls == "none":
            return MailBoxUnencrypted(account.imap_host, account.imap_port, timeout=account.timeout)
        context = ssl.create_default_context()
        return MailBox(account.imap_host, account.imap_port, timeout=account.timeout, ssl_context=context)


def _fetch(mailbox: BaseMailBox, uid: int) -> bytes:
    """Reads a message's bytes as they are, without setting any flag (BODY.PEEK)."""
    _, answer = mailbox.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    for part in answer or []:
        if isinstance(part, tuple):
            return bytes(part[1])
    # Deleted by somebody between the search and now: an empty message keeps its place and is reported as unknown.
    return b""


def _message(file: OutgoingFile, sender: str, recipient: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = file.name
    message["Message-ID"] = file.message_id
    message.set_content(f"Trasmissione del file {file.name}.\n")
    message.add_attachment(file.content, maintype="application", subtype="xml", filename=file.name)
    return message
