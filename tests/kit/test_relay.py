"""The relay: what was committed leaves, at least once, and one failure does not hold the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client

from services.kit import outbox, recovery
from services.kit.clock import OffsetClock
from services.kit.database import Database, NoTransaction
from services.kit.ids import new_id
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer
from services.kit.outbox import Attachment, Mail
from services.kit.relay import Relay, pause_after
from services.kit.temporal_client import connect
from tests.support.company import COMPANY
from tests.support.room import MovableClock
from tests.support.sink import Sink


@pytest.fixture
def builder(tmp_path: Path) -> MailBuilder:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "hello.md.j2").write_text("Subject: Hello {{ name }}\n\nHello {{ name }}\n")
    return MailBuilder(
        MailTemplates(tmp_path, "Casella", "https://casella.example", COMPANY), "Casella <c@casella.example>", "kit"
    )


@pytest.fixture
async def nowhere() -> Client:
    """A client of a Temporal that is away."""
    return await connect("127.0.0.1:1", "nowhere", lazy=True)


@pytest.fixture
async def relay(
    database: Database, clock: OffsetClock, nowhere: Client, builder: MailBuilder, sink: Sink
) -> AsyncIterator[Relay]:
    mailer = Mailer(sink.server)
    yield Relay(database, clock, nowhere, "kit", builder, mailer, poll_seconds=0.2)
    await mailer.close()


def _mail(key: str, to: str = "anna@example.it", **more: Any) -> Mail:
    return Mail(key, "hello", "en", to, name="Anna", **more)


async def _write(database: Database, clock: OffsetClock, *mails: Mail) -> list[bool]:
    async with database.transaction() as conn:
        return [await outbox.mail(conn, mail, clock.now()) for mail in mails]


async def _rows(database: Database, query: str) -> list[Any]:
    async with database.reading() as conn:
        return list(await conn.execute(text(query)))


async def test_a_mail_leaves_once_and_is_kept(relay: Relay, database: Database, clock: OffsetClock, sink: Sink) -> None:
    assert await _write(database, clock, _mail("a", attachments=[Attachment("x.pdf", "application/pdf", b"%PDF")])) == [
        True
    ]
    await relay.deliver_mail()
    await relay.deliver_mail()
    [message] = sink.messages
    assert b"Hello Anna" in message
    [kept] = await _rows(database, "SELECT eml, message_id, sha256 = sha256(eml) AS proved FROM mails")
    assert kept.eml == message
    assert kept.message_id.encode() in message
    assert kept.proved
    assert await _rows(database, "SELECT * FROM outbox") == []
    assert await _rows(database, "SELECT * FROM outbox_attachments") == []


async def test_a_key_is_one_mail_before_and_after_it_was_sent(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    assert await _write(database, clock, _mail("a"), _mail("a"), _mail("b")) == [True, False, True]
    while await relay.deliver_mail():
        pass
    assert await _write(database, clock, _mail("a")) == [False]
    await relay.deliver_mail()
    assert len(sink.messages) == 2


async def test_the_last_mail_that_is_due_tells_that_nobody_need_look_again(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    await _write(database, clock, _mail("a"), _mail("b"))
    wake = outbox.Wake("Order", f"order:{new_id()}", "look_again", new_id(), "An order")
    async with database.transaction() as conn:
        await outbox.wake(conn, wake, clock.now())
    assert [await relay.deliver_mail() for _ in range(3)] == [True, False, False]
    assert len(sink.messages) == 2


async def test_a_mail_that_one_relay_is_sending_is_left_alone_by_another(
    relay: Relay, database: Database, clock: OffsetClock, nowhere: Client, builder: MailBuilder, sink: Sink
) -> None:
    """Two processes of a room, as during a restart; neither sends what the other does, nor waits for it."""
    mailer = Mailer(sink.server)
    other = Relay(database, clock, nowhere, "kit", builder, mailer)
    sent: list[int] = []

    async def look() -> None:
        await other.deliver_mail()
        sent.append(len(sink.messages))

    await _write(database, clock, _mail("a"))
    sink.meanwhile = look
    await relay.deliver_mail()
    assert sent == [len(sink.messages)] == [1]
    await mailer.close()


async def test_the_connection_is_kept_and_made_again(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    await _write(database, clock, _mail("a"), _mail("b"))
    while await relay.deliver_mail():
        pass
    assert (len(sink.messages), sink.connections) == (2, 1)


@pytest.mark.parametrize(("answer", "longest"), [("451 later", 1), ("550 no such user", 1)])
async def test_a_refused_mail_waits_and_the_others_go_on(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink, answer: str, longest: int
) -> None:
    sink.refused["bad@example.it"] = answer
    await _write(database, clock, _mail("a", "bad@example.it"), _mail("b"))
    assert [await relay.deliver_mail() for _ in range(2)] == [True, False]
    assert len(sink.messages) == 1
    [row] = await _rows(database, "SELECT attempts, last_error FROM outbox")
    assert (row.attempts, row.last_error) == (1, "aiosmtplib.errors.SMTPRecipientsRefused")
    sink.refused.clear()
    clock.offset += timedelta(seconds=longest)
    await relay.deliver_mail()
    assert len(sink.messages) == 2


async def test_a_mail_to_nobody_is_never_written(database: Database, clock: OffsetClock) -> None:
    """An erased address: neither sent nor kept, so that one with the same key could still be written."""
    assert await _write(database, clock, _mail("a", to="")) == [False]
    assert await _rows(database, "SELECT key FROM mails") == []
    assert await _rows(database, "SELECT id FROM outbox") == []
    assert await _write(database, clock, _mail("a")) == [True]


async def test_a_mail_outside_of_a_transaction_is_refused(database: Database, clock: OffsetClock) -> None:
    async with database.single() as conn:
        with pytest.raises(NoTransaction):
            await outbox.mail(conn, _mail("a"), clock.now())


def test_a_failing_row_waits_twice_as_long_each_time_up_to_the_cap() -> None:
    cap = timedelta(seconds=30)
    assert [pause_after(n, cap).total_seconds() for n in (1, 2, 3, 6, 7, 8, 1000)] == [0.5, 1, 2, 16, 30, 30, 30]


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        pytest.param("451 later", [0.5, 1, 2, 4, 8, 16, 30, 30, 30], id="for now"),
        pytest.param("550 no such user", [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], id="for good"),
    ],
)
async def test_a_refused_mail_is_tried_again_after_longer_pauses_up_to_a_cap(
    database: Database, nowhere: Client, builder: MailBuilder, sink: Sink, answer: str, pauses: list[float]
) -> None:
    clock, mailer = MovableClock(), Mailer(sink.server)
    relay = Relay(database, clock, nowhere, "kit", builder, mailer)
    sink.refused["anna@example.it"] = answer
    async with database.transaction() as conn:
        await outbox.mail(conn, _mail("a"), clock.now())
    for tried, pause in enumerate(pauses, start=1):
        await relay.deliver_mail()
        [row] = await _rows(database, "SELECT attempts, next_at FROM outbox")
        assert (row.attempts, row.next_at - clock.now()) == (tried, timedelta(seconds=pause))
        clock.at = row.next_at - timedelta(microseconds=1)
        await relay.deliver_mail()
        [still] = await _rows(database, "SELECT attempts FROM outbox")
        assert still.attempts == tried
        clock.at = row.next_at
    sink.refused.clear()
    await relay.deliver_mail()
    assert len(sink.messages) == 1
    await mailer.close()


async def test_a_wake_that_fails_stays_with_its_error_class(
    relay: Relay, database: Database, clock: OffsetClock
) -> None:
    wake = outbox.Wake("Order", f"order:{new_id()}", "look_again", new_id(), "An order")
    async with database.transaction() as conn:
        await outbox.wake(conn, wake, clock.now())
    await relay.deliver_wakes()
    [row] = await _rows(database, "SELECT attempts, last_error FROM outbox")
    assert (row.attempts, row.last_error) == (1, "builtins.RuntimeError")
    assert not await relay.deliver_wakes()


async def test_the_relay_outlives_a_lost_database_connection(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(20):
        for number in range(3):
            await _write(database, clock, _mail(f"mail {number}"))
            while await _rows(database, "SELECT 1 FROM outbox"):
                pass
            await _cut_connections(database)
    assert len(sink.messages) == 3
    assert not running.done()
    running.cancel()


async def test_what_another_process_has_left_leaves_at_the_next_poll(
    relay: Relay, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    running = asyncio.create_task(relay.run())
    another = Database(database.autocommit, database.schema)  # its bells are not ours
    async with asyncio.timeout(20):
        for number in range(2):  # the second when the relay has surely looked once
            await _write(another, clock, _mail(f"mail {number}"))
            while await _rows(database, "SELECT 1 FROM outbox"):
                pass
    assert len(sink.messages) == 2
    running.cancel()


async def _cut_connections(database: Database) -> None:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    await _rows(database, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")
    with contextlib.suppress(DBAPIError):  # the pool hears of it when it next uses a connection
        while True:
            await _rows(database, "SELECT pg_terminate_backend(pg_backend_pid(), 5000)")


async def test_a_clock_that_is_set_back_holds_nothing_up(
    database: Database, clock: OffsetClock, relay: Relay, sink: Sink
) -> None:
    clock.offset = timedelta(hours=3)
    await _write(database, clock, _mail("before"))
    clock.offset = timedelta()
    await relay.deliver_mail()
    assert len(sink.messages) == 1


async def test_after_a_restore_emails_wait_and_those_that_had_left_are_kept_and_not_sent(
    relay: Relay, builder: MailBuilder, database: Database, clock: OffsetClock, sink: Sink
) -> None:
    async with database.transaction() as conn:
        await conn.execute(text(recovery.BEGIN), {"id": new_id(), "now": clock.now()})
    left, waits = _mail("left"), _mail("waits", to="bruno@example.it")
    await _write(database, clock, left, waits)
    await relay.deliver_mail()
    assert sink.messages == []
    async with database.transaction() as conn:
        had_left = {"id": builder.build(left, clock.now()).message_id}
        await conn.execute(text("INSERT INTO sent_elsewhere VALUES (:id)"), had_left)
        await conn.execute(text("UPDATE recoveries SET read_at = begun_at, mails_at = begun_at, ended_at = begun_at"))
    while await relay.deliver_mail():
        pass
    [message] = sink.messages
    assert b"bruno@example.it" in message
    assert len(await _rows(database, "SELECT key FROM mails WHERE sent_at IS NOT NULL")) == 2
