"""Decides what a message in the certified mailbox is, and who certifiably sent it.

Certified mail (PEC) arrives in an envelope that the provider signs: `daticert.xml` says what it is and who sent it,
`postacert.eml` holds the original. The From line proves nothing, and only the envelope's own parts are looked at: a
stranger may well put a `daticert.xml` inside an ordinary message. Source: D.M. 2 November 2005, technical rules.
"""

import email
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from enum import StrEnum

from lxml import etree

from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml

_CERTIFICATE = "daticert.xml"
_ORIGINAL = "postacert.eml"
_TRANSPORT = "posta-certificata"

# What the provider itself writes about our own messages: that they were taken, delivered or not. No word of the SdI.
_PROVIDER_NOTICES = frozenset(
    {
        "accettazione",
        "non-accettazione",
        "presa-in-carico",
        "avvenuta-consegna",
        "errore-consegna",
        "preavviso-errore-consegna",
        "rilevazione-virus",
    }
)


class EnvelopeKind(StrEnum):
    """What a message is."""

    TRANSPORT = "transport"
    PROVIDER_NOTICE = "provider_notice"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as its envelope describes it.

    Attributes:
        kind: What it is.
        sender: Certified sender in lower case, of a notice that of its subject; empty where nothing certifies one.
        notice: The provider's word for its notice, for example "accettazione".
        attachments: Name and bytes of the files in the original message, which a notice of delivery brings along.
        about: The subject of the original message.
        at: When the provider did what it certifies; None where that cannot be read.
    """

    kind: EnvelopeKind
    sender: str = ""
    notice: str = ""
    attachments: tuple[tuple[str, bytes], ...] = ()
    about: str = ""
    at: datetime | None = None


def open_envelope(raw: bytes) -> Envelope:
    """Reads a message of the certified mailbox.

    Never fails: what it does not understand is UNKNOWN, so that one strange message cannot stop the mailbox. It is read
    by the library's older policy: the newer one parses a header anew at each look, which is ten times as dear.

    Args:
        raw: The message as it came, RFC 5322.
    """
    message = email.message_from_bytes(raw)
    parts = _own_parts(message)
    certificate = _certificate(parts)
    if certificate is None:
        return Envelope(EnvelopeKind.UNKNOWN)
    kind, original = certificate.get("tipo", ""), _original(parts)
    sender = (certificate.findtext("intestazione/mittente") or "").strip().lower()
    attached = () if original is None else tuple(_attachments(original))
    about, at = (certificate.findtext("intestazione/oggetto") or "").strip(), _instant(certificate)
    if kind in _PROVIDER_NOTICES:
        return Envelope(EnvelopeKind.PROVIDER_NOTICE, sender, kind, attached, about, at)
    if kind != _TRANSPORT or original is None:
        return Envelope(EnvelopeKind.UNKNOWN)
    return Envelope(EnvelopeKind.TRANSPORT, sender, "", attached, about, at)


def _instant(certificate: etree._Element) -> datetime | None:
    """When the provider did it: day, hour and zone stand apart."""
    told = certificate.find("dati/data")
    if told is None:
        return None
    written = f"{told.findtext('giorno')} {told.findtext('ora')} {told.get('zona')}"
    try:
        return datetime.strptime(written, "%d/%m/%Y %H:%M:%S %z")
    except ValueError:
        return None


def _own_parts(message: Message) -> list[Message]:
    """The parts of the envelope itself: of the signed container and the mixed one in it, never of a nested message."""
    parts: list[Message] = []
    for part in _subparts(message):
        parts += _subparts(part) if part.get_content_type() == "multipart/mixed" else [part]
    return parts


def _subparts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _certificate(parts: list[Message]) -> etree._Element | None:
    for part in parts:
        if _name(part) == _CERTIFICATE:
            try:
                root = parse_xml(_content(part))
            except UnreadableXml:
                return None
            return root if root.tag == "postacert" else None
    return None


def _original(parts: list[Message]) -> Message | None:
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            nested = _subparts(part)
            return nested[0] if nested else None
        if _name(part) == _ORIGINAL:
            return email.message_from_bytes(_content(part))
    return None


def _attachments(original: Message) -> list[tuple[str, bytes]]:
    return [(_name(part), _content(part)) for part in original.walk() if not part.is_multipart() and _name(part)]


def _name(part: Message) -> str:
    """The name of a file, also where a mail program has written it in encoded words (RFC 2047)."""
    written = part.get_filename() or ""
    try:
        return str(make_header(decode_header(written))).strip()
    except (HeaderParseError, LookupError, ValueError):
        return written.strip()


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
