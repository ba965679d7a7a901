"""The mails that a test finds in the outbox, as a mail program shows them."""

import email
import email.policy
from email.message import EmailMessage

from services.kit.mailer import Message
from tests.support.room import TestRoom


def read(message: Message) -> EmailMessage:
    return email.message_from_bytes(message.eml, policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def only_mail(room: TestRoom) -> EmailMessage:
    (message,) = await room.mails()
    return read(message)
