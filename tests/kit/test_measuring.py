"""What is measured of rows moves when there is trouble, and back when it is mended."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.service import RPCError

from services.kit import outbox
from services.kit.clock import OffsetClock
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder, Mailer, SmtpServer
from services.kit.measuring import Gauge, LoopLag, Measuring, seconds
from services.kit.metrics import Metrics, Values
from services.kit.outbox import Mail
from services.kit.reconciler import Counts, Reconciler
from services.kit.relay import Relay
from services.kit.row_measures import of_rows
from services.kit.temporal_client import connect
from services.kit.trouble import UNDELIVERED
from services.kit.wakes import order_wake
from tests.support.company import COMPANY
from tests.support.room import MovableClock
from tests.support.scraping import Scrape
from tests.support.sink import Sink


def _read(metrics: Metrics) -> Scrape:
    return Scrape(generate_latest(metrics.registry).decode())


async def test_a_mail_that_cannot_leave_ages_until_it_has_left(database: Database, sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "hello.md.j2").write_text("Subject: Hello\n\nHello\n")
    templates = MailTemplates(tmp_path, "Casella", "https://casella.example", COMPANY)
    builder = MailBuilder(templates, "Casella <c@casella.example>", "kit")
    clock, metrics = MovableClock(), Metrics("kit")
    temporal = await connect("127.0.0.1:1", "nowhere", lazy=True)
    measuring = of_rows(metrics, database, clock, (outbox.MEASURE,))
    async with database.transaction() as conn:
        await outbox.mail(conn, Mail("one", "hello", "en", "anna@example.it"), clock.now())
    nobody = Mailer(SmtpServer("127.0.0.1", 1))
    await Relay(database, clock, temporal, "kit", builder, nobody).deliver_mail()
    clock.advance(minutes=6)
    await measuring.look()
    assert _read(metrics).value("casella_outbox_rows", kind="mail") == 1
    assert _read(metrics).value("casella_outbox_oldest_seconds", kind="mail") == 360 > UNDELIVERED.total_seconds()
    assert _read(metrics).value("casella_outbox_oldest_seconds", kind="wake") == 0
    mailer = Mailer(sink.server)
    await Relay(database, clock, temporal, "kit", builder, mailer).deliver_mail()
    await measuring.look()
    assert _read(metrics).value("casella_outbox_rows", kind="mail") == 0
    assert _read(metrics).value("casella_outbox_oldest_seconds", kind="mail") == 0
    await mailer.close()
    await nobody.close()


async def test_a_row_that_nobody_moved_on_is_counted(database: Database, clock: OffsetClock) -> None:
    async def overdue(conn: AsyncConnection, due_before: datetime | None) -> list[outbox.Wake]:
        return [order_wake(new_id())] if due_before else []

    metrics, counts = Metrics("kit"), Counts()
    metrics.counter("casella_reconciled_rows", "", ("found",), counts.found)
    temporal = await connect("127.0.0.1:1", "nowhere", lazy=True)
    assert _read(metrics).value("casella_reconciled_rows_total", found="overdue") == 0
    reconciler = Reconciler(database, clock, temporal, [overdue], counts=counts)
    with pytest.raises((RPCError, RuntimeError)):  # no Temporal here to ask; the row was counted before
        await reconciler.wake_overdue()
    assert _read(metrics).value("casella_reconciled_rows_total", found="overdue") == 1


async def test_a_connection_in_use_is_seen(database: Database) -> None:
    metrics = Metrics("kit")
    metrics.gauge("casella_database_pool_connections", "", ("state",), database.pool_use)
    async with database.reading():
        assert _read(metrics).value("casella_database_pool_connections", state="in_use") == 1
    assert _read(metrics).value("casella_database_pool_connections", state="in_use") == 0
    assert _read(metrics).value("casella_database_pool_connections", state="all") == 10


async def test_what_cannot_be_measured_keeps_its_value_and_its_age_tells() -> None:
    answers: list[Mapping[str, Values]] = [{"casella_test": {(): 4.0}}]
    looked = asyncio.Event()

    async def look() -> Mapping[str, Values]:
        if not answers:
            looked.set()
            raise OSError
        return answers.pop()

    metrics = Metrics("kit")
    measuring = Measuring(metrics, look)
    measuring.show(Gauge("casella_test", "A test's."))
    assert _read(metrics).values("casella_measured_timestamp_seconds") == []
    began = time.time()
    loop = asyncio.create_task(measuring.run(every=0))
    await looked.wait()
    loop.cancel()
    found = _read(metrics)
    assert found.value("casella_test") == 4
    assert began <= found.value("casella_measured_timestamp_seconds") <= time.time()


async def test_a_loop_that_is_held_up_lags() -> None:
    metrics = Metrics("kit")
    lag = asyncio.create_task(LoopLag(metrics).run())
    await asyncio.sleep(0)
    time.sleep(1.3)  # noqa: ASYNC251  this is the fault
    await asyncio.sleep(0.05)
    assert _read(metrics).value("casella_event_loop_lag_seconds") >= 0.25
    lag.cancel()


def test_an_age_is_never_negative() -> None:
    assert seconds(timedelta(seconds=-5)) == 0.0
