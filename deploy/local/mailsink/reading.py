"""Decides how a message is shown to a person: its text, its HTML without anything active, its attachments."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import TypeAlias

from deploy.local.mailsink.mailbox import header

AnyMessage: TypeAlias = "Message[str, str]"
NEW_WINDOW = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part with a name, or a whole message inside the message."""

    number: int
    name: str
    content_type: str
    content: bytes


def body(message: EmailMessage, kind: str) -> str | None:
    """The body as `plain` or `html`; None where the message has no such part."""
    part = message.get_body((kind,))
    return _text(part) if part is not None else None


def safe_html(message: EmailMessage) -> str:
    """The HTML body with its inline pictures put in; links open in a new window.

    Scripts, forms and remote pictures are stopped by the Content-Security-Policy it is served with, not by editing.
    """
    html = body(message, "html") or ""
    for part in message.walk():
        name = header(part, "Content-ID").strip("<>")
        if name:
            data = base64.b64encode(_content(part)).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    at = head.end() if head else 0
    return html[:at] + NEW_WINDOW + html[at:]


def attachments(message: EmailMessage) -> list[Attachment]:
    """All attachments, those inside of attached messages included, in the order of the message."""
    found = enumerate(_attached(message), 1)
    return [Attachment(number, name, part.get_content_type(), _content(part)) for number, (name, part) in found]


def _attached(message: EmailMessage) -> Iterator[tuple[str, AnyMessage]]:
    for part in message.walk():
        name = part.get_filename()
        if name:
            yield name, part
        elif part.get_content_type() == "message/rfc822":
            yield "message.eml", part


def _content(part: AnyMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inside = part.get_payload()
        return b"".join(each.as_bytes() for each in inside if isinstance(each, Message))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: AnyMessage) -> str:
    try:
        return _content(part).decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return _content(part).decode("utf-8", "replace")
