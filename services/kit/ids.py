"""How Casella names things: every id is made here, never by the database.

New rows get a UUID of version 7 (sorted in the order in which a process made them, so that indexes grow at one end and
rows of one moment keep their order); whatever must come out the same when a step is repeated gets a UUID of version 5
derived from business ids.
"""

import secrets
import time
from uuid import UUID, uuid5

_RANDOM_BITS = 74
_LOW_BITS = 62
"""Those of them behind the variant."""
_STEP = 1 << 32
"""How far at most the random bits rise between two ids of one millisecond."""

_NAMESPACE = UUID("6f1c9a52-6d0b-5a5e-9a64-0c4a5e11ab1e")
"""Root of all derived ids. Changing it makes every repeated step look new: never change it."""

_SEPARATOR = "\x1f"
"""Cannot occur in a business id, so that ("a", "b:c") and ("a:b", "c") stay different."""


class _Ascending:
    """Numbers of 48 bits of milliseconds and 74 random bits, each greater than the last (RFC 9562, 6.2, method 2)."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        if fresh <= self._last:  # the same millisecond, or a clock that was set back
            fresh = self._last + 1 + secrets.randbelow(_STEP)
        self._last = fresh
        return fresh


_ASCENDING = _Ascending()


def new_id() -> UUID:
    """Make a fresh UUID of version 7 (RFC 9562), greater than any that this process made before."""
    number = _ASCENDING.next()
    high, low = number >> _LOW_BITS, number & ((1 << _LOW_BITS) - 1)
    milliseconds, after_version = high >> 12, high & 0xFFF
    return UUID(int=milliseconds << 80 | 7 << 76 | after_version << 64 | 2 << _LOW_BITS | low)


def derive(*parts: str) -> UUID:
    """Make the one UUID (version 5) that belongs to these business ids, in this order.

    Args:
        parts: At least one text, for example ``("invoice", order_id)``. The first names the kind of thing.

    Raises:
        ValueError: No part, or a part that holds the separator (U+001F).
    """
    if not parts or any(_SEPARATOR in part for part in parts):
        raise ValueError("an id is derived from at least one part without control characters")
    return uuid5(_NAMESPACE, _SEPARATOR.join(parts))
