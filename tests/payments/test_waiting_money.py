"""Money that waits is told to whoever deals with the request that it names, wakes its order, and can be withdrawn."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.kit.wire import to_date
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World
from tests.support.room import request_id

PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN
SHORT = payments_pb2.MONEY_ENTRY_REASON_SHORT
LESS = common_pb2.Money(minor=GROSS - 100, currency="EUR")
EXACT = common_pb2.Money(minor=GROSS, currency="EUR")
STEERING = common_pb2.Steering(actor="anna@provider", reason_code="mistyped", source="bank withdraw/1")


async def waiting(
    world: World, request: payments_pb2.PaymentRequest, caller: str = "worker", metadata: Any = None
) -> list[payments_pb2.MoneyEntry]:
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    return list((await world.stub(caller).GetPaymentRequest(asked, metadata=metadata)).waiting)


async def record(
    world: World, request: payments_pb2.PaymentRequest, amount: common_pb2.Money, reference: str = "B-1"
) -> payments_pb2.RecordBankTransferResponse:
    answer: payments_pb2.RecordBankTransferResponse = await world.stub().RecordBankTransfer(
        payments_pb2.RecordBankTransferRequest(
            request_id=request_id(),
            payment_request_id=request.payment_request_id,
            amount=amount,
            booked_on=to_date(world.today()),
            bank_reference=reference,
            steering=STEERING,
        )
    )
    return answer


def withdrawal(
    request: payments_pb2.PaymentRequest, reference: str = "B-1"
) -> payments_pb2.WithdrawBankTransferRequest:
    return payments_pb2.WithdrawBankTransferRequest(
        request_id=request_id(),
        payment_request_id=request.payment_request_id,
        bank_reference=reference,
        steering=STEERING,
    )


async def withdraw(world: World, asked: payments_pb2.WithdrawBankTransferRequest) -> payments_pb2.PaymentRequest:
    answer: payments_pb2.WithdrawBankTransferResponse = await world.stub("operator").WithdrawBankTransfer(asked)
    return answer.payment_request


async def signals(world: World) -> list[tuple[str, str]]:
    return [(str(wake.subject), wake.signal) for wake in await world.wakes()]


async def test_waiting_money_that_names_a_request_is_told_with_it(world: World) -> None:
    request, other = await world.transfer_request(), await world.transfer_request()
    await world.import_file(statement(Entry(LESS.minor, reference=request.transfer.reference)))
    (entry,) = await waiting(world, request, "operator")
    assert (entry.reason, entry.amount, entry.available_on) == (SHORT, LESS, to_date(world.today()))
    assert [entry] == await world.queue()
    assert await waiting(world, other) == []


async def waiting_for(world: World, account_id: str, caller: str = "worker") -> list[payments_pb2.MoneyEntry]:
    asked = payments_pb2.GetWaitingMoneyRequest(account_id=account_id)
    return list((await world.stub(caller).GetWaitingMoney(asked)).waiting)


async def test_money_that_names_an_order_waits_for_its_account_whatever_became_of_the_order(world: World) -> None:
    request, other = await world.transfer_request(), await world.transfer_request()
    await world.close(request)
    both = await world.transfer_request(account_id=request.account_id)
    file = statement(
        Entry(GROSS, reference=request.transfer.reference, bank_reference="B-1"),
        Entry(LESS.minor, reference=both.transfer.reference),
    )
    await world.import_file(file)
    assert await waiting_for(world, request.account_id, "operator") == await world.queue()
    assert len(await waiting_for(world, request.account_id)) == 2
    assert await waiting_for(world, other.account_id) == []
    third = await world.transfer_request(account_id=request.account_id)
    assert (await record(world, third, EXACT)).payment_request.state == PAID
    assert [entry.amount for entry in await waiting_for(world, request.account_id)] == [LESS]


async def test_a_mere_suggestion_and_what_was_taken_back_wait_for_no_account(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, text="?")))
    assert await waiting_for(world, request.account_id) == []
    reference = request.transfer.reference
    await world.import_file(statement(Entry(GROSS, reference=reference, bank_reference="B-2"), number="S2"))
    taken_back = Entry(GROSS, reference=reference, bank_reference="B-2", reversal=True, direction="DBIT")
    await world.import_file(statement(taken_back, number="S3"))
    assert len(await world.queue()) == 2
    assert await waiting_for(world, request.account_id) == []


async def test_a_customer_is_told_nothing_of_the_operators_queue(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(LESS.minor, reference=request.transfer.reference)))
    metadata = world.room.customer(UUID(request.account_id))
    assert await waiting(world, request, "gateway", metadata) == []


async def test_a_mere_suggestion_is_not_told_with_the_request_and_wakes_nobody(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, text="?")))
    assert [list(entry.suggestions) for entry in await world.queue()] == [[request.payment_request_id]]
    assert await waiting(world, request) == []
    assert await signals(world) == []


async def test_money_that_waits_wakes_the_open_orders_that_it_names(world: World) -> None:
    one, two, closed = [await world.transfer_request() for _ in range(3)]
    await world.close(closed)
    await world.import_file(statement(Entry(LESS.minor, reference=one.transfer.reference)))
    assert await signals(world) == [(one.order_id, "money_waiting")]
    await world.room.empty_outbox()
    both = f"{one.transfer.reference} {two.transfer.reference} {closed.transfer.reference}"
    await world.import_file(statement(Entry(GROSS, text=both), number="S2"))
    assert sorted(await signals(world)) == sorted((each.order_id, "money_waiting") for each in (one, two))


async def test_money_that_is_given_to_one_order_wakes_the_others_that_it_named(world: World) -> None:
    one, two = await world.transfer_request(), await world.transfer_request()
    both = f"{one.transfer.reference} {two.transfer.reference}"
    await world.import_file(statement(Entry(GROSS, text=both, bank_reference="B-1")))
    await world.room.empty_outbox()
    assert (await record(world, one, EXACT)).payment_request.state == PAID
    assert sorted(await signals(world)) == sorted(
        [(one.order_id, "payment_completed"), (two.order_id, "money_waiting")]
    )
    assert await waiting(world, two) == []


async def test_a_request_tells_the_day_from_which_money_can_have_paid_it(world: World) -> None:
    request = await world.transfer_request()
    assert request.created_on == to_date(world.today())
    await world.advance(days=3)
    assert (await world.get(request)).created_on == to_date(world.today() - timedelta(days=3))


async def test_a_transfer_recorded_by_mistake_is_withdrawn_by_a_contra_entry_and_recorded_anew(world: World) -> None:
    request = await world.transfer_request()
    await record(world, request, LESS)
    await world.room.empty_outbox()
    assert (await withdraw(world, withdrawal(request))).state == OPEN
    assert await world.queue() == await waiting(world, request) == []
    assert await world.balances() == {"announced": 0, "suspense": 0}
    assert await signals(world) == [(request.order_id, "money_waiting")]
    kinds = [row["kind"] for row in await world.room.rows("ledger_transactions")]
    assert kinds == ["receipt", "withdrawal"]
    kept = (await world.room.rows("audit"))[-1]
    assert (kept["actor"], kept["action"], kept["reason_code"]) == (
        "anna@provider", "withdraw_bank_transfer", "mistyped",
    )  # fmt: skip
    assert (await record(world, request, EXACT)).payment_request.state == PAID
    assert await world.balances() == {"announced": GROSS, "receivable": -GROSS, "suspense": 0}


async def test_the_same_withdrawal_twice_or_at_once_is_one(world: World) -> None:
    request = await world.transfer_request()
    await record(world, request, LESS)
    asked = withdrawal(request)
    answers = await asyncio.gather(*(withdraw(world, asked) for _ in range(3)))
    assert all(answer == answers[0] for answer in answers)
    assert await world.balances() == {"announced": 0, "suspense": 0}


async def test_a_withdrawn_record_is_confirmed_by_no_statement_and_missed_by_no_proof(world: World) -> None:
    request = await world.transfer_request()
    await record(world, request, LESS)
    await withdraw(world, withdrawal(request))
    await world.advance(days=6)
    assert list((await world.proof()).unconfirmed) == []
    done = await world.import_file(statement(Entry(LESS.minor, bank_reference="B-1", text="?")))
    assert (done.confirmed, done.queued) == (0, 1)


@pytest.mark.parametrize("why", ["paid", "confirmed", "told by the bank", "unknown", "withdrawn"])
async def test_only_a_record_that_waits_unconfirmed_can_be_withdrawn(world: World, why: str) -> None:
    request = await world.transfer_request()
    match why:
        case "paid":
            await record(world, request, EXACT)
        case "confirmed":
            await record(world, request, LESS)
            await world.import_file(statement(Entry(LESS.minor, bank_reference="B-1")))
        case "told by the bank":
            entry = Entry(LESS.minor, bank_reference="B-1", reference=request.transfer.reference)
            await world.import_file(statement(entry))
        case "withdrawn":
            await record(world, request, LESS)
            await withdraw(world, withdrawal(request))
    before = await world.balances()
    with pytest.raises(Refused) as refused:
        await withdraw(world, withdrawal(request))
    assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
    assert await world.balances() == before


async def test_every_bad_field_of_a_withdrawal_is_named(world: World) -> None:
    asked = payments_pb2.WithdrawBankTransferRequest(request_id="x", payment_request_id="y", bank_reference="")
    with pytest.raises(Refused) as refused:
        await withdraw(world, asked)
    assert {violation.field for violation in refused.value.violations} == {
        "request_id", "payment_request_id", "bank_reference", "steering.actor", "steering.reason_code",
    }  # fmt: skip


@pytest.mark.parametrize(("days", "said"), [(-1, "before the payment request"), (1, "lies in the future")])
async def test_a_wrong_booking_date_is_refused_in_words(world: World, days: int, said: str) -> None:
    request = await world.transfer_request()
    asked = payments_pb2.RecordBankTransferRequest(
        request_id=request_id(),
        payment_request_id=request.payment_request_id,
        amount=EXACT,
        booked_on=to_date(world.today() + timedelta(days=days)),
        bank_reference="B-1",
        steering=STEERING,
    )
    with pytest.raises(Refused) as refused:
        await world.stub().RecordBankTransfer(asked, metadata=[("accept-language", "en")])
    assert said in refused.value.violations[0].message
