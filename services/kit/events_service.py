"""Shows a room's events over gRPC: as a stream that stays open, and page by page."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from grpc.aio import ServicerContext
from sqlalchemy import Row

from casella.common.v1 import common_pb2, events_pb2, events_pb2_grpc
from services.kit.event_feed import EventFeed, Place
from services.kit.event_types import chosen, is_known
from services.kit.validation import Violations
from services.kit.wire import to_timestamp

Context = ServicerContext[Any, Any]

HEARTBEAT_SECONDS = 15.0
"""A reader that hears nothing for three times as long may take the stream for dead."""
MOST_TYPES = 50
_LONGEST_SEARCH = 20
"""Steps of the feed that one page looks through: the answer's cursor says how far it came."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader wants."""

    types: tuple[str, ...]
    account_id: UUID | None
    since: datetime | None

    @classmethod
    def parse(cls, violations: Violations, message: events_pb2.EventFilter) -> "Wanted":
        """A filter from a request."""
        types = checked_types(violations, "filter.types", message.types)
        account_id = violations.uuid("filter.account_id", message.account_id) if message.account_id else None
        since = None
        if message.HasField("since"):
            since = violations.instant("filter.since", message.since, required=False)
        return cls(types, account_id, since)

    def has(self, row: Row[Any]) -> bool:
        """Whether a row of the table is wanted."""
        return (
            chosen(self.types, row.type)
            and self.account_id in {None, row.account_id}
            and (self.since is None or row.occurred_at >= self.since)
        )


class EventsServicer(events_pb2_grpc.EventsServiceServicer):
    """`casella.common.v1.EventsService`, the same in every room."""

    def __init__(self, room: str, feed: EventFeed, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        """Take the room's name and feed."""
        self._room = room
        self._feed = feed
        self._heartbeat = heartbeat_seconds

    async def StreamEvents(
        self, request: events_pb2.StreamEventsRequest, context: Context
    ) -> AsyncIterator[events_pb2.StreamEventsResponse]:
        """Send what there is, then what happens, with a heartbeat when nothing was sent for a while."""
        violations = Violations()
        wanted = Wanted.parse(violations, request.filter)
        violations.check()
        silent_since = float("-inf")
        async for step in self._feed.follow(Place.parse(request.after), self._heartbeat):
            for row in filter(wanted.has, step.rows):
                yield events_pb2.StreamEventsResponse(event=to_event(row, self._room))
                silent_since = time.monotonic()
            if not step.full and time.monotonic() - silent_since >= self._heartbeat:
                heartbeat = events_pb2.Heartbeat(cursor=step.place.cursor)
                yield events_pb2.StreamEventsResponse(heartbeat=heartbeat)
                silent_since = time.monotonic()

    async def ListEvents(
        self, request: events_pb2.ListEventsRequest, context: Context
    ) -> events_pb2.ListEventsResponse:
        """Answer one page."""
        violations = Violations()
        wanted = Wanted.parse(violations, request.filter)
        most = violations.page_size("page_size", request.page_size)
        violations.check()
        place, found = Place.parse(request.after), list[Row[Any]]()
        for _ in range(_LONGEST_SEARCH):
            step = await self._feed.step(place)
            found += filter(wanted.has, step.rows)
            place = step.place
            if not step.full or len(found) >= most:
                break
        if len(found) > most:
            found = found[:most]
            place = Place.of(found[-1].position, found[-1].id)
        latest = await self._feed.latest()
        return events_pb2.ListEventsResponse(
            events=[to_event(row, self._room) for row in found], cursor=place.cursor, latest=latest.cursor
        )


def checked_types(violations: Violations, field: str, names: Any) -> tuple[str, ...]:
    """A choice of types and groups, each of which must be known; empty for all."""
    if len(names) > MOST_TYPES:
        violations.add(field, "too_many", limit=MOST_TYPES)
        return ()
    for number, name in enumerate(names):
        if not is_known(name):
            violations.add(f"{field}[{number}]", "not_a_choice")
    return tuple(dict.fromkeys(names))


def to_event(row: Row[Any], room: str) -> events_pb2.Event:
    """An event from its row."""
    facts = row.facts
    amount = facts["amount"]
    return events_pb2.Event(
        event_id=str(row.id),
        type=row.type,
        occurred_at=to_timestamp(row.occurred_at),
        account_id=str(row.account_id) if row.account_id else "",
        ids=facts["ids"],
        state=facts["state"].upper(),
        amount=common_pb2.Money(**amount) if amount else None,
        cause=facts.get("cause", "").upper(),
        room=room,
        position=row.position,
        cursor=Place.of(row.position, row.id).cursor,
    )
