"""The rooms' clocks, and what does not leave the rooms by them: local rooms tell both."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from cli.doctor.findings import Finding, fine, note, wrong
from cli.rooms import Rooms
from services.kit.trouble import UNDELIVERED
from services.kit.wire import from_duration, from_timestamp

_TOGETHER = timedelta(seconds=2)


@dataclass(frozen=True)
class RoomClock:
    """A room's time and backlog, where it tells them (local mode).

    Attributes:
        room: Its name.
        now: By its clock.
        offset: How far it is ahead of real time.
        waiting: Rows that have not left it.
        oldest: When the oldest of them was written, by its clock.
    """

    room: str
    now: datetime
    offset: timedelta
    waiting: int = 0
    oldest: datetime | None = None


async def read_clocks(rooms: Rooms, healthy: Sequence[str]) -> list[RoomClock]:
    """Ask the rooms that have a movable clock; production has none, and its metrics tell the backlog."""
    return [clock for clock in await asyncio.gather(*(_read(rooms, room) for room in healthy)) if clock]


def now(clocks: Sequence[RoomClock]) -> datetime:
    """The installation's time."""
    return clocks[0].now if clocks else datetime.now(UTC)


def judge_clocks(clocks: Sequence[RoomClock]) -> list[Finding]:
    """Whether the clocks go together, and whether they were moved."""
    if not clocks:
        return []
    ahead = max(clock.offset for clock in clocks)
    late = [clock.room for clock in clocks if ahead - clock.offset > _TOGETHER]
    if late:
        return [
            wrong(
                f"the clocks differ: {', '.join(late)} {'is' if len(late) == 1 else 'are'} behind the others",
                "`casella clock advance 1m` sets all of them together",
            )
        ]
    if ahead:
        return [
            note(
                f"the clock was moved: it is {_span(ahead)} ahead of real time, dates in mails and documents too",
                "That is as wanted in a demo; a fresh CASELLA_VAR folder begins at real time",
            )
        ]
    return []


def judge_backlogs(clocks: Sequence[RoomClock]) -> list[Finding]:
    """Whether emails and wakes leave the rooms."""
    found = [
        wrong(
            f"{clock.room} holds {clock.waiting} emails or wakes, the oldest for {_span(clock.now - clock.oldest)}",
            f"The mail server or Temporal refuses them or is away: see the log of {clock.room}",
            "CasellaOutboxOld",
        )
        for clock in clocks
        if clock.waiting and clock.oldest and clock.now - clock.oldest > UNDELIVERED
    ]
    return found or ([fine("emails and wakes leave the services")] if clocks else [])


async def _read(rooms: Rooms, room: str) -> RoomClock | None:
    stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(rooms.channel(room))
    try:
        clock = await stub.GetClock(clock_pb2.GetClockRequest())
        backlog = (await stub.GetBacklog(clock_pb2.GetBacklogRequest())).backlog
    except grpc.aio.AioRpcError:
        return None
    oldest = from_timestamp(backlog.oldest) if backlog.HasField("oldest") else None
    return RoomClock(room, from_timestamp(clock.now), from_duration(clock.offset), backlog.outbox_rows, oldest)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in parts if count) or "less than a minute"
