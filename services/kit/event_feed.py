"""The feed of a room's events: gives each its position and lets any number of readers follow.

A position is given when an event's transaction has committed, by one process at a time: what an insert's sequence would
number early and show late, after readers have passed it, cannot happen. Readers keep nothing here but their place: each
reads the table in steps when it is woken, so a slow one costs no memory.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row, bindparam, delete, func, select, text

from casella.common.v1 import errors_pb2
from services.kit.bells import Bell, Kind, rung
from services.kit.context import background
from services.kit.database import Database
from services.kit.errors import CasellaError
from services.kit.logs import class_name
from services.kit.operator_files import Section
from services.kit.tables import events

_LOG = logging.getLogger(__name__)
_MOVED_AT_ONCE = 200
_STEP = 500
"""Rows that a reader looks at in one query, whether its filter wants them or not."""

_CURSOR = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{12})")
_MARK = 12


class EventsPolicy(Section):
    """How long events are kept (`policy.yaml`, ``events``)."""

    kept_days: int = Field(90, ge=7, le=3650)


class CursorUnknown(CasellaError):
    """No event of this service has this cursor; it may be from before a restore."""

    reason = errors_pb2.REASON_CURSOR_UNKNOWN


class CursorTooOld(CasellaError):
    """Events after this cursor are no longer kept."""

    reason = errors_pb2.REASON_CURSOR_TOO_OLD


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which event a reader stands; the id's mark tells a position that was given twice, after a restore."""

    position: int = 0
    mark: str = ""

    @classmethod
    def parse(cls, cursor: str) -> "Place":
        """A place from the cursor that a reader brings; an empty one is the feed's beginning.

        Raises:
            CursorUnknown: It is none of ours.
        """
        if not cursor:
            return cls()
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise CursorUnknown
        return cls(int(found[1]), found[2])

    @classmethod
    def of(cls, position: int, event_id: UUID) -> "Place":
        """The place behind an event."""
        return cls(position, event_id.hex[-_MARK:])

    @property
    def cursor(self) -> str:
        """As readers get it."""
        return f"{self.position}-{self.mark}" if self.position else ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one query found."""

    rows: Sequence[Row[Any]]
    place: Place
    """The reader's place after them."""
    full: bool
    """Whether more may follow at once."""


class EventFeed:
    """A room's feed, in one process."""

    def __init__(self, database: Database, poll_seconds: float) -> None:
        """Take the room's database, and how often it is looked at for what other processes have done."""
        self._database = database
        self._poll = poll_seconds
        self._readers = Bell()
        self._newest = 0
        self._closed = False

    async def run(self) -> None:
        """Give positions until cancelled; when a commit in this process has written some, and at a slow poll."""
        bell = self._database.bells[Kind.EVENT].listen()
        while True:
            bell.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  the loop outlives a database that is away for a while
                _LOG.warning("events could not be looked for", extra={"ids": {"error": class_name(error)}})
                await asyncio.sleep(self._poll)
            await rung(bell, self._poll)

    async def look(self) -> None:
        """Give all waiting events their positions, and wake the readers if anybody has given some."""
        async with self._database.reading() as conn:
            waiting, newest = (await conn.execute(_LOOK)).one()
        while waiting:
            moved, newest = await self._move()
            waiting = moved == _MOVED_AT_ONCE
        if newest != self._newest:
            self._newest = newest
            self._readers.ring()

    async def _move(self) -> tuple[int, int]:
        """Move one batch: the lock is held to the commit, so positions become visible in their order.

        It is a lock of its own: the reconciler's is held through calls to Temporal, for which the feed must not wait.
        """
        with background("feed"):
            async with self._database.transaction() as conn:
                await conn.execute(_LOCK, {"key": f"casella events {self._database.schema}"})
                found = (await conn.execute(_MOVE, {"most": _MOVED_AT_ONCE})).scalars().all()
        return len(found), max(found, default=self._newest)

    async def follow(self, place: Place, heartbeat_seconds: float) -> AsyncIterator[Step]:
        """What comes after a place: at once what is there, then what happens, and an empty step on a quiet feed.

        Ends when the process stops.

        Raises:
            CursorUnknown: There is no such place.
            CursorTooOld: What came after it is no longer kept, or was deleted while the reader dawdled.
        """
        bell = self._readers.listen()
        try:
            while not self._closed:
                bell.clear()
                step = await self.step(place)
                place = step.place
                yield step
                if not step.full:
                    await rung(bell, heartbeat_seconds)
        finally:
            self._readers.forget(bell)

    async def step(self, place: Place) -> Step:
        """The next rows after a place, whatever they tell.

        Raises:
            CursorUnknown: There is no such place.
            CursorTooOld: What came after it is no longer kept.
        """
        async with self._database.reading() as conn:
            rows = (await conn.execute(_FROM, {"position": max(place.position, 1), "most": _STEP + 1})).all()
            if place.position:
                rows = _behind(rows, place)
        rows = rows[:_STEP]
        after = Place.of(rows[-1].position, rows[-1].id) if rows else place
        return Step(rows, after, len(rows) == _STEP)

    async def latest(self) -> Place:
        """The place behind the newest event of all."""
        async with self._database.reading() as conn:
            row = (await conn.execute(_LATEST)).first()
        return Place() if row is None else Place.of(row.position, row.id)

    def close(self) -> None:
        """Let every reader go: the process stops."""
        self._closed = True
        self._readers.ring()


def _behind(rows: Sequence[Row[Any]], place: Place) -> Sequence[Row[Any]]:
    """The rows without the place's own, which proves that the place is ours."""
    if rows and rows[0].position == place.position:
        if Place.of(rows[0].position, rows[0].id) != place:
            raise CursorUnknown
        return rows[1:]
    if rows and rows[0].position == place.position + 1:
        return rows  # its own row was the last that is no longer kept: nothing is missing
    if rows:
        raise CursorTooOld
    raise CursorUnknown


async def prune(database: Database, policy: EventsPolicy, now: datetime) -> int:
    """The daily job that forgets old events; the newest stays, because the next position follows from it.

    Returns:
        How many rows were deleted.
    """
    async with database.single() as conn:
        done = await conn.execute(_PRUNE, {"before": now - timedelta(days=policy.kept_days)})
    return done.rowcount


_LOOK = text("SELECT EXISTS (SELECT FROM outbox WHERE kind = 'event'), (SELECT coalesce(max(position), 0) FROM events)")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")

_MOVE = text("""
    WITH due AS (
        SELECT id, payload, created_at FROM outbox WHERE kind = 'event' ORDER BY created_at, id LIMIT :most
    ),
    gone AS (DELETE FROM outbox USING due WHERE outbox.id = due.id)
    INSERT INTO events (position, id, type, account_id, occurred_at, facts)
    SELECT (SELECT coalesce(max(position), 0) FROM events) + row_number() OVER (ORDER BY created_at, id),
        id, payload->>'type', (payload->>'account_id')::uuid, created_at, payload->'facts'
    FROM due
    RETURNING position
""")

_FROM = (
    select(events)
    .where(events.c.position >= bindparam("position"))
    .order_by(events.c.position)
    .limit(bindparam("most", type_=events.c.position.type))
)

_LATEST = select(events.c.position, events.c.id).order_by(events.c.position.desc()).limit(1)

_KEPT_FROM = func.coalesce(
    select(func.min(events.c.position)).where(events.c.occurred_at >= bindparam("before")).scalar_subquery(),
    select(func.max(events.c.position)).scalar_subquery(),
)

_PRUNE = delete(events).where(events.c.position < _KEPT_FROM)
"""By position, so that what is left has no gaps even where the clocks of two processes differ."""
