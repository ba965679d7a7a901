"""Hashes mailbox passwords in the form that Dovecot reads, in a pool of two threads."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from argon2 import PasswordHasher, Type

SHORTEST: Final = 10
LONGEST: Final = 200
"""Bounds the work that a request can ask for; both are in characters, as the proto says."""

_SCHEME: Final = "{ARGON2ID}"
"""Dovecot's name of the scheme, before the hash in its passdb."""

_THREADS: Final = 2
"""Blocks of 19 MiB stay in the C library's arenas for good, one a thread: two threads bound them."""


class MailboxPasswords:
    """The pool that hashes; a context manager, because its threads must end with the process's work."""

    def __init__(self) -> None:
        # OWASP's parameters of argon2id, the same as the panel login's: 19 MiB, two passes, one lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")

    def __enter__(self) -> Self:
        """Gives the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the threads after the hash they are at."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Hashes a password as `{ARGON2ID}$argon2id$…`.

        The text is composed first (NFC): mail programs send the composed form of "è" whatever the panel's keyboard
        made of it.
        """
        composed = unicodedata.normalize("NFC", password)
        hashed = await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, composed)
        return _SCHEME + hashed
