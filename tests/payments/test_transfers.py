"""An operator's word about a transfer pays, is kept with its reason, and is confirmed by the statement later."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.kit.wire import to_date
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World
from tests.support.room import request_id

Answer = payments_pb2.RecordBankTransferResponse
PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN


def seen(world: World, request: payments_pb2.PaymentRequest, **changed: Any) -> payments_pb2.RecordBankTransferRequest:
    """What an operator sends who saw the transfer on the account today."""
    fields = {
        "request_id": request_id(),
        "payment_request_id": request.payment_request_id,
        "amount": common_pb2.Money(minor=GROSS, currency="EUR"),
        "booked_on": to_date(world.today()),
        "bank_reference": "CRO-4711",
        "steering": common_pb2.Steering(actor="anna@provider", reason_code="seen_on_account", source="update:1"),
        **changed,
    }
    return payments_pb2.RecordBankTransferRequest(**fields)


async def record(world: World, asked: payments_pb2.RecordBankTransferRequest) -> Answer:
    answer: Answer = await world.stub("worker").RecordBankTransfer(asked)
    return answer


async def test_an_exact_transfer_pays_on_its_booking_date_and_is_audited(world: World) -> None:
    request = await world.transfer_request()
    asked = seen(world, request)
    answer = await record(world, asked)
    assert (answer.payment_request.state, answer.money_entry_id) == (PAID, "")
    assert answer.payment_request.available_on == asked.booked_on
    assert [wake.signal for wake in await world.wakes()] == ["payment_completed"]
    assert await world.balances() == {"announced": GROSS, "receivable": -GROSS}
    (kept,) = await world.room.rows("audit")
    assert (kept["actor"], kept["action"], kept["reason_code"]) == (
        "anna@provider", "record_bank_transfer", "seen_on_account",
    )  # fmt: skip


async def test_the_same_call_twice_or_at_once_counts_once(world: World) -> None:
    request = await world.transfer_request()
    asked = seen(world, request)
    answers = await asyncio.gather(*(record(world, asked) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert await world.balances() == {"announced": GROSS, "receivable": -GROSS}
    assert len(await world.room.rows("audit")) == 1


async def test_the_same_request_id_with_other_content_is_refused(world: World) -> None:
    request = await world.transfer_request()
    asked = seen(world, request)
    await record(world, asked)
    asked.amount.minor += 1
    with pytest.raises(Refused) as refused:
        await record(world, asked)
    assert refused.value.reason == errors_pb2.REASON_REQUEST_ID_REUSED


async def test_the_statement_confirms_what_was_recorded_and_nothing_is_paid_twice(world: World) -> None:
    by_reference, by_bank = await world.transfer_request(), await world.transfer_request()
    await record(world, seen(world, by_reference, bank_reference="typed wrong"))
    await record(world, seen(world, by_bank, bank_reference="B-2"))
    done = await world.import_file(
        statement(Entry(GROSS, reference=by_reference.transfer.reference), Entry(GROSS, bank_reference="B-2"))
    )
    assert (done.confirmed, done.paid, done.queued) == (2, 0, 0)
    assert await world.queue() == []
    assert await world.balances() == {"announced": 0, "bank": 2 * GROSS, "receivable": -2 * GROSS}


async def test_two_recorded_transfers_are_confirmed_by_two_entries(world: World) -> None:
    request = await world.transfer_request()
    for reference in ("A-1", "A-2"):
        await record(world, seen(world, request, bank_reference=reference))
    for number in ("S1", "S2"):
        entry = Entry(GROSS, reference=request.transfer.reference)
        assert (await world.import_file(statement(entry, number=number))).confirmed == 1
    assert await world.balances() == {"announced": 0, "bank": 2 * GROSS, "receivable": -GROSS, "suspense": -GROSS}


async def test_a_further_transfer_after_the_confirming_one_is_twice(world: World) -> None:
    request = await world.transfer_request()
    await record(world, seen(world, request))
    twin = Entry(GROSS, reference=request.transfer.reference)
    done = await world.import_file(statement(twin, twin))
    assert (done.confirmed, done.queued) == (1, 1)


async def test_money_already_in_the_queue_is_assigned_and_not_counted_again(world: World) -> None:
    request = await world.transfer_request()
    entry = Entry(GROSS, text="senza riferimento", bank_reference="B-7", day=date(2026, 3, 5))
    await world.import_file(statement(entry))
    answer = await record(world, seen(world, request, bank_reference="B-7"))
    assert answer.payment_request.state == PAID
    assert answer.payment_request.available_on == common_pb2.Date(year=2026, month=3, day=5)
    assert await world.queue() == []
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS, "suspense": 0}


async def test_a_transfer_of_another_amount_waits_in_the_queue(world: World) -> None:
    request = await world.transfer_request()
    less = common_pb2.Money(minor=GROSS - 100, currency="EUR")
    answer = await record(world, seen(world, request, amount=less))
    assert answer.payment_request.state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN
    (entry,) = await world.queue()
    assert answer.money_entry_id == entry.money_entry_id
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_SHORT


async def test_a_transfer_for_a_closed_request_is_late(world: World) -> None:
    request = await world.transfer_request()
    await world.close(request)
    answer = await record(world, seen(world, request))
    assert answer.money_entry_id
    assert [entry.reason for entry in await world.queue()] == [payments_pb2.MONEY_ENTRY_REASON_LATE]


async def test_every_bad_field_is_named_and_nothing_is_stored(world: World) -> None:
    request = await world.transfer_request()
    bad = seen(
        world,
        request,
        request_id="x",
        payment_request_id="y",
        amount=common_pb2.Money(minor=0, currency="USD"),
        booked_on=to_date(world.today() + timedelta(days=2)),
        bank_reference="a\x00b",
        steering=common_pb2.Steering(ticket_id="z"),
    )
    with pytest.raises(Refused) as refused:
        await record(world, bad)
    assert {violation.field for violation in refused.value.violations} == {
        "request_id", "payment_request_id", "amount.currency", "amount.minor", "booked_on", "bank_reference",
        "steering.actor", "steering.reason_code", "steering.ticket_id",
    }  # fmt: skip
    assert await world.room.rows("announced_transfers") == await world.room.rows("audit") == []


async def refusal(world: World, asked: payments_pb2.RecordBankTransferRequest) -> Refused:
    """How a record is refused; it leaves nothing behind."""
    before = [await world.room.rows(table) for table in ("announced_transfers", "audit", "ledger_transactions")]
    with pytest.raises(Refused) as refused:
        await record(world, asked)
    assert before == [await world.room.rows(table) for table in ("announced_transfers", "audit", "ledger_transactions")]
    return refused.value


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_transfer_booked_before_the_request_or_in_the_future_is_refused(world: World, days: int) -> None:
    request = await world.transfer_request()
    day = world.today() + timedelta(days=days)
    refused = await refusal(world, seen(world, request, booked_on=to_date(day)))
    assert [violation.field for violation in refused.violations] == ["booked_on"]
    assert (await world.get(request)).state == OPEN


async def test_money_that_the_bank_books_in_the_future_is_assigned_from_that_day_on(world: World) -> None:
    request = await world.transfer_request()
    day = world.today() + timedelta(days=2)
    await world.import_file(statement(Entry(GROSS, text="?", bank_reference="B-7", day=day)))
    refused = await refusal(world, seen(world, request, bank_reference="B-7"))
    assert [violation.field for violation in refused.violations] == ["booked_on"]
    assert len(await world.queue()) == 1
    await world.advance(days=2)
    answer = await record(world, seen(world, request, bank_reference="B-7"))
    assert (answer.payment_request.state, answer.payment_request.available_on) == (PAID, to_date(day))


async def test_money_without_day_and_bank_reference_can_be_assigned_by_the_name_that_the_queue_gives_it(
    world: World,
) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, day=None)))
    (entry,) = await world.queue()
    named = {"bank_reference": entry.source_reference}
    early = seen(world, request, booked_on=to_date(world.today() - timedelta(days=1)), **named)
    assert [violation.field for violation in (await refusal(world, early)).violations] == ["booked_on"]
    assert (await record(world, seen(world, request, **named))).payment_request.state == PAID
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS, "suspense": 0}


@pytest.mark.parametrize("told_by", ["bank", "operator"])
async def test_a_known_bank_reference_with_another_amount_is_refused(world: World, told_by: str) -> None:
    request, other = await world.transfer_request(), await world.transfer_request()
    less = common_pb2.Money(minor=GROSS - 100, currency="EUR")
    if told_by == "bank":
        await world.import_file(statement(Entry(less.minor, text="?", bank_reference="B-1")))
    else:
        await record(world, seen(world, request, amount=less, bank_reference="B-1"))
    for each in (request, other):
        refused = await refusal(world, seen(world, each, bank_reference="B-1"))
        assert refused.reason == errors_pb2.REASON_AMOUNT_MISMATCH
        assert (await world.get(each)).state == OPEN


@pytest.mark.parametrize("pieces", [(GROSS - 100, 50), (GROSS + 1,)])
async def test_waiting_money_is_not_counted_again_as_a_record_of_the_exact_amount(
    world: World, pieces: tuple[int, ...]
) -> None:
    request = await world.transfer_request()
    reference = request.transfer.reference
    await world.import_file(statement(*(Entry(minor, reference=reference) for minor in pieces)))
    refused = await refusal(world, seen(world, request))
    assert refused.reason == errors_pb2.REASON_AMOUNT_MISMATCH
    assert await world.balances() == {"bank": sum(pieces), "suspense": -sum(pieces)}
    # A real further transfer is not held up: its statement pays.
    assert (await world.import_file(statement(Entry(GROSS, reference=reference), number="NEXT"))).paid == 1


async def test_a_mere_suggestion_does_not_hold_a_record(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, text="?")))
    assert [list(entry.suggestions) for entry in await world.queue()] == [[request.payment_request_id]]
    assert (await record(world, seen(world, request))).payment_request.state == PAID


async def test_a_record_that_no_statement_confirms_is_told_after_five_days_and_breaks_no_balance(world: World) -> None:
    request, confirmed = await world.transfer_request(), await world.transfer_request()
    await record(world, seen(world, request, bank_reference="B-1"))
    await record(world, seen(world, confirmed, bank_reference="B-2"))
    await world.import_file(statement(Entry(GROSS, bank_reference="B-2")))
    await world.advance(days=5)
    assert list((await world.proof()).unconfirmed) == []
    await world.advance(minutes=1)
    found = await world.proof()
    assert found.balanced
    (told,) = found.unconfirmed
    for words in ("'B-1'", "146.40 EUR", request.order_id):
        assert words in told


async def test_a_day_that_the_bank_contradicts_is_told_with_both_days_and_changes_nothing(world: World) -> None:
    request, same, short = [await world.transfer_request() for _ in range(3)]
    less = common_pb2.Money(minor=GROSS - 1, currency="EUR")
    await record(world, seen(world, request, bank_reference="B-1"))
    await record(world, seen(world, same, bank_reference="B-2"))
    await record(world, seen(world, short, bank_reference="B-3", amount=less))
    assert list((await world.proof()).other_days) == []
    first = world.today()
    await world.advance(days=2)
    told = await world.import_file(
        statement(
            Entry(GROSS, bank_reference="B-1"),
            Entry(GROSS, bank_reference="B-2", day=first),
            Entry(less.minor, bank_reference="B-3"),  # it has paid nothing, so no invoice carries its first day
        )
    )
    assert told.confirmed == 3
    (other,) = (await world.proof()).other_days
    assert (other.order_id, other.payment_request_id) == (request.order_id, request.payment_request_id)
    assert (other.bank_reference, other.amount.minor) == ("B-1", GROSS)
    assert (other.booked_on, other.bank_booked_on) == (to_date(first), to_date(world.today()))
    assert (await world.get(request)).available_on == to_date(first)
    assert (await world.proof()).balanced


@pytest.mark.parametrize("named", ["by the reference", "by the record alone"])
async def test_another_amount_under_the_reference_of_a_record_is_no_second_payment(world: World, named: str) -> None:
    request = await world.transfer_request()
    reference = request.transfer.reference if named == "by the reference" else ""
    await record(world, seen(world, request, bank_reference="KK1"))
    file = statement(Entry(GROSS - 6, reference=reference, bank_reference="KK1"))
    assert (await world.import_file(file)).queued == 1
    (entry,) = await world.queue()
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS
    assert (entry.amount.minor, entry.recorded_amount.minor) == (GROSS - 6, GROSS)
    assert list(entry.suggestions) == [request.payment_request_id]
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert list((await world.stub("operator").GetPaymentRequest(asked)).waiting) == [entry]
    assert await world.balances() == {
        "announced": GROSS, "bank": GROSS - 6, "receivable": -GROSS, "suspense": -(GROSS - 6),
    }  # fmt: skip


async def test_exact_money_pays_whatever_was_recorded_under_its_reference(world: World) -> None:
    recorded, named = await world.transfer_request(), await world.transfer_request()
    less = common_pb2.Money(minor=GROSS - 1, currency="EUR")
    await record(world, seen(world, recorded, bank_reference="KK1", amount=less))
    done = await world.import_file(statement(Entry(GROSS, reference=named.transfer.reference, bank_reference="KK1")))
    assert done.paid == 1
    assert (await world.get(named)).state == PAID


async def test_the_parts_of_a_batch_with_a_record_of_one_of_them_contradict_nothing(world: World) -> None:
    request = await world.transfer_request()
    await record(world, seen(world, request, bank_reference="KK1"))
    done = await world.import_file(
        statement(Entry(GROSS - 6, bank_reference="KK1", text="?"), Entry(GROSS, bank_reference="KK1"))
    )
    assert (done.confirmed, done.queued) == (1, 1)
    assert [entry.reason for entry in await world.queue()] == [payments_pb2.MONEY_ENTRY_REASON_UNKNOWN]


async def test_money_given_to_its_order_after_the_last_day_for_the_invoice_is_told(world: World) -> None:
    in_time, late = await world.transfer_request(), await world.transfer_request()
    both = f"{in_time.transfer.reference} {late.transfer.reference}"
    day = world.today()
    await world.import_file(
        statement(Entry(GROSS, text=both, bank_reference="B-1"), Entry(GROSS, text=both, bank_reference="B-2"))
    )
    assert [entry.invoice_by for entry in await world.queue()] == [to_date(day + timedelta(days=12))] * 2
    ids = {in_time.payment_request_id, late.payment_request_id}
    assert [set(entry.named) for entry in await world.queue()] == [ids] * 2
    await world.advance(days=12)
    answer = await record(world, seen(world, in_time, bank_reference="B-1"))
    assert (answer.payment_request.state, answer.HasField("invoice_was_due")) == (PAID, False)
    await world.advance(days=1)
    answer = await record(world, seen(world, late, bank_reference="B-2"))
    assert (answer.payment_request.state, answer.invoice_was_due) == (PAID, to_date(day + timedelta(days=12)))


async def test_money_that_names_nothing_or_was_taken_back_has_no_last_day_for_an_invoice(world: World) -> None:
    request = await world.transfer_request()
    taken_back = Entry(
        GROSS, reference=request.transfer.reference, bank_reference="B-9", direction="DBIT", reversal=True
    )
    await world.import_file(statement(Entry(GROSS, text="?"), taken_back))
    assert [entry.HasField("invoice_by") for entry in await world.queue()] == [False, False]
    assert [list(entry.named) for entry in await world.queue()] == [[], [request.payment_request_id]]


async def test_an_unconfirmed_record_is_named_by_order_and_proforma(world: World) -> None:
    request = await world.transfer_request()
    number = payments_pb2.RecordProformaRequest(
        payment_request_id=request.payment_request_id, proforma_number="P2026/17"
    )
    await world.stub("worker").RecordProforma(number)
    await record(world, seen(world, request, bank_reference="B-1"))
    await world.advance(days=6)
    found = await world.proof()
    (told,) = found.unconfirmed_transfers
    assert (told.order_id, told.proforma_number, told.bank_reference) == (request.order_id, "P2026/17", "B-1")
    assert told.amount == common_pb2.Money(minor=GROSS, currency="EUR")
    assert f"for order {request.order_id} (proforma P2026/17)" in found.unconfirmed[0]
    assert request.payment_request_id not in found.unconfirmed[0]


async def test_bank_money_names_the_unconfirmed_records_of_its_amount_and_no_other(world: World) -> None:
    request, confirmed, withdrawn = [await world.transfer_request() for _ in range(3)]
    await record(world, seen(world, request, bank_reference="typed wrong"))
    await record(world, seen(world, confirmed, bank_reference="B-2"))
    less = common_pb2.Money(minor=GROSS - 1, currency="EUR")
    await record(world, seen(world, withdrawn, bank_reference="B-3", amount=less))
    await world.import_file(statement(Entry(GROSS, bank_reference="B-2")))
    await world.import_file(statement(Entry(GROSS, text="?", bank_reference="B-9"), Entry(7, text="?"), number="S2"))
    by_source = {(entry.money_source, entry.amount.minor): list(entry.unconfirmed) for entry in await world.queue()}
    (told,) = by_source.pop((payments_pb2.MONEY_SOURCE_BANK, GROSS))
    assert (told.order_id, told.bank_reference) == (request.order_id, "typed wrong")
    assert by_source == {(payments_pb2.MONEY_SOURCE_ANNOUNCED, GROSS - 1): [], (payments_pb2.MONEY_SOURCE_BANK, 7): []}
