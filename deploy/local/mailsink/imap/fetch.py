"""Decides what a FETCH answers: flags, dates, sizes and whole or partial texts; no BODYSTRUCTURE and no ENVELOPE."""

import re
from dataclasses import dataclass

from deploy.local.mailsink.imap.wire import BadCommand, Word, text
from deploy.local.mailsink.mailbox import Message

SECTION = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<section>[^\]]*)\](?:<(?P<start>\d+)\.(?P<count>\d+)>)?", re.IGNORECASE
)
MACROS: dict[str, list[Word]] = {"FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}
OLD_NAMES = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message's answer: what stands between the parentheses, and whether reading it makes it seen."""

    line: bytes
    marks_seen: bool


def wanted_items(word: Word, *, with_uid: bool) -> list[str]:
    """The items asked for; UID FETCH always answers the UID (RFC 3501, section 6.4.8)."""
    words = MACROS.get(word.upper(), [word]) if isinstance(word, str) else word
    items = [OLD_NAMES.get(text(item).upper(), text(item)) for item in words]
    if with_uid and "UID" not in [item.upper() for item in items]:
        items.insert(0, "UID")
    return items


def fetch(message: Message, items: list[str]) -> Fetched:
    """Answer the items of one message.

    Raises:
        BadCommand: an item is not served here.
    """
    parts = [_item(message, item) for item in items]
    sections = [SECTION.fullmatch(item) for item in items]
    return Fetched(b" ".join(parts), any(match is not None and not match["peek"] for match in sections))


def flag_list(message: Message) -> bytes:
    """The flags as FETCH and STORE answer them."""
    return b"FLAGS (" + " ".join(sorted(message.flags)).encode() + b")"


def _item(message: Message, item: str) -> bytes:
    match item.upper():
        case "UID":
            return b"UID %d" % message.uid
        case "FLAGS":
            return flag_list(message)
        case "RFC822.SIZE":
            return b"RFC822.SIZE %d" % message.size
        case "INTERNALDATE":
            return message.received.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S +0000"').encode()
    match = SECTION.fullmatch(item)
    if match is None:
        raise BadCommand(f"{item[:40]} is not served here")
    content = _section(message, match["section"])
    name = f"BODY[{match['section']}]".encode()
    if match["start"] is not None:
        start = int(match["start"])
        content = content[start : start + int(match["count"])]
        name += b"<%d>" % start
    return name + b" {%d}\r\n" % len(content) + content


def _section(message: Message, section: str) -> bytes:
    name = section.upper()
    if name == "":
        return message.content()
    if name == "HEADER":
        return message.head()
    if name == "TEXT":
        return message.content().partition(b"\r\n\r\n")[2]
    fields = re.fullmatch(r"HEADER\.FIELDS(\.NOT)? \(([^)]*)\)", name)
    if fields is None:
        raise BadCommand(f"section {section[:40]} is not served here")
    names = {field.strip('"') for field in fields[2].split()}
    lines = re.split(rb"\r\n(?![ \t])", message.head().removesuffix(b"\r\n\r\n"))
    chosen = [
        line for line in lines if (line.partition(b":")[0].decode("latin-1").upper() in names) == (fields[1] is None)
    ]
    return b"".join(line + b"\r\n" for line in chosen) + b"\r\n"
