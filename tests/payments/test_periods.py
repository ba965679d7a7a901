"""A period of a subscription is paid as an order is, by bank, online and by hand, and its renewal is woken."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from sqlalchemy.exc import IntegrityError

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_transfers import record, seen
from tests.payments.test_webhooks import genuine_event, hand_in
from tests.payments.world import GROSS, World, uuid_of

PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN
TRANSFER = common_pb2.PAYMENT_METHOD_BANK_TRANSFER
ONLINE = common_pb2.PAYMENT_METHOD_ONLINE


def third_period() -> PeriodCause:
    """The third period of somebody's subscription."""
    return PeriodCause(new_id(), 3)


async def asked(world: World, period: PeriodCause, **changed: Any) -> payments_pb2.PaymentRequest:
    """The payment request of a period."""
    return await world.request(order_id="", period=period_of(period), **changed)


async def by_statement(world: World, request: payments_pb2.PaymentRequest) -> None:
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference)))


async def by_card(world: World, request: payments_pb2.PaymentRequest) -> None:
    await world.stripe.pay(await world.start(request))
    await world.deliver()


async def by_word(world: World, request: payments_pb2.PaymentRequest) -> None:
    await record(world, seen(world, request))


async def by_word_about_waiting_money(world: World, request: payments_pb2.PaymentRequest) -> None:
    await world.import_file(statement(Entry(GROSS, text="senza riferimento", bank_reference="CRO-4711")))
    await record(world, seen(world, request))


Pay = Callable[[World, payments_pb2.PaymentRequest], Awaitable[None]]


@pytest.mark.parametrize(
    ("pay", "method", "source"),
    [
        (by_statement, TRANSFER, "bank"),
        (by_card, ONLINE, "stripe"),
        (by_word, TRANSFER, "announced"),
        (by_word_about_waiting_money, TRANSFER, "bank"),
    ],
)
async def test_a_period_is_paid_in_every_way_and_wakes_its_renewal(
    world: World, pay: Pay, method: common_pb2.PaymentMethod, source: str
) -> None:
    period = third_period()
    request = await asked(world, period, method=method)
    await pay(world, request)
    assert (await world.get(request)).state == PAID
    (wake,) = await world.wakes()
    assert (wake.workflow, wake.workflow_id) == ("Renewal", f"renewal:{period.subscription_id}:3")
    assert (wake.signal, wake.subject) == ("payment_completed", period.key)
    balances = await world.balances()
    assert {account: amount for account, amount in balances.items() if amount} == {source: GROSS, "receivable": -GROSS}


async def test_a_period_has_one_request_however_often_it_is_asked_for(world: World) -> None:
    period, account = third_period(), str(new_id())
    made = await asyncio.gather(*(asked(world, period, account_id=account) for _ in range(10)))
    assert all(request == made[0] for request in made)
    next_one = await asked(world, PeriodCause(period.subscription_id, 4), account_id=account)
    assert {made[0].payment_request_id, next_one.payment_request_id} == {
        str(row["id"]) for row in await world.room.rows("payment_requests")
    }


async def test_the_same_period_with_another_amount_is_refused(world: World) -> None:
    period = third_period()
    first = await asked(world, period)
    more = common_pb2.Money(minor=GROSS + 1, currency="EUR")
    with pytest.raises(Refused) as refused:
        await asked(world, period, account_id=first.account_id, amount=more)
    assert refused.value.reason == errors_pb2.REASON_AMOUNT_MISMATCH


async def test_a_request_says_which_period_it_is_for_and_is_found_by_it(world: World) -> None:
    period = third_period()
    request = await asked(world, period)
    assert (request.order_id, request.period) == ("", period_of(period))
    by_period = payments_pb2.GetPaymentRequestRequest(period_id=str(period.key))
    stub, owner = world.stub("gateway"), uuid_of(payments_pb2.PaymentRequest(payment_request_id=request.account_id))
    found = await stub.GetPaymentRequest(by_period, metadata=world.room.customer(owner))
    assert found.payment_request == request
    for answer in (
        stub.GetPaymentRequest(by_period, metadata=world.room.customer(new_id())),
        world.stub().GetPaymentRequest(payments_pb2.GetPaymentRequestRequest(order_id=str(period.key))),
    ):
        with pytest.raises(Refused) as refused:
            await answer
        assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_request_of_a_period_ends_once_as_an_orders_does(world: World) -> None:
    request = await asked(world, third_period(), method=TRANSFER)
    closed = await world.close(request, payments_pb2.CLOSE_REASON_CANCELLED)
    assert closed.state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    await by_statement(world, request)
    assert [entry.reason for entry in await world.queue()] == [payments_pb2.MONEY_ENTRY_REASON_LATE]
    assert await world.wakes() == []


async def test_money_that_names_a_period_and_waits_wakes_its_renewal(world: World) -> None:
    period = third_period()
    request = await asked(world, period, method=TRANSFER)
    await world.import_file(statement(Entry(GROSS - 1, reference=request.transfer.reference)))
    (wake,) = await world.wakes()
    assert (wake.workflow_id, wake.signal) == (f"renewal:{period.subscription_id}:3", "money_waiting")
    assert wake.subject == period.key


async def test_a_transfer_that_no_statement_has_told_of_says_which_period_it_is_for(world: World) -> None:
    period = third_period()
    await by_word(world, await asked(world, period, method=TRANSFER))
    world.room.clock.advance(days=6)
    proof = await world.stub("operator").ProveLedger(payments_pb2.ProveLedgerRequest())
    (transfer,) = proof.unconfirmed_transfers
    assert (transfer.order_id, transfer.period) == ("", period_of(period))
    assert f"for period 3 of subscription {period.subscription_id}, recorded" in proof.unconfirmed[0]


async def test_the_provider_is_told_which_period_is_paid(world: World) -> None:
    period = third_period()
    request = await asked(world, period)
    await world.start(request)
    session = (await world.stripe.state())["sessions"][0]
    assert session["client_reference_id"] == str(period.key)
    assert session["metadata"] == {
        "payment_request_id": request.payment_request_id,
        "period_id": str(period.key),
        "subscription_id": str(period.subscription_id),
        "period_number": "3",
        "attempt": "1",
    }


async def test_money_that_names_another_period_than_its_request_waits_as_unknown(world: World) -> None:
    await world.stripe.faults(drop=True)
    request = await asked(world, third_period())
    await world.stripe.pay(await world.start(request))
    await world.stripe.faults()
    other = third_period()
    async with world.room.core.database.transaction() as conn:
        change = "UPDATE payment_requests SET period_id = $1, subscription_id = $2"
        await conn.exec_driver_sql(change, (other.key, other.subscription_id))
    await hand_in(world, await genuine_event(world))
    (entry,) = await world.queue()
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_UNKNOWN
    assert (await world.get(request)).state == OPEN


@pytest.mark.parametrize(
    "change",
    [
        "order_id = NULL",
        "period_id = id, subscription_id = id, period_number = 1",
        "order_id = NULL, period_id = id, subscription_id = id",
        "order_id = NULL, period_id = id, subscription_id = id, period_number = 0",
        "subscription_id = id, period_number = 1",
    ],
)
async def test_the_database_itself_refuses_a_request_for_neither_or_both(world: World, change: str) -> None:
    await world.request()
    with pytest.raises(IntegrityError, match="check constraint"):
        async with world.room.core.database.transaction() as conn:
            await conn.exec_driver_sql(f"UPDATE payment_requests SET {change}")
