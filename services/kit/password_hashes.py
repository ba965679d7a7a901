"""How passwords are hashed: argon2id in one pool of two threads, as slowly for an unknown address as for a known one.

Each hash takes 23 ms of CPU and 19 MiB: on the event loop it would hold up every other call, and in a pool without
bound a burst of logins would take the machine's memory. Whoever would wait too long in line is told to come back: a
line without end would keep everybody in it beyond their deadlines.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.kit.composed import composed
from services.kit.errors import RateLimited

_MEMORY_KIB = 19 * 1024
_TIME_COST = 2
_PARALLELISM = 1
"""OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane."""

_THREADS = 2
"""Blocks of this size stay in the C library's arenas, one a thread, for good: two bound them."""


_MOST_IN_LINE = 100
"""Passwords that wait or are hashed: little more than a second of work for two threads, where callers wait for five."""
_MOST_OF_ONE = 25
"""Of them, of one source that strangers share: four of its like are needed to keep others out for a moment."""

_RETRY_AFTER = timedelta(seconds=2)
"""By then a whole line is done."""


class PasswordHashes:
    """The pool that all hashing goes through. Use it as a context manager: leaving it ends the threads."""

    def __init__(self) -> None:
        """Make the pool, and the hash that unknown addresses are checked against."""
        self._hasher = PasswordHasher(
            time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=_PARALLELISM, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._nobodys = self._hasher.hash("nobody's password")
        self._in_line = 0
        self._sources: Counter[bytes] = Counter()

    def __enter__(self) -> Self:
        """Give the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads after the hash they are at."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    @contextmanager
    def place(self, source: bytes | None = None) -> Iterator[None]:
        """Stand in line until the block ends, however it ends.

        Taken before anything is counted, so that being sent away costs nobody an attempt.

        Args:
            source: Where somebody whom nobody knows yet comes from; one source may not fill the line.

        Raises:
            RateLimited: Too many stand there, of this source or of all.
        """
        if self._in_line >= _MOST_IN_LINE or (source is not None and self._sources[source] >= _MOST_OF_ONE):
            raise RateLimited("too many passwords at once", retry_after=_RETRY_AFTER)
        self._in_line += 1
        if source is not None:
            self._sources[source] += 1
        try:
            yield
        finally:
            self._in_line -= 1
            if source is not None:
                self._sources[source] -= 1
                self._sources += Counter()  # forgets those of whom nobody stands there any more

    async def hash(self, password: str) -> str:
        """Hash a new password, from a place in line; the result, ``$argon2id$…``, names its parameters and salt."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, composed(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell, from a place in line, whether a password is the one that was hashed.

        Args:
            stored: The stored hash; None for an unknown address, which takes the same time and is always False.
            password: As typed at the login.
        """
        matches = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._matches, stored or self._nobodys, composed(password)
        )
        return matches and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        """Check in a thread; the library says no by raising."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
