"""What every room is made of: clock, database, requests, keys. Built once in its ``__main__`` and handed down."""

from dataclasses import dataclass

from services.kit.clock import Clock, OffsetClock, SystemClock, read_offset
from services.kit.database import Database
from services.kit.metrics import Metrics
from services.kit.requests import Requests
from services.kit.settings import RoomSettings
from services.kit.tokens import AccessTokenVerifier
from services.kit.tracing import Tracing, tracing_of


@dataclass(frozen=True, slots=True)
class Core:
    """The parts that a room's own code is built on."""

    room: str
    settings: RoomSettings
    clock: Clock
    database: Database
    requests: Requests
    verifier: AccessTokenVerifier
    metrics: Metrics
    tracing: Tracing

    @classmethod
    def of(cls, room: str, settings: RoomSettings, clock: Clock | None = None) -> "Core":
        """Build the parts.

        Args:
            room: The room's name, which is its schema too.
            settings: From the environment.
            clock: A test's own clock; else the one that the mode asks for.
        """
        clock = clock or clock_of(settings)
        return cls(
            room,
            settings,
            clock,
            Database.connect(settings.database_url, room),
            Requests(settings.fingerprint_key, clock),
            AccessTokenVerifier.from_file(settings.token_public_key_file, clock),
            Metrics(room),
            tracing_of(settings, room),
        )


def clock_of(settings: RoomSettings) -> Clock:
    """The machine's clock in production; locally one that can be moved, at the offset that all processes share."""
    if not settings.local:
        return SystemClock()
    return OffsetClock(read_offset(settings.clock_file)) if settings.clock_file else OffsetClock()
