"""The feed: every event once and in order, whoever commits late, leaves, comes back or reads slowly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc.aio import Channel
from sqlalchemy import text

from casella.common.v1 import errors_pb2, events_pb2, events_pb2_grpc
from services.kit import event_feed
from services.kit.channels import open_channel
from services.kit.clock import OffsetClock
from services.kit.core import Core
from services.kit.database import Database, NoTransaction
from services.kit.errors import Refused
from services.kit.event_feed import EventFeed, EventsPolicy
from services.kit.event_types import TOLD, EventType, chosen, is_known
from services.kit.events import Event, tell
from services.kit.ids import new_id
from services.kit.money import Money
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from services.kit.wire import to_timestamp
from tests.support.room import caller_secret, room_settings

if TYPE_CHECKING:
    Stream = grpc.aio.UnaryStreamCall[events_pb2.StreamEventsRequest, events_pb2.StreamEventsResponse]
else:
    Stream = grpc.aio.UnaryStreamCall

ACCOUNT = new_id()


class Running:
    """A room that has nothing but its feed, on a channel as the gateway."""

    def __init__(self, server: Server, channel: Channel) -> None:
        self.server = server
        self.stub: events_pb2_grpc.EventsServiceAsyncStub = events_pb2_grpc.EventsServiceStub(channel)

    async def page(self, after: str = "", size: int = 0, **wanted: object) -> events_pb2.ListEventsResponse:
        filter_ = events_pb2.EventFilter(**wanted)  # type: ignore[arg-type]
        return await self.stub.ListEvents(events_pb2.ListEventsRequest(after=after, filter=filter_, page_size=size))

    def stream(self, after: str = "", **wanted: object) -> Stream:
        filter_ = events_pb2.EventFilter(**wanted)  # type: ignore[arg-type]
        return self.stub.StreamEvents(events_pb2.StreamEventsRequest(after=after, filter=filter_))


@pytest.fixture
async def room(kit_url: str, tmp_path: Path, clock: OffsetClock) -> AsyncIterator[Running]:
    async with _running(kit_url, tmp_path, clock) as running:
        yield running


class _running:  # noqa: N801  reads as a function
    """One process of the room, with its feed running."""

    def __init__(self, url: str, folder: Path, clock: OffsetClock) -> None:
        settings = RoomSettings(**{**room_settings(url, folder), "relay_poll_seconds": 0.1})
        self._core = Core.of("kit", settings, clock)
        self._folder = folder

    async def __aenter__(self) -> Running:
        self._server = Server(self._core, Room(services=[], templates=self._folder, task_queue="kit"))
        port = await self._server.start("127.0.0.1:0")
        await self._server.serving()
        self._feed = asyncio.create_task(self._server.feed.run())
        self._channel = open_channel(f"127.0.0.1:{port}", caller_secret("gateway"))
        return Running(self._server, self._channel)

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()
        await self._channel.close()
        self._feed.cancel()
        await asyncio.gather(self._feed, return_exceptions=True)
        await self._core.database.close()


async def _tell(database: Database, clock: OffsetClock, *types: EventType) -> None:
    async with database.transaction() as conn:
        for each in types:
            await tell(conn, _event(each), clock.now())


def _event(event_type: EventType) -> Event:
    return Event(event_type, ACCOUNT, {name: new_id() for name in TOLD[event_type].ids})


async def _events(stream: Stream, count: int) -> list[events_pb2.Event]:
    """The next events of a stream, heartbeats passed over."""
    found: list[events_pb2.Event] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            answer = await anext(aiter(stream))
            if answer.HasField("event"):
                found.append(answer.event)
    return found


async def _heartbeat(stream: Stream) -> str:
    async with asyncio.timeout(20):
        while not (answer := await anext(aiter(stream))).HasField("heartbeat"):
            pass
    return answer.heartbeat.cursor


def _types(found: Sequence[events_pb2.Event]) -> list[str]:
    return [event.type for event in found]


async def _refusal(stream: Stream) -> Refused:
    with pytest.raises(Refused) as refused:
        await anext(aiter(stream))
    return refused.value


async def test_an_event_that_commits_late_is_not_lost_to_a_reader_who_is_ahead(
    database: Database, clock: OffsetClock
) -> None:
    feed = EventFeed(database, 0.1)
    async with database.transaction() as early:
        await tell(early, _event(EventType.ORDER_PLACED), clock.now())
        await _tell(database, clock, EventType.TICKET_OPENED)
        await feed.look()
        ahead = await feed.step(event_feed.Place())
        assert [(row.position, row.type) for row in ahead.rows] == [(1, "ticket.opened")]
    await feed.look()
    late = await feed.step(ahead.place)
    assert [(row.position, row.type) for row in late.rows] == [(2, "order.placed")]


async def test_two_processes_that_give_positions_at_once_give_each_once(
    kit_url: str, database: Database, clock: OffsetClock
) -> None:
    other = Database.connect(kit_url, "kit")
    await _tell(database, clock, *[EventType.TICKET_OPENED] * 450)
    await asyncio.gather(*(EventFeed(each, 0.1).look() for each in (database, other) * 3))
    async with other.reading() as conn:
        positions = (await conn.execute(text("SELECT position FROM events ORDER BY 1"))).scalars().all()
        assert positions == list(range(1, 451))
        assert (await conn.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
    await other.close()


async def test_nothing_is_told_of_a_cause_that_was_rolled_back(database: Database, clock: OffsetClock) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as conn:
            await tell(conn, _event(EventType.ORDER_PLACED), clock.now())
            raise ZeroDivisionError
    with pytest.raises(NoTransaction):
        async with database.single() as conn:
            await tell(conn, _event(EventType.ORDER_PLACED), clock.now())
    feed = EventFeed(database, 0.1)
    await feed.look()
    assert (await feed.step(event_feed.Place())).rows == []


async def test_a_stream_brings_what_was_and_then_what_happens(
    room: Running, database: Database, clock: OffsetClock
) -> None:
    await _tell(database, clock, EventType.ORDER_PLACED)
    stream = room.stream()
    [placed] = await _events(stream, 1)
    assert (placed.type, placed.position, placed.account_id, placed.room) == ("order.placed", 1, str(ACCOUNT), "kit")
    assert list(placed.ids) == ["order_id"]
    await _tell(database, clock, EventType.ORDER_PAID, EventType.ORDER_EXPIRED)
    assert _types(await _events(stream, 2)) == ["order.paid", "order.expired"]


async def test_an_event_carries_its_state_and_amount(room: Running, database: Database, clock: OffsetClock) -> None:
    ids = {"payment_request_id": new_id(), "order_id": new_id()}
    async with database.transaction() as conn:
        event = Event(EventType.PAYMENT_COMPLETED, ACCOUNT, ids, state="paid", amount=Money(1220, "EUR"))
        await tell(conn, event, clock.now())
    [told] = await _events(room.stream(), 1)
    assert dict(told.ids) == {name: str(value) for name, value in ids.items()}
    assert (told.state, told.amount.minor, told.amount.currency) == ("PAID", 1220, "EUR")


@pytest.mark.parametrize(
    "wrong",
    [{"ids": {}}, {"ids": {"order_id": new_id(), "email": new_id()}}, {"state": "Anna Rossi"}, {"cause": "unpaid"}],
)
def test_an_event_says_only_what_its_type_announces(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"ids": {"order_id": new_id()}, "state": "open"}
    Event(EventType.ORDER_PLACED, ACCOUNT, **right)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"order\.placed"):
        Event(EventType.ORDER_PLACED, ACCOUNT, **{**right, **wrong})  # type: ignore[arg-type]


async def test_a_stream_goes_on_at_its_cursor_after_the_room_has_restarted(
    kit_url: str, tmp_path: Path, database: Database, clock: OffsetClock
) -> None:
    async with _running(kit_url, tmp_path, clock) as before:
        await _tell(database, clock, EventType.ORDER_PLACED, EventType.ORDER_PAID)
        stream = before.stream()
        [placed, _] = await _events(stream, 2)
    # The room has gone and the stream has ended by itself; meanwhile something happens, and nobody gives it a position.
    assert [answer async for answer in stream if answer.HasField("event")] == []
    await _tell(database, clock, EventType.ORDER_FULFILLED)
    async with _running(kit_url, tmp_path, clock) as after:
        again = await _events(after.stream(placed.cursor), 2)
    assert [(event.type, event.position) for event in again] == [("order.paid", 2), ("order.fulfilled", 3)]


async def test_a_filtered_reader_keeps_up_by_heartbeats(room: Running, database: Database, clock: OffsetClock) -> None:
    await _tell(database, clock, EventType.TICKET_OPENED, EventType.ORDER_PLACED, EventType.TICKET_CLOSED)
    await _events(room.stream(), 3)
    passed_over = await _heartbeat(room.stream(types=["trial.started"]))
    await _tell(database, clock, EventType.TRIAL_STARTED)
    [started] = await _events(room.stream(passed_over), 1)
    assert (started.type, started.position) == ("trial.started", 4)


async def test_a_page_is_filtered_by_type_account_and_time(
    room: Running, database: Database, clock: OffsetClock
) -> None:
    await _tell(database, clock, EventType.ORDER_PLACED, EventType.TICKET_OPENED)
    clock.offset += timedelta(days=1)
    await _tell(database, clock, EventType.ORDER_PAID)
    await _events(room.stream(), 3)
    assert _types((await room.page(types=["order.*"])).events) == ["order.placed", "order.paid"]
    assert _types((await room.page(types=["ticket.opened", "order.paid"])).events) == ["ticket.opened", "order.paid"]
    assert _types((await room.page(account_id=str(new_id()))).events) == []
    assert len((await room.page(account_id=str(ACCOUNT))).events) == 3
    assert _types((await room.page(since=to_timestamp(clock.now() - timedelta(hours=1)))).events) == ["order.paid"]


async def test_pages_follow_each_other_without_a_gap(room: Running, database: Database, clock: OffsetClock) -> None:
    await _tell(database, clock, *[EventType.TICKET_OPENED, EventType.ORDER_PLACED] * 600)
    await _events(room.stream(types=["order.placed"]), 600)
    cursor, positions = "", list[int]()
    while True:
        page = await room.page(cursor, 7 if len(positions) < 70 else 200, types=["order.placed"])
        positions += [event.position for event in page.events]
        cursor = page.cursor
        if cursor == page.latest:
            break
    assert positions == list(range(2, 1201, 2))


@pytest.mark.parametrize(
    "wanted",
    [
        {"types": ["order.plced"]},
        {"types": ["nobody.*"]},
        {"types": ["*"]},
        {"account_id": "anna"},
        {"since": Timestamp(seconds=1 << 40)},
    ],
)
async def test_a_filter_that_can_find_nothing_is_refused(room: Running, wanted: dict[str, object]) -> None:
    for refused in (
        await _refusal(room.stream(**wanted)),  # type: ignore[arg-type]
        await _page_refusal(room, **wanted),
    ):
        assert refused.reason == errors_pb2.REASON_INVALID_INPUT
        assert refused.violations[0].field.startswith("filter.")


async def _page_refusal(room: Running, **wanted: object) -> Refused:
    with pytest.raises(Refused) as refused:
        await room.page(**wanted)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize("cursor", ["7-0123456789ab", "1-0123456789ab", "1", "0-", "anna", "-1-0123456789ab", "9" * 70])
async def test_an_unknown_cursor_is_said_to_be_unknown(
    room: Running, database: Database, clock: OffsetClock, cursor: str
) -> None:
    await _tell(database, clock, EventType.ORDER_PLACED)
    await _events(room.stream(), 1)
    assert (await _refusal(room.stream(cursor))).reason == errors_pb2.REASON_CURSOR_UNKNOWN
    assert (await _page_refusal(room, after=cursor)).reason == errors_pb2.REASON_CURSOR_UNKNOWN


async def test_events_are_kept_for_the_policys_days_and_an_older_cursor_is_said_to_be_too_old(
    room: Running, database: Database, clock: OffsetClock
) -> None:
    for _ in range(4):
        await _tell(database, clock, EventType.ORDER_PLACED)
        clock.offset += timedelta(days=40)
    first, second, third, _ = await _events(room.stream(), 4)
    assert await event_feed.prune(database, EventsPolicy(), clock.now()) == 2
    assert [event.position for event in (await room.page()).events] == [3, 4]
    assert (await _refusal(room.stream(first.cursor))).reason == errors_pb2.REASON_CURSOR_TOO_OLD
    # Behind the second nothing is missing, although its own row is gone.
    assert [event.position for event in await _events(room.stream(second.cursor), 2)] == [3, 4]
    assert [event.position for event in await _events(room.stream(third.cursor), 1)] == [4]


async def test_positions_go_on_when_everything_has_grown_old(
    room: Running, database: Database, clock: OffsetClock
) -> None:
    await _tell(database, clock, EventType.ORDER_PLACED, EventType.ORDER_PAID)
    [_, paid] = await _events(room.stream(), 2)
    clock.offset += timedelta(days=365)
    assert await event_feed.prune(database, EventsPolicy(), clock.now()) == 1
    stream = room.stream(paid.cursor)
    await _tell(database, clock, EventType.ORDER_FULFILLED)
    assert [event.position for event in await _events(stream, 1)] == [3]


async def test_many_readers_follow_at_once_and_leave_nothing_behind(
    room: Running, database: Database, clock: OffsetClock
) -> None:
    async def read() -> list[str]:
        stream = room.stream()
        try:
            return _types(await _events(stream, 3))
        finally:
            stream.cancel()

    readers = [asyncio.create_task(read()) for _ in range(60)]
    for _ in range(3):
        await _tell(database, clock, EventType.ORDER_PLACED)
    assert await asyncio.gather(*readers) == [["order.placed"] * 3] * 60
    async with asyncio.timeout(20):
        while room.server.feed._readers._events:  # noqa: ASYNC110  the server hears of a reader's leaving a moment later
            await asyncio.sleep(0.01)


def test_every_type_is_told_by_one_room_and_belongs_to_a_group() -> None:
    assert set(TOLD) == set(EventType)
    assert {told.room for told in TOLD.values()} == {
        "trial", "mailboxes", "ordering", "payments", "invoicing", "support",
    }  # fmt: skip
    assert all(is_known(each) and is_known(f"{each.partition('.')[0]}.*") for each in EventType)


def test_a_group_is_what_stands_before_the_point() -> None:
    assert chosen(("order.*",), "order.placed")
    assert not chosen(("order.*",), "orders.placed")
    assert not chosen(("order",), "order.placed")
    assert chosen((), "order.placed")
