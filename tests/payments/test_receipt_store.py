"""Taking money in: only exact and dated money pays, and what waits says for which request and why."""

from uuid import UUID

import pytest

from services.kit.database import Database, NoTransaction
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import CloseReason, RequestState
from services.payments.domain.receipts import Fate, Source
from services.payments.store import queue, receipts, requests
from tests.payments.rows import NOW, Rows, receipt


async def reasons(database: Database, request_id: UUID) -> list[QueueReason]:
    """Why money that names a request waits."""
    async with database.reading() as conn:
        return [entry.reason for entry in await queue.naming(conn, request_id)]


async def test_exact_money_without_a_day_waits_and_pays_nothing(database: Database, rows: Rows) -> None:
    """The day of the money would be the invoice's date."""
    request = await rows.request()
    async with database.transaction() as conn:
        outcome = await receipts.take_in(conn, receipt(available_on=None), request, None)
        assert await requests.lock(conn, request) is RequestState.OPEN
    assert outcome.fate is Fate.QUEUED
    assert await reasons(database, request) == [QueueReason.UNDATED]


async def test_money_that_waits_names_the_requests_of_its_text_or_else_the_one_that_it_came_for(
    database: Database, rows: Rows
) -> None:
    """A request does not expire while money that names it waits."""
    came_for, in_text, neither = [await rows.request() for _ in range(3)]
    async with database.transaction() as conn:
        await receipts.take_in(conn, receipt(source=Source.ANNOUNCED), came_for, QueueReason.SHORT)
        await receipts.take_in(conn, receipt(named=(in_text,)), None, QueueReason.UNKNOWN)
    assert await reasons(database, came_for) == [QueueReason.SHORT]
    assert await reasons(database, in_text) == [QueueReason.UNKNOWN]
    assert await reasons(database, neither) == []


async def test_why_money_waits_is_told_by_the_request_that_it_came_for(database: Database, rows: Rows) -> None:
    paid, closed, still_open = [await rows.request() for _ in range(3)]
    async with database.transaction() as conn:
        assert (await receipts.take_in(conn, receipt(), paid, None)).fate is Fate.PAID
        assert await requests.close(conn, closed, 0, CloseReason.EXPIRED, NOW)
        for request in (closed, still_open, paid):
            await receipts.take_in(conn, receipt(), request, QueueReason.SHORT)
    assert await reasons(database, closed) == [QueueReason.LATE]
    assert await reasons(database, still_open) == [QueueReason.SHORT]
    assert await reasons(database, paid) == [QueueReason.TWICE]


async def test_money_is_counted_in_a_transaction_only(database: Database, rows: Rows) -> None:
    """A crash after the header would leave the money counted and without its effect."""
    request = await rows.request()
    async with database.single() as conn:
        with pytest.raises(NoTransaction):
            await receipts.take_in(conn, receipt(), request, None)
