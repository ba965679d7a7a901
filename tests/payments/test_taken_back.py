"""Money that the bank takes back while it waits pays nothing, goes back to nobody, and is settled with its reversal."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.database import Database
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import Fate
from services.payments.service import taking_back
from services.payments.store import queue
from tests.payments.rows import Rows, receipt
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds import APPROVED, CANCELLED, FAILED, REQUESTED, of, retry
from tests.payments.test_settling import arrives, assign, cancel, credit, get, refund, set_aside
from tests.payments.world import GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import refused_as

OPEN, PAID = pb.PAYMENT_REQUEST_STATE_OPEN, pb.PAYMENT_REQUEST_STATE_PAID
TAKEN_BACK = pb.MONEY_SETTLEMENT_TAKEN_BACK
SENT, DONE = pb.REFUND_STATE_SENT, pb.REFUND_STATE_DONE
LESS = GROSS - 1


def short(request: pb.PaymentRequest, minor: int = LESS, name: str = "B-1") -> Entry:
    """A part of what a request asks for, under a bank reference of its own."""
    return Entry(minor, reference=request.transfer.reference, bank_reference=name, iban=PAYERS_IBAN)


async def take_back(world: World, entry: Entry, *, marked: bool = True) -> pb.ImportStatementResponse:
    """A later statement takes an entry back."""
    back = replace(entry, direction="DBIT", reversal=marked)
    return await world.import_file(statement(back, number=f"BACK-{new_id()}"))


async def exported(world: World) -> pb.ExportRefundsResponse:
    asked = pb.ExportRefundsRequest(request_id=str(new_id()), steering=STEERING)
    made: pb.ExportRefundsResponse = await world.stub("operator").ExportRefunds(asked)
    return made


async def invoiced(world: World, entry: pb.MoneyEntry) -> pb.MoneyEntry:
    answer: pb.DecideAdvanceResponse = await world.stub().DecideAdvance(
        pb.DecideAdvanceRequest(money_entry_id=entry.money_entry_id)
    )
    return answer.entry


@pytest.mark.parametrize("marked", [True, False])
async def test_a_reversal_and_the_waiting_money_that_it_takes_back_are_settled_together(
    world: World, *, marked: bool
) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    await world.room.empty_outbox()
    done = await take_back(world, short(request), marked=marked)
    assert (done.taken_back, done.queued, done.ignored) == (1, 0, 0)
    assert await world.queue() == []
    settled = await get(world, entry)
    assert (settled.settlement, settled.HasField("advance"), settled.HasField("invoice_by")) == (
        TAKEN_BACK, False, False,
    )  # fmt: skip
    reversal = await get(world, pb.MoneyEntry(money_entry_id=settled.taken_back_by))
    assert (reversal.settlement, reversal.amount.minor, reversal.takes_back) == (
        TAKEN_BACK, -LESS, entry.money_entry_id,
    )  # fmt: skip
    by_id = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert list((await world.stub().GetPaymentRequest(by_id)).gone) == [settled]
    woken = {(wake.workflow_id, wake.signal) for wake in [*await world.room.wakes(), *await world.room.news()]}
    assert (f"money:{entry.money_entry_id}", "money_changed") in woken
    assert (f"order:{request.order_id}", "money_waiting") in woken
    assert await world.balances() == {"bank": 0, "suspense": 0}


async def test_money_that_was_taken_back_is_no_part_of_the_whole(world: World) -> None:
    request = await world.transfer_request()
    await arrives(world, short(request))
    await take_back(world, short(request))
    cent = await world.import_file(statement(short(request, 1, "B-2"), number="CENT"))
    assert (cent.paid, cent.made_whole, cent.queued) == (0, 0, 1)
    assert (await world.get(request)).state == OPEN
    (rest,) = await world.queue()
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH) as refused:
        await assign(world, rest, request)
    assert refused.value.metadata["missing"] == str(LESS)
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert (await world.stub().GetPaymentRequest(asked)).rest.missing.minor == LESS
    assert await world.balances() == {"bank": 1, "suspense": -1}


async def test_what_was_taken_back_lowers_nothing_that_other_money_pays_and_is_refunded_of(world: World) -> None:
    request = await world.transfer_request()
    await arrives(world, short(request))
    await take_back(world, short(request))
    await world.import_file(statement(short(request, GROSS, "B-2"), number="WHOLE"))
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    answer = await world.stub().GetPaymentRequest(asked)
    assert (answer.payment_request.state, answer.refundable.minor) == (PAID, GROSS)


async def test_after_it_was_taken_back_money_is_given_to_nothing_and_nobody(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    await take_back(world, short(request))
    for refused in (
        assign(world, entry, request, accept_shortfall=True), credit(world, entry, request.account_id),
        refund(world, entry), set_aside(world, entry),
    ):  # fmt: skip
        with refused_as(errors_pb2.REASON_MONEY_SETTLED):
            await refused
    await world.advance(days=11)
    assert not (await invoiced(world, entry)).advance.HasField("decided_at")


async def test_a_second_telling_of_a_reversal_waits_for_a_person_and_takes_no_other_money(world: World) -> None:
    request = await world.transfer_request()
    await arrives(world, short(request))
    await take_back(world, short(request))
    again = await take_back(world, replace(short(request), end_to_end="E2E-9"))
    assert (again.taken_back, again.queued) == (0, 1)
    (entry,) = await world.queue()
    assert (entry.amount.minor, entry.takes_back) == (-LESS, "")


async def test_of_two_who_take_back_the_same_money_the_second_waits_for_a_person(
    database: Database, rows: Rows
) -> None:
    """Both have found it before either has taken it."""
    entry_id = await rows.queued()
    found = []
    for _ in range(2):
        async with database.transaction() as conn:
            found.append(await taking_back.take_back(conn, receipt(), entry_id, ()))
    assert found == [(Fate.TAKEN_BACK, 0), (Fate.QUEUED, 0)]
    async with database.reading() as conn:
        [waits] = await queue.page(conn, None, 10)
        assert (waits.reason, waits.takes_back) == (QueueReason.REVERSED, None)


async def test_a_reversal_without_a_reference_is_known_by_what_it_names(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    assert (await take_back(world, replace(short(request), bank_reference=""))).taken_back == 1
    assert (await get(world, entry)).settlement == TAKEN_BACK
    unknown = Entry(500, text="?", iban=PAYERS_IBAN)
    (other,) = await arrives(world, unknown)
    assert (await take_back(world, unknown)).taken_back == 1
    assert (await get(world, other)).settlement == TAKEN_BACK


async def test_while_it_is_not_known_what_was_taken_back_short_money_waits(world: World) -> None:
    """A reversal of another amount, less a bank's charges, is for a person."""
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    await take_back(world, replace(short(request), minor=LESS - 20))
    cent = await world.import_file(statement(short(request, 1, "B-2"), number="CENT"))
    assert (cent.made_whole, (await world.get(request)).state) == (0, OPEN)
    await world.advance(days=11)
    assert not (await invoiced(world, entry)).HasField("advance")
    (reversal,) = [each for each in await world.queue() if each.amount.minor < 0]
    await set_aside(world, reversal)
    assert (await invoiced(world, entry)).advance.amount.minor == LESS


async def test_a_refund_that_has_not_left_is_given_up_with_the_money(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    asked = await refund(world, entry)
    assert asked.state == APPROVED
    done = await take_back(world, short(request))
    assert (done.taken_back, done.refunds_stopped) == (1, 1)
    stopped = await world.get_refund(asked)
    assert (stopped.state, stopped.failure) == (CANCELLED, "taken_back")
    assert (await get(world, entry)).settlement == TAKEN_BACK
    assert not (await exported(world)).file
    assert await world.queue() == []
    assert await world.balances() == {"bank": 0, "suspense": 0, "refunds": 0}


async def test_a_refund_in_a_file_is_for_a_person_and_is_not_tried_again(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    asked = await refund(world, entry)
    assert (await exported(world)).transfers == 1
    done = await take_back(world, short(request))
    assert (done.taken_back, done.queued, done.refunds_stopped) == (0, 1, 0)
    (reversal,) = await world.queue()
    told = await get(world, entry)
    assert (told.settlement, told.taken_back_by) == (pb.MONEY_SETTLEMENT_REFUNDED, reversal.money_entry_id)
    assert reversal.takes_back == entry.money_entry_id
    failed = await world.stub("operator").FailRefund(
        pb.FailRefundRequest(request_id=str(new_id()), refund_id=asked.refund_id, steering=STEERING)
    )
    assert failed.refund.state == FAILED
    with refused_as(errors_pb2.REASON_REFUND_STATE) as refused:
        await retry(world, asked)
    assert "the bank took this money back" in refused.value.message
    await cancel(world, asked)
    assert (await get(world, entry)).settlement == TAKEN_BACK
    assert await world.queue() == []
    assert await world.balances() == {"bank": 0, "suspense": 0, "refunds": 0}


async def test_a_part_payment_that_was_invoiced_is_for_a_person_who_can_only_set_it_aside(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request, GROSS - 1_000))
    await world.advance(days=11)
    assert (await invoiced(world, entry)).advance.HasField("decided_at")
    await world.room.empty_outbox()
    done = await take_back(world, short(request, GROSS - 1_000))
    assert (done.taken_back, done.queued) == (0, 1)
    assert f"money:{entry.money_entry_id}" in {wake.workflow_id for wake in await world.room.wakes()}
    told = await get(world, entry)
    assert (bool(told.settlement), bool(told.taken_back_by)) == (False, True)
    for refused in (
        assign(world, entry, request), credit(world, entry, request.account_id), refund(world, entry),
    ):  # fmt: skip
        with refused_as(errors_pb2.REASON_MONEY_SETTLED) as why:
            await refused
        assert "the bank took this money back" in why.value.message
    rest = await world.import_file(statement(short(request, 1_000, "B-2"), number="REST"))
    assert (rest.made_whole, (await world.get(request)).state) == (0, OPEN)
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert [each.amount.minor for each in (await world.stub().GetPaymentRequest(asked)).waiting] == [1_000]
    for each in await world.queue():
        if each.amount.minor != 1_000:
            await set_aside(world, each)
    assert (await get(world, entry)).settlement == pb.MONEY_SETTLEMENT_SET_ASIDE
    assert await world.balances() == {"bank": 1_000, "suspense": -1_000, "set_aside": 0}


async def test_what_it_had_paid_stays_paid_and_refunds_of_it_wait_for_a_person(world: World) -> None:
    paying = Entry(GROSS, bank_reference="B-1", iban=PAYERS_IBAN)
    request = await world.transfer_request()
    paying = replace(paying, reference=request.transfer.reference)
    await world.import_file(statement(paying))
    asked = await world.refund(**of(request, GROSS), withdrawal_order_id=str(new_id()))
    assert asked.state == REQUESTED
    done = await take_back(world, paying)
    assert (done.taken_back, done.queued, done.refunds_stopped) == (0, 1, 1)
    stopped = await world.get_refund(asked)
    assert (stopped.state, stopped.failure, (await world.get(request)).state) == (FAILED, "taken_back", PAID)
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, stopped)


@pytest.mark.parametrize("aside", [False, True])
async def test_a_second_payment_after_a_reversal_goes_back_by_an_express_word_only(
    world: World, *, aside: bool
) -> None:
    request, (paying,) = await paid_and_taken_back(world, GROSS)
    again = await arrives(world, replace(paying, bank_reference="B-2"))
    reversal, second = sorted(again, key=lambda entry: entry.amount.minor)
    assert (second.reason, second.names_only_paid) == (pb.MONEY_ENTRY_REASON_TWICE, True)
    if aside:
        await set_aside(world, reversal)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
        await refund(world, second)
    assert refused.value.metadata["taken_back"] == str(GROSS)
    fields = {"money_entry_id": second.money_entry_id, "steering": STEERING, "accept_taken_back": True}
    assert (await world.refund("operator", **fields)).state == pb.REFUND_STATE_APPROVED
    assert (await world.get(request)).state == PAID


async def test_a_second_payment_and_the_reversal_that_it_makes_good_are_set_aside_and_nothing_together(
    world: World,
) -> None:
    _, (paying,) = await paid_and_taken_back(world, GROSS)
    for entry in await arrives(world, replace(paying, bank_reference="B-2")):
        await set_aside(world, entry)
    assert {name: minor for name, minor in (await world.balances()).items() if minor} == {
        "bank": GROSS, "receivable": -GROSS
    }  # fmt: skip


@pytest.fixture
def order() -> str:
    return str(new_id())


async def paid_and_taken_back(world: World, *parts: int) -> tuple[pb.PaymentRequest, list[Entry]]:
    """A request that transfers have paid, of which the bank takes back the first."""
    request = await world.transfer_request()
    paying = [short(request, minor, f"B-{place}") for place, minor in enumerate(parts)]
    await world.import_file(statement(*paying, number="PAID"))
    assert (await world.get(request)).state == PAID
    await take_back(world, paying[0])
    return request, paying


OWED = 5
COUNTED = pb.REFUND_MEANS_TAKEN_BACK


async def test_what_a_person_sets_aside_is_the_refund_of_a_consumer_who_withdraws_afterwards(
    world: World, order: str
) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (reversal,) = await world.queue()
    await set_aside(world, reversal)
    wanted = str(new_id())
    made = [
        await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order, refund_id=wanted) for _ in range(2)
    ]
    assert {(each.state, each.means, each.amount.minor) for each in made} == {(DONE, COUNTED, GROSS - OWED)}
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, OWED + 1), withdrawal_order_id=order)
    assert not (await exported(world)).file
    assert await world.balances() == {
        "bank": 0, "receivable": -GROSS, "refunds": 0, "returned": GROSS - OWED, "set_aside": OWED, "suspense": 0,
    }  # fmt: skip
    assert not (await world.proof()).discrepancies


@pytest.mark.parametrize("asked_before", [True, False])
async def test_the_refund_waits_for_the_decision_and_is_made_by_what_is_set_aside(
    world: World, order: str, *, asked_before: bool
) -> None:
    if asked_before:
        request = await world.transfer_request()
        paying = short(request, GROSS)
        await world.import_file(statement(paying))
        asked = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
        await take_back(world, paying)
    else:
        request, _ = await paid_and_taken_back(world, GROSS)
        asked = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
    stopped = await world.get_refund(asked)
    assert (stopped.state, stopped.failure) == (FAILED, "taken_back")
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, stopped)
    (reversal,) = await world.queue()
    await world.room.empty_outbox()
    await set_aside(world, reversal)
    done = await world.get_refund(asked)
    assert (done.state, done.means, done.failure, done.iban) == (DONE, COUNTED, "", "")
    assert (f"withdrawal:{order}", "refund_changed") in {
        (wake.workflow_id, wake.signal) for wake in await world.room.wakes()
    }
    assert not (await exported(world)).file
    assert not (await world.proof()).discrepancies


async def test_a_refund_that_the_bank_was_kept_from_executing_is_not_tried_again_over_a_reversal(
    world: World, order: str
) -> None:
    request = await world.transfer_request()
    paying = short(request, GROSS)
    await world.import_file(statement(paying))
    asked = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
    await world.stub("operator").ApproveRefunds(
        pb.ApproveRefundsRequest(request_id=str(new_id()), refund_ids=[asked.refund_id], steering=STEERING)
    )
    assert (await exported(world)).file
    assert (await take_back(world, paying)).refunds_stopped == 0
    (reversal,) = await world.queue()
    assert (await world.get_refund(asked)).taken_back_by == reversal.money_entry_id
    await world.stub("operator").FailRefund(
        pb.FailRefundRequest(request_id=str(new_id()), refund_id=asked.refund_id, steering=STEERING)
    )
    with refused_as(errors_pb2.REASON_REFUND_STATE):
        await retry(world, asked)
    await set_aside(world, reversal)
    after = await world.get_refund(asked)
    assert (after.state, after.means, after.taken_back_by) == (DONE, COUNTED, "")


async def test_the_second_half_of_a_refund_is_done_by_what_is_taken_back_of_it_too(world: World, order: str) -> None:
    request, paying = await paid_and_taken_back(world, 10_000, GROSS - 10_000)
    (first,) = await world.queue()
    await set_aside(world, first)
    made = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
    assert (made.state, made.means, made.credited.minor) == (DONE, COUNTED, GROSS - OWED - 10_000)
    half = pb.Refund(refund_id=made.paid_out_by)
    assert (await world.get_refund(half)).means == pb.REFUND_MEANS_BANK_TRANSFER
    await take_back(world, paying[1])
    assert (await world.get_refund(half)).failure == "taken_back"
    for refused in (retry, cancel):
        with refused_as(errors_pb2.REASON_REFUND_STATE):
            await refused(world, half)
    (second,) = await world.queue()
    await set_aside(world, second)
    after = await world.get_refund(half)
    assert (after.state, after.means, after.amount.minor) == (DONE, COUNTED, GROSS - OWED - 10_000)
    assert (await world.balances())["bank"] == 0
    assert not (await exported(world)).file
    assert not (await world.proof()).discrepancies


@pytest.mark.parametrize("named", ["B-0", ""], ids=["with the bank's reference", "without"])
async def test_a_reversal_that_is_told_twice_takes_its_credit_once(world: World, order: str, *, named: str) -> None:
    request, paying = await paid_and_taken_back(world, 10_000, GROSS - 10_000)
    again = replace(paying[0], bank_reference=named, text="STORNO", end_to_end="")
    assert (await take_back(world, again)).queued == 1
    for reversal in await world.queue():
        await set_aside(world, reversal)
    made = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
    assert (made.means, made.amount.minor, made.credited.minor) == (COUNTED, GROSS - OWED, GROSS - OWED - 10_000)
    paid_out = await world.get_refund(pb.Refund(refund_id=made.paid_out_by))
    assert (paid_out.state, paid_out.means) == (REQUESTED, pb.REFUND_MEANS_BANK_TRANSFER)


@pytest.mark.parametrize("other", [{"end_to_end": ""}, {"iban": ""}, {"text": "BONIFICO SEPA"}])
async def test_two_files_that_tell_one_reference_of_the_bank_tell_one_transfer(
    world: World, other: dict[str, object]
) -> None:
    request = await world.transfer_request()
    half = replace(short(request, HALF, "B-1"), end_to_end="E2E-1")
    await world.import_file(statement(half, number="NOTIFIED"))
    done = await world.import_file(statement(replace(half, **other), number="BOOKED"))  # type: ignore[arg-type]
    assert (done.made_whole, (await world.get(request)).state) == (0, OPEN)
    assert [each.perhaps_told_twice for each in await world.queue()] == [True, True]


async def test_a_reversal_of_money_that_paid_and_was_told_twice_waits_for_a_person(world: World) -> None:
    request = await world.transfer_request()
    paying = short(request, GROSS, "")
    await world.import_file(statement(paying, number="NOTIFIED"))
    booked = replace(paying, bank_reference="B-1")
    await world.import_file(statement(booked, number="BOOKED"))
    assert (await take_back(world, booked)).taken_back == 0
    twin, reversal = sorted(await world.queue(), key=lambda each: -each.amount.minor)
    assert (twin.perhaps_told_twice, reversal.amount.minor, reversal.takes_back) == (True, -GROSS, "")
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert (await world.stub().GetPaymentRequest(asked)).refundable.minor == 0


@pytest.mark.parametrize("differs", ["day", "payer", "request"])
async def test_a_reversal_without_a_credit_takes_no_honest_payment(world: World, differs: str) -> None:
    await world.advance(days=3)
    request, other = await world.transfer_request(), await world.transfer_request()
    await world.advance(days=2)
    strange = replace(short(request, GROSS, ""), end_to_end="1", day=world.today())
    await take_back(world, strange)
    await world.advance(days=1)
    day = world.today() if differs == "day" else world.today() - timedelta(days=1)
    honest = replace(strange, bank_reference="B-9", day=day)
    if differs == "payer":
        honest = replace(honest, iban="FR1420041010050500013M02606")
    if differs == "request":
        honest = replace(honest, reference=other.transfer.reference)
    done = await world.import_file(statement(honest, number="HONEST"))
    assert (done.paid, done.taken_back) == (1, 0)


async def test_what_credit_made_good_is_refunded_like_any_payment(world: World, order: str) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (again,) = [each for each in await arrives(world, short(request, GROSS, "B-9")) if each.amount.minor > 0]
    assert again.reason == pb.MONEY_ENTRY_REASON_TWICE
    assert await credit(world, again, request.account_id) == GROSS
    (reversal,) = await world.queue()
    stopped = await world.refund(**of(request, GROSS - OWED), withdrawal_order_id=order)
    assert await credit(world, reversal, request.account_id) == 0
    assert (await retry(world, stopped)).state == APPROVED
    assert (await world.get_refund(stopped)).means == pb.REFUND_MEANS_BANK_TRANSFER
    assert not (await world.proof()).discrepancies


async def test_of_two_transfers_one_is_taken_back_and_the_other_goes_back_with_it(world: World, order: str) -> None:
    request, _ = await paid_and_taken_back(world, LESS, 1)
    stopped = await world.refund(**of(request, GROSS), withdrawal_order_id=order)
    assert (stopped.state, stopped.failure) == (FAILED, "taken_back")
    (reversal,) = await world.queue()
    await set_aside(world, reversal)
    assert (await world.get_refund(stopped)).state == CANCELLED, "it is more than was taken back"
    anew = await world.refund(**of(request, GROSS), withdrawal_order_id=order)
    assert (anew.state, anew.means, anew.credited.minor) == (DONE, COUNTED, 1)
    rest = await world.get_refund(pb.Refund(refund_id=anew.paid_out_by))
    assert (rest.amount.minor, rest.means) == (1, pb.REFUND_MEANS_BANK_TRANSFER)
    assert not (await world.proof()).discrepancies


async def test_without_a_withdrawal_nothing_that_was_taken_back_counts_as_refunded(world: World) -> None:
    request, _ = await paid_and_taken_back(world, GROSS)
    (reversal,) = await world.queue()
    await set_aside(world, reversal)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH) as refused:
        await world.refund(**of(request, 1))
    assert refused.value.metadata["left"] == "0"


async def test_a_reversal_of_money_that_waited_lowers_no_credit(world: World) -> None:
    request = await world.transfer_request()
    part = short(request, 600)
    (entry,) = await arrives(world, part)
    await world.advance(days=11)
    assert (await invoiced(world, entry)).advance.HasField("decided_at")
    honest = Entry(1000, text="?", bank_reference="B-7", iban=PAYERS_IBAN)
    (other,) = [each for each in await arrives(world, honest) if each.amount.minor == 1000]
    await credit(world, other, request.account_id)
    await take_back(world, part)
    (reversal,) = [each for each in await world.queue() if each.amount.minor < 0]
    assert reversal.lowers_no_credit
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await credit(world, reversal, request.account_id)
    await set_aside(world, await get(world, entry))
    assert (await get(world, reversal)).lowers_no_credit, "set aside before its reversal, it still was no credit"


async def test_credit_of_money_that_was_taken_back_is_paid_out_by_a_persons_word_only(world: World) -> None:
    account = str(new_id())
    came = Entry(GROSS, text="?", bank_reference="B-1", iban=PAYERS_IBAN)
    (entry,) = await arrives(world, came)
    await credit(world, entry, account)
    request = await world.request(account_id=account)
    assert request.state == PAID
    await take_back(world, came)
    (reversal,) = await world.queue()
    assert reversal.takes_back == entry.money_entry_id
    made = await world.refund(**of(request, GROSS), withdrawal_order_id=str(new_id()))
    paid_out = await world.get_refund(pb.Refund(refund_id=made.paid_out_by))
    assert (paid_out.state, paid_out.failure, paid_out.iban) == (FAILED, "taken_back", PAYERS_IBAN)
    assert not (await exported(world)).file
    assert (await retry(world, paid_out)).state == APPROVED


async def test_a_payout_of_credit_that_has_not_left_is_stopped_when_its_money_is_taken_back(world: World) -> None:
    account = str(new_id())
    came = Entry(900, text="?", bank_reference="B-1", iban=PAYERS_IBAN)
    (entry,) = await arrives(world, came)
    await credit(world, entry, account)
    asked = await world.refund("operator", credit_of_account_id=account, amount=entry.amount, steering=STEERING)
    assert asked.state == APPROVED
    assert (await take_back(world, came)).refunds_stopped == 1
    assert (await world.get_refund(asked)).failure == "taken_back"
    (reversal,) = await world.queue()
    await cancel(world, asked)
    assert await credit(world, reversal, account) == 0
    more = Entry(300, text="more", bank_reference="B-2", iban=PAYERS_IBAN)
    (other,) = await arrives(world, more)
    await credit(world, other, account)
    free = await world.refund("operator", credit_of_account_id=account, amount=other.amount, steering=STEERING)
    assert free.state == APPROVED


async def test_a_statement_that_takes_back_and_an_operator_who_gives_meet_in_the_entry(world: World) -> None:
    for number in range(6):
        request = await world.transfer_request()
        came = Entry(GROSS, text=f"? {number}", bank_reference=f"B-{number}", iban=PAYERS_IBAN)
        entry = (await arrives(world, came))[-1]
        given, taken = await asyncio.gather(
            assign(world, entry, request), take_back(world, came), return_exceptions=True
        )
        assert isinstance(taken, pb.ImportStatementResponse), taken
        won = not isinstance(given, BaseException)
        assert won or (isinstance(given, Refused) and given.reason == errors_pb2.REASON_MONEY_SETTLED)
        assert (await world.get(request)).state == (PAID if won else OPEN)
        assert (taken.taken_back, taken.queued) == ((0, 1) if won else (1, 0))
    await world.balances()


async def test_a_transfer_recorded_by_hand_and_confirmed_is_taken_back_likewise(world: World) -> None:
    request = await world.transfer_request()
    recorded = await world.stub().RecordBankTransfer(
        pb.RecordBankTransferRequest(
            request_id=str(new_id()), payment_request_id=request.payment_request_id,
            amount=common_pb2.Money(minor=LESS, currency="EUR"), booked_on=request.created_on,
            bank_reference="B-1", steering=STEERING,
        )
    )  # fmt: skip
    assert (await world.import_file(statement(short(request)))).confirmed == 1
    assert (await take_back(world, short(request))).taken_back == 1
    entry = await get(world, pb.MoneyEntry(money_entry_id=recorded.money_entry_id))
    assert entry.settlement == TAKEN_BACK
    assert await world.balances() == {"bank": 0, "announced": 0, "suspense": 0}


async def test_a_refund_in_stripes_dashboard_of_money_that_waits_settles_both(world: World) -> None:
    first = await world.request()
    await world.stripe.pay(await world.start(first), "paypal:processing")
    intent = (await world.stripe.state())["sessions"][0]["payment_intent"]
    async with world.room.core.database.transaction() as conn:  # closed although a charge was processed: it is late
        closed = "UPDATE payment_requests SET state = 'closed', closed_at = now(), close_reason = 'cancelled'"
        await conn.exec_driver_sql(closed)
    await world.stripe.settle(intent, succeeded=True)
    await world.deliver()
    (entry,) = await world.queue()
    await world.stripe.refund(intent, GROSS)
    await world.deliver()
    assert (await get(world, entry)).settlement == TAKEN_BACK
    assert await world.queue() == []
    assert await world.balances() == {"stripe": 0, "suspense": 0}


async def test_the_audit_finds_money_that_pays_although_it_was_taken_back(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, short(request))
    await take_back(world, short(request))
    assert (await world.proof()).balanced
    for spoiled, says in (
        ("settled_as = 'set_aside', settled_to = NULL", "and what took it back, or it took, are settled apart"),
        ("settled_as = 'assigned', settled_at = settled_at + interval '1 second'", "is assigned all the same"),
        ("taken_back_by = NULL", "is assigned all the same"),
    ):
        async with world.room.core.database.transaction() as conn:
            which = "reason = 'reversed'" if "apart" in says else "reason <> 'reversed'"
            await conn.execute(text(f"UPDATE money_entries SET {spoiled} WHERE {which}"))
        found = [each for each in (await world.proof()).discrepancies if entry.money_entry_id in each]
        assert any(says in each for each in found), (spoiled, found)


HALF = GROSS // 2


@pytest.mark.parametrize(("first", "second", "pays"), [("", "", False), ("B-1", "", False), ("B-1", "B-2", True)])
async def test_one_transfer_that_two_files_tell_does_not_pay_the_whole(
    world: World, *, first: str, second: str, pays: bool
) -> None:
    request = await world.transfer_request()
    half = Entry(HALF, reference=request.transfer.reference, end_to_end="E2E-1", bank_reference=first)
    await world.import_file(statement(half, number="NOTIFIED"))
    done = await world.import_file(statement(replace(half, bank_reference=second), number="BOOKED"))
    assert (done.made_whole, (await world.get(request)).state) == ((1, PAID) if pays else (0, OPEN))
    waiting = await world.queue()
    assert [each.perhaps_told_twice for each in waiting] == ([] if pays else [True, True])
    if not pays:
        assert (await get(world, waiting[0])).perhaps_told_twice
        await set_aside(world, waiting[1])
        assert not (await get(world, waiting[0])).perhaps_told_twice
        rest = Entry(GROSS - HALF, reference=request.transfer.reference, end_to_end="E2E-2", bank_reference="B-9")
        assert (await world.import_file(statement(rest, number="REST"))).made_whole == 1


async def test_a_transfer_recorded_by_hand_that_two_files_tell_does_not_pay_the_whole(world: World) -> None:
    request = await world.transfer_request()
    await world.stub().RecordBankTransfer(
        pb.RecordBankTransferRequest(
            request_id=str(new_id()), payment_request_id=request.payment_request_id,
            amount=common_pb2.Money(minor=HALF, currency="EUR"), booked_on=request.created_on,
            bank_reference="SEEN", steering=STEERING,
        )
    )  # fmt: skip
    half = Entry(HALF, reference=request.transfer.reference, end_to_end="E2E-1")
    assert (await world.import_file(statement(half, number="NOTIFIED"))).confirmed == 1
    done = await world.import_file(statement(half, number="BOOKED"))
    assert (done.made_whole, (await world.get(request)).state) == (0, OPEN)
    assert [each.perhaps_told_twice for each in await world.queue()] == [True, True]


@pytest.mark.parametrize(
    "told",
    [{"text": "BONIFICO SEPA"}, {"iban": ""}, {"end_to_end": "NOTPROVIDED"}, {"day": None}],
    ids=["other text", "no IBAN", "no end-to-end id", "a day before"],
)
async def test_a_notification_that_says_less_than_the_statement_is_no_second_transfer(
    world: World, told: dict[str, object]
) -> None:
    await world.advance(days=3)
    request = await world.transfer_request()
    await world.advance(days=2)
    half = short(request, HALF, "B-1")
    half = replace(half, end_to_end="E2E-1", day=world.today())
    less = replace(half, bank_reference="", **told)  # type: ignore[arg-type]
    less = less if less.day else replace(less, day=world.today() - timedelta(days=1))
    await world.import_file(statement(less, number="NOTIFIED"))
    done = await world.import_file(statement(half, number="BOOKED"))
    assert (done.made_whole, (await world.get(request)).state) == (0, OPEN)
    assert [each.perhaps_told_twice for each in await world.queue()] == [True, True]


async def test_what_was_perhaps_told_twice_is_so_still_while_it_goes_back(world: World) -> None:
    request = await world.transfer_request()
    half = replace(short(request, HALF, ""), end_to_end="E2E-1")
    await world.import_file(statement(half, number="NOTIFIED"))
    await world.import_file(statement(half, number="BOOKED"))
    one, other = await world.queue()
    await refund(world, one)
    assert (await get(world, one)).perhaps_told_twice
    assert [each.perhaps_told_twice for each in await world.queue()] == [True]
    await set_aside(world, other)
    assert not (await get(world, one)).perhaps_told_twice
    assert not (await get(world, other)).perhaps_told_twice


async def test_a_reversal_that_is_told_before_its_credit_is_settled_with_it_and_nothing_is_paid(world: World) -> None:
    request = await world.transfer_request()
    paying = short(request, GROSS)
    await take_back(world, paying)
    done = await world.import_file(statement(paying, number="LATER"))
    assert (done.paid, done.taken_back, (await world.get(request)).state) == (0, 1, OPEN)
    assert await world.queue() == []
    again = await world.import_file(statement(short(request, GROSS, "B-2"), number="AGAIN"))
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    answer = await world.stub().GetPaymentRequest(asked)
    assert (again.paid, answer.refundable.minor) == (1, GROSS)
    assert not (await world.proof()).discrepancies


async def test_a_reversal_of_something_else_takes_no_later_money(world: World) -> None:
    request = await world.transfer_request()
    paying = short(request, GROSS)
    await world.import_file(statement(paying, number="PAID"))
    await take_back(world, paying)
    other = await world.transfer_request()
    theirs = replace(short(other, GROSS), end_to_end="E2E-9")
    done = await world.import_file(statement(theirs, number="THEIRS"))
    assert (done.paid, done.taken_back, (await world.get(other)).state) == (1, 0, PAID)


@pytest.mark.parametrize("of_credit", [True, False])
async def test_refunds_of_others_go_on_whatever_the_bank_takes_back(world: World, *, of_credit: bool) -> None:
    request = await world.transfer_request()
    (late,) = await arrives(world, short(request, 900, "L-1"))
    waiting = await refund(world, late)
    rich = Entry(800, text="?", bank_reference="R-1", iban=PAYERS_IBAN)
    (theirs,) = [each for each in await arrives(world, rich) if each.amount.minor == 800]
    account = str(new_id())
    await credit(world, theirs, account)
    paid_out = await world.refund("operator", credit_of_account_id=account, amount=theirs.amount, steering=STEERING)
    strange = Entry(123, text="STORNO COMMISSIONI", bank_reference="S-1")
    if of_credit:
        (came,) = [each for each in await arrives(world, strange) if each.amount.minor == 123]
        await credit(world, came, str(new_id()))
    assert (await take_back(world, strange)).refunds_stopped == 0
    for each in (waiting, paid_out):
        assert (await world.get_refund(each)).state == APPROVED


@pytest.mark.parametrize("exact", [True, False])
async def test_equal_transfers_for_two_requests_are_two(world: World, *, exact: bool) -> None:
    first, second = await world.transfer_request(), await world.transfer_request()
    minor = GROSS if exact else HALF
    for place, request in enumerate((first, second)):
        await world.import_file(statement(short(request, minor, ""), number=f"S-{place}"))
        if exact:
            await world.import_file(statement(short(request, minor, ""), number=f"AGAIN-{place}"))
    waiting = await world.queue()
    assert [each.perhaps_told_twice for each in waiting] == [exact, exact], "twice each in the first case"


@pytest.mark.parametrize(
    "other", [{"end_to_end": "E2E-2"}, {"iban": "FR1420041010050500013M02606"}, {"minor": HALF + 1}]
)
async def test_two_transfers_that_differ_are_two_without_a_bank_reference_too(
    world: World, other: dict[str, object]
) -> None:
    request = await world.transfer_request()
    half = replace(short(request, HALF, ""), end_to_end="E2E-1")
    await world.import_file(statement(half, number="ONE"))
    second = replace(half, **{"minor": GROSS - HALF, **other})  # type: ignore[arg-type]
    done = await world.import_file(statement(second, number="TWO"))
    assert done.made_whole == (0 if "minor" in other else 1)
    assert not any(each.perhaps_told_twice for each in await world.queue())


async def test_cents_of_a_stranger_do_not_keep_the_customers_exact_rest_from_paying(world: World) -> None:
    request = await world.transfer_request()
    cents = [
        Entry(1, text=request.transfer.reference, iban="FR1420041010050500013M02606", bank_reference=f"C-{n}")
        for n in "12"
    ]
    await arrives(world, *cents)
    done = await world.import_file(statement(short(request, GROSS - 1, "B-1"), number="REST"))
    assert (done.made_whole, (await world.get(request)).state) == (1, PAID)
    assert [each.amount.minor for each in await world.queue()] == [1]


async def test_parts_of_one_payer_pay_whatever_others_sent_between(world: World) -> None:
    request = await world.transfer_request()
    ref = request.transfer.reference
    await arrives(
        world, short(request, GROSS - 500, "B-1"), Entry(7, reference=ref, bank_reference="C-1"),
    )  # fmt: skip
    await world.advance(days=1)
    rest = replace(short(request, 500, "B-2"), day=world.today() - timedelta(days=1))
    assert (await world.import_file(statement(rest, number="REST"))).made_whole == 1
    assert (await world.get(request)).state == PAID
