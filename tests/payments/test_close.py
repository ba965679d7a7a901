"""A payment request is closed after the end of its page, and never against money."""

import asyncio
from datetime import date
from typing import Any

import grpc
import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.kit.wire import to_date
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import CloseReason
from services.payments.store import receipts, requests
from tests.payments.rows import receipt
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World, uuid_of
from tests.support.room import request_id

OPEN, PAID, CLOSED = (
    payments_pb2.PAYMENT_REQUEST_STATE_OPEN,
    payments_pb2.PAYMENT_REQUEST_STATE_PAID,
    payments_pb2.PAYMENT_REQUEST_STATE_CLOSED,
)


async def test_closing_tells_when_and_why(world: World) -> None:
    closed = await world.close(await world.request(), payments_pb2.CLOSE_REASON_CANCELLED)
    assert (closed.state, closed.close_reason) == (CLOSED, payments_pb2.CLOSE_REASON_CANCELLED)
    assert closed.closed_at.ToDatetime() == world.room.clock.now().replace(tzinfo=None)


async def test_closing_first_ends_the_page_at_the_provider(world: World) -> None:
    request = await world.request()
    url = await world.start(request)
    assert (await world.close(request)).state == CLOSED
    assert await world.stripe.pay(url) == 409
    assert await world.start(request) == ""


async def test_closing_again_gives_the_first_answer(world: World) -> None:
    request = await world.request()
    first = await world.close(request)
    await world.advance(days=1)
    assert await world.close(request, payments_pb2.CLOSE_REASON_CANCELLED) == first


async def test_a_paid_request_answers_paid_and_stays_so(world: World) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    await world.deliver()
    assert (await world.close(request)).state == PAID


async def test_money_whose_event_is_still_on_its_way_wins_against_the_closing(world: World) -> None:
    await world.stripe.faults(hold=True)
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    assert (await world.close(request)).state == PAID
    await world.stripe.faults()
    await world.deliver()
    assert len(await world.wakes()) == 1
    assert await world.queue() == []


async def test_while_a_charge_is_processing_closing_is_refused(world: World) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request), "paypal:processing")
    with pytest.raises(Refused) as refused:
        await world.close(request)
    assert refused.value.reason == errors_pb2.REASON_PAYMENT_PROCESSING
    assert refused.value.retry_after is not None
    assert (await world.get(request)).state == OPEN


@pytest.mark.parametrize("end", [PAID, CLOSED])
async def test_once_the_charge_has_ended_closing_follows_it(world: World, end: int) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request), "paypal:processing")
    intent = (await world.stripe.state())["sessions"][0]["payment_intent"]
    await world.stripe.settle(intent, succeeded=end == PAID)
    assert (await world.close(request)).state == end


async def test_while_the_provider_is_away_nothing_is_closed(world: World) -> None:
    request = await world.request()
    await world.start(request)
    await world.stripe.faults(away=True)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.close(request)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert (await world.get(request)).state == OPEN


async def test_a_page_whose_answer_was_lost_is_found_and_ended(world: World) -> None:
    request = await world.request()
    url = await world.start(request)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'creating', page_id = NULL, url = ''")
    assert (await world.close(request)).state == CLOSED
    assert await world.stripe.pay(url) == 409


async def test_a_page_that_was_never_asked_for_does_not_hold_the_closing_for_ever(
    world: World,
) -> None:
    request = await world.request()
    await world.start(request)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'creating', page_id = NULL, url = ''")
    await world.advance(days=3)
    await world.stripe.faults(away=True)
    assert (await world.close(request)).state == CLOSED


async def test_a_closing_that_has_not_seen_the_latest_page_does_nothing(world: World) -> None:
    request = await world.request()
    await world.start(request)
    async with world.room.core.database.transaction() as conn:
        stale = await requests.close(conn, uuid_of(request), 0, CloseReason.EXPIRED, world.room.clock.now())
    assert not stale
    assert (await world.get(request)).state == OPEN


async def test_the_database_itself_refuses_a_second_end(world: World) -> None:
    request = await world.request()
    await world.close(request)
    with pytest.raises(Exception, match="ends once"):
        async with world.room.core.database.transaction() as conn:
            await conn.exec_driver_sql("UPDATE payment_requests SET state = 'paid', paid_at = closed_at")


async def _blocked(world: World, count: int) -> None:
    """Wait until so many statements wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(20), world.room.core.database.reading() as conn:
        waiting = 0
        while waiting < count:
            waiting = (await conn.exec_driver_sql(query)).scalar_one()


async def _interleaved(world: World, number: int, *, payment_first: bool) -> tuple[int, int]:
    """One race: both statements wait for the row that we hold, then we let go.

    Returns:
        How the request ended, and how many entries the payment put into the queue.
    """
    request = await world.transfer_request()
    file = statement(Entry(GROSS, reference=request.transfer.reference), number=f"S{number}")
    async with world.room.core.database.transaction() as conn:
        # The lock that the two statements themselves take: a stronger one would also stop the ledger's foreign key.
        held = "SELECT 1 FROM payment_requests WHERE id = $1 FOR NO KEY UPDATE"
        await conn.exec_driver_sql(held, (uuid_of(request),))
        if payment_first:
            payment = asyncio.create_task(world.import_file(file))
            await _blocked(world, 1)
            closing = asyncio.create_task(world.close(request))
        else:
            closing = asyncio.create_task(world.close(request))
            await _blocked(world, 1)
            payment = asyncio.create_task(world.import_file(file))
        await _blocked(world, 2)
    imported, closed = await payment, await closing
    end = (await world.get(request)).state
    assert closed.state == end
    assert (imported.paid, imported.queued) == ((1, 0) if end == PAID else (0, 1))
    return end, imported.queued


async def test_of_a_payment_and_a_closing_exactly_one_wins(world: World) -> None:
    """A hundred times both wait for the same row, half in each order; each time one wins, and both do win."""
    results = [await _interleaved(world, number, payment_first=number % 2 == 0) for number in range(100)]
    ends = [end for end, _ in results]
    assert set(ends) == {PAID, CLOSED}
    queue = await world.stub("operator").ListMoneyEntries(
        payments_pb2.ListMoneyEntriesRequest(page=common_pb2.PageRequest(page_size=200))
    )
    assert {entry.reason for entry in queue.entries} == {payments_pb2.MONEY_ENTRY_REASON_LATE}
    assert len(queue.entries) == ends.count(CLOSED) == sum(queued for _, queued in results)
    assert len(await world.wakes()) == ends.count(PAID)
    assert await world.balances() == {
        "bank": 100 * GROSS, "receivable": -GROSS * ends.count(PAID), "suspense": -GROSS * ends.count(CLOSED),
    }  # fmt: skip


async def test_of_a_customer_who_pays_and_a_closing_exactly_one_wins(world: World) -> None:
    """No lock is held: whoever reaches the provider first wins, and no money is ever left with a closed request."""
    ends = []
    for number in range(30):
        request = await world.request()
        url = await world.start(request)
        if number % 10 == 0:
            await world.close(request)
        pay = asyncio.create_task(world.stripe.pay(url))
        if number % 10 == 1:
            await pay  # so both ends surely occur; the other rounds run freely
        status, closed = await asyncio.gather(pay, world.close(request))
        assert (status, closed.state) in {(303, PAID), (409, CLOSED)}
        ends.append(closed.state)
    await world.deliver()
    assert set(ends) == {PAID, CLOSED}
    assert await world.queue() == []
    assert (await world.balances())["stripe"] == GROSS * ends.count(PAID)


async def test_of_a_page_that_is_begun_and_a_closing_none_survives_the_other(world: World) -> None:
    for _ in range(20):
        request = await world.request()
        _, closed = await asyncio.gather(world.start(request), world.close(request))
        assert closed.state == CLOSED
    assert {item["status"] for item in (await world.stripe.state())["sessions"]} <= {"expired"}


@pytest.mark.parametrize(
    ("minor", "changed"),
    [
        (GROSS - 1, {}),
        (GROSS + 1, {}),
        (GROSS, {"currency": "CHF"}),
        (GROSS, {"day": None}),
        (GROSS, {"day": date(2020, 1, 1)}),
    ],
)
async def test_a_request_does_not_expire_while_money_that_names_it_waits(
    world: World, minor: int, changed: dict[str, Any]
) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(minor, reference=request.transfer.reference, **changed)))
    with pytest.raises(Refused) as refused:
        await world.close(request)
    assert refused.value.reason == errors_pb2.REASON_MONEY_WAITING
    assert (await world.get(request)).state == OPEN
    assert (await world.close(request, payments_pb2.CLOSE_REASON_CANCELLED)).state == CLOSED


async def test_a_closing_waits_for_money_that_is_being_taken_in_and_then_sees_it(world: World) -> None:
    request = await world.transfer_request()
    async with world.room.core.database.transaction() as conn:
        await receipts.take_in(conn, receipt(), uuid_of(request), QueueReason.SHORT)
        closing = asyncio.create_task(world.close(request))
        await _blocked(world, 1)
    with pytest.raises(Refused) as refused:
        await closing
    assert refused.value.reason == errors_pb2.REASON_MONEY_WAITING
    assert (await world.get(request)).state == OPEN


async def test_money_that_names_the_proforma_or_two_requests_holds_the_expiry_and_a_suggestion_does_not(
    world: World,
) -> None:
    numbered, first, second, suggested = [await world.transfer_request() for _ in range(4)]
    await world.stub().RecordProforma(
        payments_pb2.RecordProformaRequest(payment_request_id=numbered.payment_request_id, proforma_number="P2027/7")
    )
    both = f"{first.transfer.reference} {second.transfer.reference}"
    await world.import_file(
        statement(Entry(1, text="saldo P2027/7"), Entry(2 * GROSS, text=both), Entry(GROSS, text="?"))
    )
    for held in (numbered, first, second):
        with pytest.raises(Refused) as refused:
            await world.close(held)
        assert refused.value.reason == errors_pb2.REASON_MONEY_WAITING
    assert (await world.close(suggested)).state == CLOSED


async def test_a_page_stays_usable_when_the_expiry_is_refused(world: World) -> None:
    request = await world.request()
    await world.stub().RecordProforma(
        payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2027/8")
    )
    url = await world.start(request)
    await world.import_file(statement(Entry(1, text="P2027/8")))
    with pytest.raises(Refused):
        await world.close(request)
    assert await world.stripe.pay(url) == 303


async def test_money_that_was_assigned_elsewhere_holds_no_expiry(world: World) -> None:
    request = await world.transfer_request()
    less = common_pb2.Money(minor=GROSS - 1, currency="EUR")
    smaller = await world.transfer_request(amount=less)
    await world.import_file(statement(Entry(less.minor, reference=request.transfer.reference, bank_reference="B-5")))
    await world.stub("operator").RecordBankTransfer(
        payments_pb2.RecordBankTransferRequest(
            request_id=request_id(),
            payment_request_id=smaller.payment_request_id,
            amount=less,
            booked_on=to_date(world.today()),
            bank_reference="B-5",
            steering=common_pb2.Steering(actor="anna", reason_code="phone_confirmed"),
        )
    )
    assert (await world.get(smaller)).state == PAID
    assert (await world.close(request)).state == CLOSED
