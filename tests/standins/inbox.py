"""An inbox of the mail sink as tests use it: letters in by SMTP, out by IMAP."""

import smtplib
from email.message import EmailMessage

from imap_tools import MailboxLoginError, MailBoxUnencrypted

from tests.standins.processes import Process

PASSWORD = "reader"
SECONDS_TO_ARRIVE = 30


def letter(subject: str, to: str, body: str = "Buongiorno") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Casella <assistenza@casella.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    message.set_content(body)
    return message


def send(sink: Process, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port("CASELLA_MAILSINK_SMTP_LISTEN")) as client:
        for message in messages:
            client.send_message(message)


def open_inbox(sink: Process, address: str, password: str = PASSWORD) -> MailBoxUnencrypted:
    box = MailBoxUnencrypted("127.0.0.1", sink.port("CASELLA_MAILSINK_IMAP_LISTEN"))
    try:
        return box.login(address, password)
    except MailboxLoginError:
        box.client.shutdown()
        raise


def wait_for(box: MailBoxUnencrypted, wanted: int) -> None:
    """Wait until the inbox holds so many messages."""
    for _ in range(SECONDS_TO_ARRIVE):
        if len(box.uids()) >= wanted:
            return
        box.idle.wait(1)
    raise AssertionError(f"{wanted} messages were expected, {len(box.uids())} came")
