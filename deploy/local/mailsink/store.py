"""Decides where each address' mailbox is, and which of its messages came more than once."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from deploy.local.mailsink.mailbox import INDEX, Mailbox, header

LONGEST_FOLDER = 200


class MailStore:
    """All mailboxes below one folder; used from one event loop, so that no lock is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mailboxes: dict[str, Mailbox] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for index in sorted(folder.glob(f"*/{INDEX}")):
            address = str(json.loads(index.read_text())["address"])
            self._mailboxes[address] = Mailbox(address, index.parent)

    def mailbox(self, address: str) -> Mailbox:
        """The mailbox of an address, made when it does not exist: the sink knows every address."""
        known = normal(address)
        if known not in self._mailboxes:
            self._mailboxes[known] = Mailbox(known, self._folder / _folder_name(known))
        return self._mailboxes[known]

    def existing(self, address: str) -> Mailbox | None:
        """The mailbox of an address that got mail or was opened before."""
        return self._mailboxes.get(normal(address))

    def __iter__(self) -> Iterator[Mailbox]:
        return iter(sorted(self._mailboxes.values(), key=lambda mailbox: mailbox.address))


def normal(address: str) -> str:
    """An address as the sink compares it: without spaces around it, lower case."""
    return address.strip().lower()


def repeated(mailbox: Mailbox) -> frozenset[str]:
    """The Message-IDs that arrived more than once in a mailbox."""
    counts = Counter(header(message.headers, "Message-ID") for message in mailbox.messages.values())
    return frozenset(known for known, count in counts.items() if known and count > 1)


def _folder_name(address: str) -> str:
    name = quote(address, safe="@+-_.=")
    return name if len(name) <= LONGEST_FOLDER else hashlib.sha256(address.encode()).hexdigest()
