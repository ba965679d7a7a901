"""Decides what names an email of ours: its Message-ID, by which a repetition is known, and a restore what had left."""

import re

from services.kit.ids import derive

_OURS = re.compile(rb"<[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}@[^<>\s@]{1,100}>")


def message_id(room: str, key: str, domain: str) -> str:
    """The Message-ID of a room's email, the same whenever it is built; with its angle brackets."""
    return f"<{derive('mail', room, key)}@{domain}>"


def ours_in(content: bytes) -> set[str]:
    """The Message-IDs of ours in a mail server's log or a message.

    Such a log names people beside them (``to=<anna@example.it>``), and other people's emails: these are left out.
    """
    return {found.decode() for found in _OURS.findall(content)}
