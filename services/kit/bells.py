"""How the loops of a process wait: a bell wakes them at once, a slow poll catches what other processes have done."""

import asyncio
from enum import StrEnum


class Kind(StrEnum):
    """What is written to leave a room, as `outbox.kind` has it; each has a bell, and a loop that carries it on."""

    WAKE = "wake"
    MAIL = "mail"
    EVENT = "event"


class Bell:
    """Rings for every loop that waits for one kind of row; each has an event of its own, so that none misses a ring.

    Attributes:
        rings: How often it has rung.
    """

    def __init__(self) -> None:
        """Begin without listeners."""
        self.rings = 0
        self._events: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """A new event that is set at every ring; its owner clears it before it looks."""
        event = asyncio.Event()
        self._events.append(event)
        return event

    def forget(self, event: asyncio.Event) -> None:
        """Ring no more for a listener that has left."""
        self._events.remove(event)

    def ring(self) -> None:
        """Set every event."""
        self.rings += 1
        for event in self._events:
            event.set()


async def rung(bell: asyncio.Event, seconds: float) -> None:
    """Wait until a bell rings, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
