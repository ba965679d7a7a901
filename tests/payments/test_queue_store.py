"""What is read of the money that waits: not what is settled, was taken back, or goes by another name or amount."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Source
from services.payments.store import queue, receipts
from tests.payments.rows import GROSS, NOW, REFERENCE, Rows, receipt

LATER = NOW + timedelta(hours=1)


async def test_the_queue_is_read_oldest_first_page_by_page(database: Database, rows: Rows) -> None:
    new, old = await rows.queued(received_at=LATER), await rows.queued()
    newest = await rows.queued(received_at=LATER + timedelta(hours=1))
    await rows.become(await rows.queued(), "settled")
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
    await rows.become(await rows.queued(), "settled")
    await rows.become(await rows.queued(), "taken back")
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
    await rows.become(await named(request), "settled")
    async with database.reading() as conn:
        assert [entry.entry_id for entry in await queue.naming(conn, request)] == [older, newer]
        assert await queue.naming(conn, new_id()) == []
        (entry,) = await queue.taken_back(conn, request)
        assert (entry.entry_id, entry.amount) == (taken_back, -GROSS)


@pytest.mark.parametrize("text", ["", "order 7"])
async def test_what_is_taken_back_without_a_reference_is_first_looked_for_among_money_of_the_same_payer(
    database: Database, rows: Rows, text: str
) -> None:
    """Two have paid the same amount for the same, the other one before."""
    request = await rows.request()
    found = []
    async with database.transaction() as conn:
        for hours, iban in enumerate(["DE89370400440532013000", "IT60X0542811101000000123456"]):
            came = receipt(payer_iban=iban, remittance=text, received_at=NOW + timedelta(hours=hours))
            found.append(await receipts.enqueue(conn, came, QueueReason.SHORT, (request,)))
    async with database.reading() as conn:
        for payer, entry_id in zip(("DE89370400440532013000", "IT60X0542811101000000123456"), found, strict=True):
            back = receipt(payer_iban=payer, remittance=text)
            assert await queue.like(conn, back, [request]) == entry_id
        assert await queue.like(conn, receipt(payer_iban="FR1420041010050500013M02606"), [request]) == found[0]


async def test_a_part_payment_does_not_fall_due_while_nobody_has_said_what_was_taken_back(
    database: Database, rows: Rows
) -> None:
    request = await rows.request()
    late = NOW + timedelta(days=90)
    async with database.transaction() as conn:
        short = await receipts.enqueue(conn, receipt(advance_days=10), QueueReason.SHORT, (request,))
        back = await receipts.enqueue(conn, receipt(), QueueReason.REVERSED, (request,))
        assert back is not None
        assert await queue.unsettled(conn, late) == []
    await rows.become(back, "settled")
    async with database.reading() as conn:
        assert [wake.workflow_id for wake in await queue.unsettled(conn, late)] == [f"money:{short}"]
