"""Ends the work a little before the caller stops waiting, so that the server can still say why it ran out of time.

A stream has no such end: it lives as long as its reader, who may set a deadline, which gRPC itself keeps.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.kit.errors import DeadlineExceeded
from services.kit.interceptors.around import Around, Behaviour, Context

LONGEST_SECONDS = 30.0
"""For callers that set no deadline; without it their work could pile up for ever."""
_KEPT_BACK_SHARE = 0.1
_KEPT_BACK_MOST = 0.25


class Deadlines(Around):
    """Refuses a call whose time is over and cancels one whose time runs out."""

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Run the call within its time less what is kept back for the answer."""
        remaining: float | None = context.time_remaining()  # None without a deadline, whatever its stub says
        seconds = LONGEST_SECONDS if remaining is None else min(remaining, LONGEST_SECONDS)
        allowed = seconds - min(seconds * _KEPT_BACK_SHARE, _KEPT_BACK_MOST)
        if allowed <= 0:
            raise DeadlineExceeded
        limit = asyncio.timeout(allowed)
        try:
            async with limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise DeadlineExceeded from None
            raise

    def stream(self, behaviour: Behaviour, method: str) -> Behaviour:
        """Leave streams alone."""
        return behaviour
