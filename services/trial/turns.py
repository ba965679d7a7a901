"""Decides whose sign-up, or wish for a new link, is looked at next: those that count the same thing pass one by one.

They would wait for each other in the database otherwise (`counts.lock`, which still holds between two processes), each
with one of the room's ten connections, and sixty for one address would keep every login of other people out.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final

from services.kit.lines import Lines

_IN_LINE: Final = 50
"""Of one network, domain or person; a line of so many is done within a second or two."""

_RETRY_AFTER: Final = timedelta(seconds=2)


class Turns:
    """The lines in this process."""

    def __init__(self) -> None:
        """Begin with nobody in line."""
        self._lines: Lines[bytes] = Lines(_IN_LINE, "too many at once", _RETRY_AFTER)

    @asynccontextmanager
    async def of(self, hashes: Iterable[bytes]) -> AsyncIterator[None]:
        """Wait until nobody else counts any of these, in one order everywhere: two could wait for each other otherwise.

        Raises:
            RateLimited: Too many wait for one of them, whatever it is.
        """
        async with AsyncExitStack() as taken:
            for hash_ in sorted(set(hashes)):
                await taken.enter_async_context(self._lines.turn(hash_))
            yield
