"""Which emails the people of a story got: what an undisturbed play brought must come of one with kills, too."""

import re
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import aiohttp

from tests.e2e.waiting import PATIENCE_SECONDS, until

Letters = Counter[tuple[str, str]]
"""How many emails of a subject somebody got, by the name before the @ of their address and what `alike` leaves."""

_VARIES = re.compile(r"(\bil )?\S*\d\S*( \w+ \d{4})?")
"""A number, an amount or a date, which has another article on some days."""
_CERTIFIED = "@pec."
"""In the address of our certified mailbox, where the SdI and providers write: nobody of a story reads there."""
SPARED = {
    "*: *mancano ancora*": "short money that has become whole before the customer was told is not told of",
    "is_corrected: *nuova copia*": "the stand-in takes a file that came twice at its second word: nothing to correct",
    "leaves: *prova gratuita è terminata": "a trial that is extended before the customer was told has not ended",
}
"""Which emails depend on the moment, and why they need not come again, by story and subject."""


def alike(subject: str) -> str:
    """A subject without what differs from one play to the next."""
    return _VARIES.sub("…", subject)


def due(story: str, letters: Letters) -> Letters:
    """Those of a story that must come of each play."""
    spared = [who for who in letters if any(fnmatchcase(f"{story}: {who[1]}", each) for each in SPARED)]
    return letters - Letters({who: letters[who] for who in spared})


@dataclass
class Post:
    """The mail sink's page.

    Attributes:
        url: Its address.
        patience: For how many seconds an email may still be on its way.
    """

    url: str
    patience: float = PATIENCE_SECONDS

    async def addresses(self) -> frozenset[str]:
        """Whoever has ever got an email."""
        found = (await self._read("mailboxes"))["mailboxes"]
        return frozenset(address for address in found if _CERTIFIED not in address)

    async def letters(self, besides: frozenset[str]) -> Letters:
        """What all others got; what came again with the same Message-ID counts once."""
        found = Letters()
        for address in await self.addresses() - besides:
            messages = (await self._read("messages", address=address))["messages"]
            once = {each["message_id"]: alike(each["subject"]) for each in messages}
            found.update((address.partition("@")[0], subject) for subject in once.values())
        return found

    async def bring(self, expected: Letters, besides: frozenset[str]) -> None:
        """Come back once all of these are there.

        Raises:
            AssertionError: Some never came.
        """
        lost = expected

        async def look() -> bool | None:
            nonlocal lost
            lost = expected - await self.letters(besides)
            return None if lost else True

        try:
            await until(look, "emails", self.patience)
        except AssertionError:
            told = "; ".join(f"{count} of {subject!r} to {who}" for (who, subject), count in lost.items())
            raise AssertionError(f"emails that an undisturbed play brought never came: {told}") from None

    async def _read(self, what: str, **asked: str) -> dict[str, Any]:
        url = f"{self.url}/api/{what}"
        async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url, params=asked) as answer:
            found: dict[str, Any] = await answer.json()
            return found
