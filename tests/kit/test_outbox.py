"""The outbox: what one piece of work has for it is written together, before the commit, or not at all."""

import contextlib

import pytest
from sqlalchemy import event, text

from services.kit import outbox
from services.kit.clock import OffsetClock
from services.kit.database import Database, NoTransaction
from services.kit.event_types import EventType
from services.kit.events import Event, tell
from services.kit.ids import new_id
from services.kit.outbox import Attachment, Mail, Wake

_WAKE = Wake("Order", "order:1", "look_again", new_id(), "an order")
_TOLD = Event(EventType.TICKET_OPENED, new_id(), {"ticket_id": new_id()})
_FILE = Attachment("x.pdf", "application/pdf", b"%PDF")


async def _kinds(database: Database) -> list[str]:
    async with database.reading() as conn:
        return list(await conn.scalars(text("SELECT kind FROM outbox ORDER BY created_at, id")))


async def test_a_transactions_rows_are_written_in_one_round_trip_and_in_their_order(
    database: Database, clock: OffsetClock
) -> None:
    sent: list[str] = []
    async with database.transaction() as conn:
        event.listen(database.autocommit.sync_engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
        await outbox.wake(conn, _WAKE, clock.now())
        await tell(conn, _TOLD, clock.now())
        await outbox.wake(conn, _WAKE, clock.now())
        assert sent == []
    assert [statement.startswith("INSERT INTO outbox") for statement in sent] == [True]
    assert await _kinds(database) == ["wake", "event", "wake"]


async def test_what_was_written_for_an_attachment_is_not_written_twice(database: Database, clock: OffsetClock) -> None:
    async with database.transaction() as conn:
        await outbox.wake(conn, _WAKE, clock.now())
        await outbox.mail(conn, Mail("a", "hello", "it", "anna@example.it", attachments=[_FILE]), clock.now())
        await tell(conn, _TOLD, clock.now())
    assert await _kinds(database) == ["wake", "mail", "event"]


async def test_a_rollback_takes_what_was_written_already(database: Database, clock: OffsetClock) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as conn:
            await outbox.mail(conn, Mail("a", "hello", "it", "anna@example.it", attachments=[_FILE]), clock.now())
            raise ZeroDivisionError
    assert await _kinds(database) == []


async def test_a_connection_for_reads_takes_nothing_that_nobody_would_write(
    database: Database, clock: OffsetClock
) -> None:
    async with database.single() as conn:
        await outbox.wake(conn, _WAKE, clock.now())
    async with database.reading() as conn:
        with pytest.raises(NoTransaction):
            await outbox.wake(conn, _WAKE, clock.now())
    assert await _kinds(database) == ["wake"]


async def test_a_savepoint_takes_nothing_that_its_rollback_would_leave(database: Database, clock: OffsetClock) -> None:
    async with database.transaction() as conn:
        async with conn.begin_nested():
            with pytest.raises(NoTransaction):
                await outbox.wake(conn, _WAKE, clock.now())
        await outbox.wake(conn, _WAKE, clock.now())
    assert await _kinds(database) == ["wake"]
