"""Decides what a message in the certified mailbox is, and who certifiably sent it.

Certified mail (PEC) arrives in an envelope that the provider signs: `daticert.xml` says what it is and who sent it,
`postacert.eml` holds the original. The From line proves nothing, and only the envelope's own parts are looked at: a
stranger may well put a `daticert.xml` inside an ordinary message. Source: D.M. 2 November 2005, technical rules.

Anybody may send certified mail, so a message is work that a stranger gives us: what it may cost is bounded before the
library looks at it, and what is in the original is opened only for a sender that somebody waits for.
"""

import email
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from enum import StrEnum

from lxml import etree

from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml
from services.kit.logs import class_name

_LOG = logging.getLogger(__name__)

_CERTIFICATE = "daticert.xml"
_ORIGINAL = "postacert.eml"
_TRANSPORT = "posta-certificata"

_LARGEST_MESSAGE = 32 * 1024 * 1024
"""Bytes. The SdI's largest file is 5 MB, and a notice of delivery brings it along encoded once or twice."""
_MOST_LINES = 500_000
"""A message of that size in lines of 76 characters; the library looks at each line once for each part around it."""
_MOST_PARTS = 30
"""Parts of a message, and so how deeply they may be nested; a receipt has about ten."""
_LONGEST_HEADER = 2_000
"""Characters of a header that the library takes apart (`Content-...`): its time grows with their square."""

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
        attachments: Name and bytes of the files in the original message, which a notice of delivery brings along; none
            where nobody asked for those of its sender.
        about: The subject of the original message.
        at: When the provider did what it certifies; None where that cannot be read.
    """

    kind: EnvelopeKind
    sender: str = ""
    notice: str = ""
    attachments: tuple[tuple[str, bytes], ...] = ()
    about: str = ""
    at: datetime | None = None


class _Oversized(ValueError):
    """A message is larger, longer or deeper than any that Casella waits for."""


class _Bounded(Compat32):
    """The library's older policy, which refuses the headers that cost too much.

    The newer policy parses a header anew at each look, which is ten times as dear.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Takes a header as it came."""
        if sourcelines[0].lower().startswith("content-") and sum(map(len, sourcelines)) > _LONGEST_HEADER:
            raise _Oversized("a header is too long")
        return super().header_source_parse(sourcelines)


_POLICY = _Bounded()


def open_envelope(raw: bytes, wanted: Callable[[str], bool]) -> Envelope:
    """Reads a message of the certified mailbox.

    Never fails: what it does not understand is UNKNOWN, so that one strange message cannot stop the mailbox. It takes
    up to some seconds for a message made for that, so it belongs in a thread.

    Args:
        raw: The message as it came, RFC 5322.
        wanted: Says of a certified sender whether the files of the original message are looked at.
    """
    try:
        return _opened(raw, wanted)
    except Exception as error:  # noqa: BLE001  a stranger chose the bytes, and the library fails in many ways
        _LOG.warning("message of the certified mailbox not readable", extra={"ids": {"error": class_name(error)}})
        return Envelope(EnvelopeKind.UNKNOWN)


def _opened(raw: bytes, wanted: Callable[[str], bool]) -> Envelope:
    parts = _own_parts(_parsed(raw))
    certificate = _certificate(parts)
    if certificate is None:
        return Envelope(EnvelopeKind.UNKNOWN)
    kind = certificate.get("tipo", "")
    sender = (certificate.findtext("intestazione/mittente") or "").strip().lower()
    original = _original(parts)
    attached = tuple(_attachments(original)) if original is not None and wanted(sender) else ()
    about, at = (certificate.findtext("intestazione/oggetto") or "").strip(), _instant(certificate)
    if kind in _PROVIDER_NOTICES:
        return Envelope(EnvelopeKind.PROVIDER_NOTICE, sender, kind, attached, about, at)
    if kind != _TRANSPORT or original is None:
        return Envelope(EnvelopeKind.UNKNOWN)
    return Envelope(EnvelopeKind.TRANSPORT, sender, "", attached, about, at)


def _parsed(raw: bytes) -> Message:
    """The message in its parts.

    Raises:
        _Oversized: It is more than is read.
    """
    if len(raw) > _LARGEST_MESSAGE or max(raw.count(b"\n"), raw.count(b"\r")) > _MOST_LINES:
        raise _Oversized("too large")
    parts = 0

    def part() -> Message:
        nonlocal parts
        parts += 1
        if parts > _MOST_PARTS:
            raise _Oversized("too many parts")
        return Message()

    return email.message_from_bytes(raw, part, policy=_POLICY)


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
            return _parsed(_content(part))
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
