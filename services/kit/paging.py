"""How a list goes on: a page token holds the sort values of the last entry shown, not its place.

So an entry that is added or removed between two pages neither repeats nor skips another one. A client takes the token
as it is; a token that was tampered with is a bad field, and as every query filters by owner it opens nothing.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit.validation import Violations

_SIZE, _TOKEN = "page.page_size", "page.page_token"
"""The paths of a ``PageRequest``'s fields; every list's request calls it ``page``."""

_LONGEST_TOKEN = 500
"""Characters: an address of 254 with room to spare, and too few to nest JSON as deep as Python's stack."""

_BIGGEST_NUMBER = 2**63 - 1

Entry = TypeVar("Entry")
Place = TypeVar("Place", str, int, UUID, tuple[datetime, UUID])


@dataclass(frozen=True, slots=True)
class Page(Generic[Place]):
    """The page that a request asks for."""

    after: Place | None
    """The sort values of the entry after which it begins; None for the first page."""
    size: int
    """How many entries it has at most."""

    @property
    def limit(self) -> int:
        """How many entries to read: one more than are shown tells whether there is a further page."""
        return self.size + 1

    def cut(self, found: Sequence[Entry], place: Callable[[Entry], Place]) -> tuple[Sequence[Entry], str]:
        """Take the page off what was read.

        Args:
            found: Up to ``limit`` entries, in the list's order.
            place: The sort values of an entry.

        Returns:
            The entries to show, and the token of the page after them; empty at the list's end.
        """
        shown = found[: self.size]
        return shown, page_token(place(shown[-1])) if len(found) > self.size else ""


def page_token(after: str | int | UUID | tuple[datetime, UUID]) -> str:
    """The token of the page that begins after an entry with these sort values."""
    match after:
        case (moment, entry_id):
            values = [moment.isoformat(), str(entry_id)]
        case _:
            values = [str(after)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def page_by_name(violations: Violations, message: common_pb2.PageRequest) -> Page[str]:
    """The page of a list that is sorted by a name."""
    return _page(violations, message, 1, lambda values: _printable(values[0]))


def page_by_id(violations: Violations, message: common_pb2.PageRequest) -> Page[UUID]:
    """The page of a list that is sorted by id: ids of version 7 follow the moment at which they were made."""
    return _page(violations, message, 1, lambda values: UUID(values[0]))


def page_by_number(violations: Violations, message: common_pb2.PageRequest) -> Page[int]:
    """The page of a list that is sorted by a number, for a query that takes it as a bigint."""
    return _page(violations, message, 1, lambda values: _countable(values[0]))


def page_by_moment(violations: Violations, message: common_pb2.PageRequest) -> Page[tuple[datetime, UUID]]:
    """The page of a list that is sorted by an instant, and by id where two instants are the same."""
    return _page(violations, message, 2, lambda values: (_instant(values[0]), UUID(values[1])))


def _page(
    violations: Violations, message: common_pb2.PageRequest, count: int, parse: Callable[[list[str]], Place]
) -> Page[Place]:
    size = violations.page_size(_SIZE, message.page_size)
    if not message.page_token:
        return Page(None, size)
    try:
        return Page(parse(_values(message.page_token, count)), size)
    except (ValueError, OverflowError):  # binascii's and json's errors and those of text in base64 are ValueErrors
        violations.add(_TOKEN, "not_a_page_token")
        return Page(None, size)


def _values(token: str, count: int) -> list[str]:
    if len(token) > _LONGEST_TOKEN:
        raise ValueError("no token of ours is so long")
    padded = token.encode("ascii") + b"=" * (-len(token) % 4)
    values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(values, list) or len(values) != count or not all(isinstance(value, str) for value in values):
        raise ValueError("these are not this list's sort values")
    return values


def _printable(name: str) -> str:
    """A name without control characters: PostgreSQL refuses a text with NUL in it."""
    if not name.isprintable():
        raise ValueError("this is not a name")
    return name


def _countable(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _BIGGEST_NUMBER:
        raise ValueError("PostgreSQL counts no such number")
    return number


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone is none")
    return instant.astimezone(UTC)
