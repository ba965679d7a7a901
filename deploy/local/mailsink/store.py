"""Decides how the mail sink keeps messages: one folder an address, one `.eml` file a message, one index beside them.

The files are the truth. A message is on the disk, with its folder entry, before SMTP says 250, because a sender
forgets what was accepted; UIDs only grow and UIDVALIDITY is made once, because a reader remembers both.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import BaseHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from urllib.parse import quote

INDEX = "mailbox.json"
LONGEST_FOLDER = 200


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a message."""

    subject: str
    sender: str
    message_id: str


@dataclass(slots=True)
class Message:
    """One stored message; `received` is the stand-in's clock, UTC, whole seconds."""

    uid: int
    path: Path
    received: datetime
    size: int
    summary: Summary
    flags: set[str] = field(default_factory=set)

    def content(self) -> bytes:
        """The message as stored, lines ending in CRLF."""
        return self.path.read_bytes()

    def parsed(self) -> EmailMessage:
        """The message as the standard library reads it."""
        return parse(self.content())


def parse(content: bytes) -> EmailMessage:
    """Read a message without ever refusing it: what is broken shows up as text."""
    return BytesParser(EmailMessage, policy=default).parsebytes(content)


def header(message: EmailMessage, name: str) -> str:
    """One header as a single line of text; a header too broken to read is told as such."""
    try:
        value: BaseHeader | str | None = message[name]
    except (ValueError, IndexError, TypeError, AttributeError):
        return f"(unreadable {name})"
    return " ".join(str(value).split()) if value is not None else ""


class Mailbox:
    """The messages of one address, in the order of their UIDs."""

    def __init__(self, address: str, folder: Path, born: datetime) -> None:
        self.address = address
        self.folder = folder
        self.messages: dict[int, Message] = {}
        self.listeners: set[Callable[[], None]] = set()
        folder.mkdir(parents=True, exist_ok=True)
        index = self._read_index()
        self.uidvalidity = int(index.get("uidvalidity", max(1, int(born.timestamp()))))
        self.next_uid = int(index.get("next_uid", 1))
        self._load(index.get("flags", {}), index.get("received", {}))
        self._write_index()

    def _read_index(self) -> dict[str, dict[str, list[str]]]:
        path = self.folder / INDEX
        return json.loads(path.read_text()) if path.exists() else {}

    def _load(self, flags: dict[str, list[str]], received: dict[str, str]) -> None:
        for path in sorted(self.folder.glob("*.eml")):
            uid = int(path.stem)
            status = path.stat()
            when = received.get(str(uid))
            self.messages[uid] = Message(
                uid=uid,
                path=path,
                received=datetime.fromisoformat(when) if when else datetime.fromtimestamp(int(status.st_mtime), UTC),
                size=status.st_size,
                summary=_summary(path.read_bytes()),
                flags=set(flags.get(str(uid), ())),
            )
            # A crash between the message and the index must not give its UID out again.
            self.next_uid = max(self.next_uid, uid + 1)

    def _write_index(self) -> None:
        content = {
            "address": self.address,
            "uidvalidity": self.uidvalidity,
            "next_uid": self.next_uid,
            "flags": {str(uid): sorted(kept.flags) for uid, kept in self.messages.items() if kept.flags},
            "received": {str(uid): kept.received.isoformat() for uid, kept in self.messages.items()},
        }
        write_durably(self.folder / INDEX, json.dumps(content, indent=1).encode())

    def add(self, content: bytes, received: datetime) -> Message:
        """Store a message durably and tell whoever listens."""
        uid = self.next_uid
        self.next_uid += 1
        path = self.folder / f"{uid:08d}.eml"
        write_durably(path, content)
        message = Message(uid, path, received.replace(microsecond=0), len(content), _summary(content))
        self.messages[uid] = message
        self._write_index()
        self._tell()
        return message

    def set_flags(self, uid: int, flags: set[str]) -> None:
        """Replace the flags of one message."""
        self.messages[uid].flags = flags
        self._write_index()

    def expunge(self) -> list[int]:
        """Delete what is flagged as deleted; answers the UIDs."""
        gone = [uid for uid, message in self.messages.items() if "\\Deleted" in message.flags]
        for uid in gone:
            self.messages.pop(uid).path.unlink(missing_ok=True)
        if gone:
            self._write_index()
            self._tell()
        return gone

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()


class MailStore:
    """All mailboxes below one folder; used from one event loop, so that no lock is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mailboxes: dict[str, Mailbox] = {}
        self._holds: dict[str, asyncio.Event] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for index in sorted(folder.glob(f"*/{INDEX}")):
            address = str(json.loads(index.read_text())["address"])
            self._mailboxes[address] = Mailbox(address, index.parent, datetime.now(UTC))

    def mailbox(self, address: str) -> Mailbox:
        """The mailbox of an address, made when it does not exist: the sink knows every address."""
        known = address.strip().lower()
        if known not in self._mailboxes:
            self._mailboxes[known] = Mailbox(known, self._folder / _folder_name(known), datetime.now(UTC))
        return self._mailboxes[known]

    def existing(self, address: str) -> Mailbox | None:
        """The mailbox of an address that got mail or was opened before."""
        return self._mailboxes.get(address.strip().lower())

    def __iter__(self) -> Iterator[Mailbox]:
        return iter(sorted(self._mailboxes.values(), key=lambda mailbox: mailbox.address))

    def hold(self, address: str) -> None:
        """Let the next sender to this address wait for its answer, after the message is stored."""
        self._holds.setdefault(address.strip().lower(), asyncio.Event())

    def release(self, address: str) -> bool:
        """Let the held sender go; false where nothing was held."""
        held = self._holds.pop(address.strip().lower(), None)
        if held is not None:
            held.set()
        return held is not None

    def held(self, address: str) -> asyncio.Event | None:
        """What a sender to this address has to wait for."""
        return self._holds.get(address.strip().lower())


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent after a crash, its name included."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _folder_name(address: str) -> str:
    name = quote(address, safe="@+-_.=")
    return name if len(name) <= LONGEST_FOLDER else hashlib.sha256(address.encode()).hexdigest()


def _summary(content: bytes) -> Summary:
    message = parse(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return Summary(
        subject=header(message, "Subject"),
        sender=header(message, "From"),
        message_id=header(message, "Message-ID"),
    )
