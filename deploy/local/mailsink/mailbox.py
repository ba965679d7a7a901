"""Decides how one address' messages lie on the disk: a `.eml` file each, named by its UID, flags in a file beside it.

The files are the truth. A message is on the disk, with its folder entry, before SMTP says 250, because a sender
forgets what was accepted; UIDs only grow and UIDVALIDITY is made once, because a reader remembers both.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cached_property
from pathlib import Path

INDEX = "mailbox.json"


@dataclass
class Message:
    """One stored message; `received` is the stand-in's clock, UTC, whole seconds; `size` in bytes."""

    uid: int
    path: Path
    received: datetime
    size: int
    flags: frozenset[str] = frozenset()

    def content(self) -> bytes:
        """The message as stored, lines ending in CRLF."""
        return self.path.read_bytes()

    def head(self) -> bytes:
        """The header section with the empty line that ends it."""
        return self.content().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    @cached_property
    def headers(self) -> EmailMessage:
        """The header section alone, kept: lists and searches ask for it again and again."""
        return parse(self.head())


def parse(content: bytes) -> EmailMessage:
    """Read a message without ever refusing it: what is broken shows up as text."""
    return BytesParser(EmailMessage, policy=default).parsebytes(content)


def header(message: EmailMessage, name: str) -> str:
    """One header as a single line of text; a header too broken to read is told as such."""
    try:
        value = message[name]
    except (ValueError, LookupError, TypeError, AttributeError):
        return f"(unreadable {name})"
    return " ".join(str(value).split()) if value is not None else ""


class Mailbox:
    """The messages of one address, in the order of their UIDs."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.messages: dict[int, Message] = {}
        self.listeners: set[Callable[[], None]] = set()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        index = folder / INDEX
        known: dict[str, int] = json.loads(index.read_text()) if index.exists() else {}
        self.uidvalidity = known.get("uidvalidity") or max(1, int(datetime.now(UTC).timestamp()))
        self.next_uid = known.get("next_uid", 1)
        for path in sorted(folder.glob("*.eml")):
            self._load(path)
        self._write_index()

    def _load(self, path: Path) -> None:
        status, sidecar = path.stat(), path.with_suffix(".flags")
        flags = frozenset(sidecar.read_text().split()) if sidecar.exists() else frozenset()
        received = datetime.fromtimestamp(int(status.st_mtime), UTC)
        message = Message(int(path.stem), path, received, status.st_size, flags)
        self.messages[message.uid] = message
        self.next_uid = max(self.next_uid, message.uid + 1)

    def _write_index(self) -> None:
        index = {"address": self.address, "uidvalidity": self.uidvalidity, "next_uid": self.next_uid}
        write_durably(self._folder / INDEX, json.dumps(index).encode())

    def add(self, content: bytes, received: datetime) -> Message:
        """Store a message durably and tell whoever listens."""
        received = received.replace(microsecond=0)
        path = self._folder / f"{self.next_uid:08d}.eml"
        write_durably(path, content, received)
        message = Message(self.next_uid, path, received, len(content))
        self.next_uid += 1
        self.messages[message.uid] = message
        self._tell()
        return message

    def set_flags(self, uid: int, flags: frozenset[str]) -> None:
        """Replace the flags of one message."""
        message = self.messages[uid]
        message.flags = flags
        message.path.with_suffix(".flags").write_text(" ".join(sorted(flags)))

    def expunge(self) -> None:
        """Delete what is flagged as deleted."""
        gone = [uid for uid, message in self.messages.items() if "\\Deleted" in message.flags]
        if not gone:
            return
        # First the index: the highest UID must not come back when its file is gone.
        self._write_index()
        for uid in gone:
            path = self.messages.pop(uid).path
            path.unlink(missing_ok=True)
            path.with_suffix(".flags").unlink(missing_ok=True)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()


def write_durably(path: Path, content: bytes, modified: datetime | None = None) -> None:
    """Write a file so that it is whole or absent after a crash, its name and its time included."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        if modified is not None:
            os.utime(file.fileno(), (modified.timestamp(), modified.timestamp()))
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
