"""Lets those who want the same thing pass one by one within this process, before they take what others need too.

Whoever waited for a lock in the database would hold one of its few connections meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Generic, TypeVar

from services.kit.errors import RateLimited

Thing = TypeVar("Thing", bound=Hashable)


class _Line:
    """The line for one thing."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.length = 0


class Lines(Generic[Thing]):
    """A line for each thing that somebody wants, as long as somebody does."""

    def __init__(self, most: int, refusal: str, retry_after: timedelta) -> None:
        """Take how many may stand in one line, what one more hears, and when a full line is done."""
        self._most = most
        self._refusal = refusal
        self._retry_after = retry_after
        self._lines: dict[Thing, _Line] = {}

    @asynccontextmanager
    async def turn(self, thing: Thing) -> AsyncIterator[None]:
        """Wait for one's turn; it lasts until the block ends.

        Raises:
            RateLimited: Too many stand in this line.
        """
        line = self._lines.setdefault(thing, _Line())
        if line.length >= self._most:
            raise RateLimited(self._refusal, retry_after=self._retry_after)
        line.length += 1
        try:
            async with line.turn:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[thing]
