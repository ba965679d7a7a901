"""What a customer reads of an email that ordering has written."""

import email
import email.message
import email.policy
import re

from tests.ordering.shop import Shop


async def only_mail(shop: Shop) -> tuple[str, str]:
    """Subject and text of the one mail in the outbox, runs of spaces as one."""
    (sent,) = await shop.room.mails()
    message = email.message_from_bytes(sent.eml, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    part = message.get_body(("plain",))
    assert isinstance(part, email.message.EmailMessage)
    await shop.room.empty_outbox()
    return str(message["Subject"]), re.sub(r"\s+", " ", part.get_content())
