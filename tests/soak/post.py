"""Who has got mail since they were asked for last: a person looks at their documents when an email says so."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass
class Post:
    """The page of the local mail sink.

    Attributes:
        url: Its address.
    """

    url: str
    _counts: dict[str, int] = field(default_factory=dict)

    async def new(self) -> frozenset[str]:
        """The addresses with more messages than the last time."""
        counts: dict[str, int] = (await self._read("mailboxes"))["mailboxes"]
        grown = frozenset(address for address, count in counts.items() if count > self._counts.get(address, 0))
        self._counts = counts
        return grown

    async def letters(self, address: str) -> list[tuple[str, str]]:
        """Message-ID and subject of each message to an address, repetitions too."""
        messages = (await self._read("messages", address=address))["messages"]
        return [(each["message_id"], each["subject"]) for each in messages]

    async def _read(self, what: str, **asked: str) -> dict[str, Any]:
        url = f"{self.url}/api/{what}"
        async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url, params=asked) as answer:
            found: dict[str, Any] = await answer.json()
            return found
