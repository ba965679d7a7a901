"""The rooms' clocks, which local rooms tell."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from cli import words
from cli.doctor.findings import Finding, note, wrong
from cli.rooms import Rooms
from services.kit.calendar import rome_date
from services.kit.wire import from_duration, from_timestamp

_TOGETHER = timedelta(seconds=2)


@dataclass(frozen=True)
class RoomClock:
    """A room's time, where it tells it (local mode).

    Attributes:
        room: Its name.
        now: By its clock.
        offset: How far it is ahead of real time.
    """

    room: str
    now: datetime
    offset: timedelta


async def read_clocks(rooms: Rooms, healthy: Sequence[str]) -> list[RoomClock]:
    """Ask the rooms that have a movable clock; production has none."""
    return [clock for clock in await asyncio.gather(*(_read(rooms, room) for room in healthy)) if clock]


def now(clocks: Sequence[RoomClock]) -> datetime:
    """The installation's time."""
    return clocks[0].now if clocks else datetime.now(UTC)


async def today(rooms: Rooms, room: str) -> date:
    """The day in Rome by a room's clock, which a demo has moved."""
    return rome_date(now(await read_clocks(rooms, [room])))


def moved(clocks: Sequence[RoomClock]) -> bool:
    """Whether the installation's time is not real."""
    return any(clock.offset for clock in clocks)


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
                f"the clock was moved: it is {words.span(ahead)} ahead of real time, dates in mails and documents too",
                "That is as wanted in a demo; a fresh CASELLA_VAR folder begins at real time",
            )
        ]
    return []


async def _read(rooms: Rooms, room: str) -> RoomClock | None:
    stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(rooms.channel(room))
    try:
        clock = await stub.GetClock(clock_pb2.GetClockRequest())
    except grpc.aio.AioRpcError:
        return None
    return RoomClock(room, from_timestamp(clock.now), from_duration(clock.offset))
