"""How Casella names things: every id is made here, never by the database.

New rows get a UUID of version 7 (sorted by time, so that indexes grow at one end); whatever must come out the same
when a step is repeated gets a UUID of version 5 derived from business ids.
"""

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f1c9a52-6d0b-5a5e-9a64-0c4a5e11ab1e")
"""Root of all derived ids. Changing it makes every repeated step look new: never change it."""

_SEPARATOR = "\x1f"
"""Cannot occur in a business id, so that ("a", "b:c") and ("a:b", "c") stay different."""


def new_id() -> UUID:
    """Make a fresh UUID of version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


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
