"""Measures a room's rows now, and reads what Prometheus would."""

from prometheus_client import generate_latest

from services.kit.serving import measuring_of
from tests.support.room import TestRoom
from tests.support.scraping import Scrape


class Watched:
    """A room's metrics; made once a room."""

    def __init__(self, room: TestRoom) -> None:
        """Take the room."""
        self._measuring = measuring_of(room.core, room.room)
        self._registry = room.core.metrics.registry

    async def now(self) -> Scrape:
        """Measure and read."""
        await self._measuring.look()
        return Scrape(generate_latest(self._registry).decode())
