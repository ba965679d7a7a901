"""What is read of the money that waits: not what is settled, was taken back, or goes by another name or amount."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Source
from services.payments.store import queue, receipts
from tests.payments.rows import GROSS, NOW, REFERENCE, Rows, receipt

LATER = NOW + timedelta(hours=1)


async def settle(database: Database, entry_id: UUID) -> None:
    async with database.transaction() as conn:
        statement = "UPDATE money_entries SET settled_at = now(), settled_as = 'assigned' WHERE id = :id"
        await conn.execute(text(statement), {"id": entry_id})


async def test_the_queue_is_read_oldest_first_page_by_page(database: Database, rows: Rows) -> None:
    new, old = await rows.queued(received_at=LATER), await rows.queued()
    newest = await rows.queued(received_at=LATER + timedelta(hours=1))
    await settle(database, await rows.queued())
    async with database.reading() as conn:
        first = await queue.page(conn, None, 2)
        rest = await queue.page(conn, (first[-1].created_at, first[-1].entry_id), 2)
    assert [[entry.entry_id for entry in each] for each in (first, rest)] == [[old, new], [newest]]


async def test_a_transfer_that_waits_is_found_by_its_reference_and_amount(database: Database, rows: Rows) -> None:
    await rows.queued(source=Source.STRIPE)
    await rows.queued(QueueReason.REVERSED)
    await rows.queued(shown_reference="B-2")
    await rows.queued(amount=Money(GROSS.minor - 1))
    await rows.queued(amount=Money(GROSS.minor, "USD"))
    await settle(database, await rows.queued())
    async with database.reading() as conn:
        assert await queue.waiting(conn, REFERENCE, GROSS) is None
    await rows.queued(source=Source.ANNOUNCED, received_at=LATER)
    first = await rows.queued()
    async with database.reading() as conn:
        assert await queue.waiting(conn, REFERENCE, GROSS) == first


async def test_money_that_names_a_request_is_told_oldest_first_without_what_was_taken_back(
    database: Database, rows: Rows
) -> None:
    request, other = await rows.request(), await rows.request()

    async def named(*requests: UUID, reason: QueueReason = QueueReason.SHORT, hours: int = 0) -> UUID:
        entry = receipt(received_at=NOW + timedelta(hours=hours))
        async with database.transaction() as conn:
            made = await receipts.enqueue(conn, entry, reason, requests)
        assert made is not None
        return made

    newer, older = await named(request, other, hours=1), await named(request)
    taken_back = await named(request, reason=QueueReason.REVERSED)
    await named(other, reason=QueueReason.REVERSED)
    await named(other)
    await rows.queued(suggestions=(request,))
    await settle(database, await named(request))
    async with database.reading() as conn:
        assert [entry.entry_id for entry in await queue.naming(conn, request)] == [older, newer]
        assert await queue.naming(conn, new_id()) == []
        (entry,) = await queue.taken_back(conn, request)
        assert (entry.entry_id, entry.amount) == (taken_back, -GROSS)
