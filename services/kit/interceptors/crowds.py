"""Bounds how many calls of one process a room holds at once, those included whose answers it has not taken yet.

A gateway that has run wild, or reads no answer, uses up its own share; the worker's and everybody else's calls go on.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from services.kit.context import current_call
from services.kit.errors import RateLimited
from services.kit.interceptors.around import Before, Context

_MOST_OF_ONE_CALLER = 500
"""Far above what a process has at once: twenty orders in flight are some dozens. Each may hold an answer in memory."""
_RETRY_AFTER = timedelta(seconds=1)


class Crowds(Before):
    """Stands inside of ``Callers``, which says whose call it is."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._present = Counter[str]()

    async def before(self, method: str, context: Context) -> None:
        """Count the call until gRPC is done with it: an answer that nobody reads outlives its servicer."""
        caller = current_call().caller
        if self._present[caller] >= _MOST_OF_ONE_CALLER:
            raise RateLimited("too many calls at once", retry_after=_RETRY_AFTER)
        self._present[caller] += 1
        gone: Any = lambda _: self._present.subtract([caller])  # noqa: E731  its stub wants a class of its own
        context.add_done_callback(gone)
