"""Bank statements: exact money pays on its booking date, everything else waits for an operator with its reason."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.kit.limits import LARGEST_STATEMENT
from services.kit.wire import from_timestamp, to_date
from services.payments.domain.proforma_numbers import perhaps_meant
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World
from tests.support.room import request_id

PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN
REASON = {
    name.removeprefix("MONEY_ENTRY_REASON_").lower(): number for name, number in payments_pb2.MoneyEntryReason.items()
}


async def proforma(world: World, request: payments_pb2.PaymentRequest, number: str) -> None:
    asked = payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number=number)
    await world.stub().RecordProforma(asked)


async def test_exact_money_with_the_reference_pays_on_its_booking_date(world: World) -> None:
    request = await world.transfer_request()
    booked_on = world.today()
    await world.advance(days=3)
    done = await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, day=booked_on)))
    assert (done.credits, done.paid, done.queued, done.known) == (1, 1, 0, 0)
    paid = await world.get(request)
    assert paid.state == PAID
    assert paid.available_on == to_date(booked_on)
    assert [wake.workflow_id for wake in await world.wakes()] == [f"order:{request.order_id}"]
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS}


async def test_the_reference_counts_in_free_text_and_in_the_end_to_end_id_too(world: World) -> None:
    first, second = await world.transfer_request(), await world.transfer_request()
    spaced = " ".join(first.transfer.reference).lower()
    done = await world.import_file(
        statement(Entry(GROSS, text=f"pago {spaced} grazie"), Entry(GROSS, end_to_end=second.transfer.reference))
    )
    assert done.paid == 2


async def test_the_proforma_number_counts_where_there_is_no_reference(world: World) -> None:
    request = await world.transfer_request()
    await proforma(world, request, "P2026/17")
    other = await world.transfer_request()
    await proforma(world, other, "P2026/170")
    assert (await world.import_file(statement(Entry(GROSS, text="saldo p 2026 / 17 Rossi")))).paid == 1
    assert (await world.get(request)).state == PAID
    assert (await world.get(other)).state == OPEN


async def test_the_reference_is_stronger_than_the_number(world: World) -> None:
    meant, other = await world.transfer_request(), await world.transfer_request()
    await proforma(world, other, "P2026/18")
    await world.import_file(statement(Entry(GROSS, reference=meant.transfer.reference, text="P2026/18")))
    assert (await world.get(meant)).state == PAID
    assert (await world.get(other)).state == OPEN


async def test_the_same_file_twice_changes_nothing(world: World) -> None:
    request = await world.transfer_request()
    file = statement(Entry(GROSS, reference=request.transfer.reference), Entry(1, text="sconosciuto"))
    await world.import_file(file)
    before = await world.balances()
    done = await world.import_file(file)
    assert (done.known, done.paid, done.queued) == (2, 0, 0)
    assert await world.balances() == before
    assert len(await world.wakes()) == 1


async def test_the_same_file_by_five_at_once_counts_once(world: World) -> None:
    requests = [await world.transfer_request() for _ in range(4)]
    file = statement(*(Entry(GROSS, reference=request.transfer.reference) for request in requests))
    answers = await asyncio.gather(*(world.import_file(file) for _ in range(5)))
    assert sum(answer.paid for answer in answers) == 4
    assert await world.balances() == {"bank": 4 * GROSS, "receivable": -4 * GROSS}


async def test_two_genuine_equal_transfers_are_two(world: World) -> None:
    request = await world.transfer_request()
    twin = Entry(GROSS, reference=request.transfer.reference)
    done = await world.import_file(statement(twin, twin))
    assert (done.paid, done.queued) == (1, 1)
    assert [entry.reason for entry in await world.queue()] == [REASON["twice"]]
    assert await world.balances() == {"bank": 2 * GROSS, "receivable": -GROSS, "suspense": -GROSS}


@pytest.mark.parametrize(
    ("minor", "currency", "reason"),
    [(GROSS - 1, "EUR", "short"), (GROSS + 1, "EUR", "over"), (GROSS, "CHF", "currency"), (1, "USD", "currency")],
)
async def test_other_money_is_queued_with_its_reason_and_pays_nothing(
    world: World, minor: int, currency: str, reason: str
) -> None:
    request = await world.transfer_request()
    done = await world.import_file(statement(Entry(minor, reference=request.transfer.reference, currency=currency)))
    assert (done.paid, done.queued) == (0, 1)
    (entry,) = await world.queue()
    assert (entry.reason, entry.amount.minor, entry.amount.currency) == (REASON[reason], minor, currency)
    assert list(entry.suggestions) == [request.payment_request_id]
    assert (await world.get(request)).state == OPEN
    assert (await world.proof()).balanced


async def test_money_for_a_closed_request_is_late(world: World) -> None:
    request = await world.transfer_request()
    await world.close(request)
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference)))
    assert [entry.reason for entry in await world.queue()] == [REASON["late"]]
    assert await world.wakes() == []


async def test_late_money_tells_the_day_it_was_booked_and_when_it_arrived_and_its_request_when_it_was_closed(
    world: World,
) -> None:
    request, booked_on = await world.transfer_request(), world.today()
    await world.advance(days=2)
    closed = await world.close(request)
    await world.advance(days=1)
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, day=booked_on)))
    (entry,) = await world.queue()
    assert (entry.reason, entry.available_on) == (REASON["late"], to_date(booked_on))
    assert from_timestamp(entry.created_at) == world.room.clock.now()
    assert list(entry.suggestions) == [request.payment_request_id]
    assert from_timestamp(closed.closed_at) == world.room.clock.now() - timedelta(days=1)


async def test_unknown_money_comes_with_suggestions_of_the_same_amount(world: World) -> None:
    same, _ = (
        await world.transfer_request(),
        await world.transfer_request(amount=common_pb2.Money(minor=GROSS + 1, currency="EUR")),
    )
    await world.import_file(statement(Entry(GROSS, text="non saprei", debtor="Anna Prova", bank_reference="B-9")))
    (entry,) = await world.queue()
    assert entry.reason == REASON["unknown"]
    assert list(entry.suggestions) == [same.payment_request_id]
    assert (entry.payer_name, entry.remittance, entry.source_reference) == ("Anna Prova", "non saprei", "B-9")


async def test_a_text_that_names_two_requests_pays_neither(world: World) -> None:
    first, second = await world.transfer_request(), await world.transfer_request()
    text = f"{first.transfer.reference} {second.transfer.reference}"
    await world.import_file(statement(Entry(GROSS, text=text)))
    (entry,) = await world.queue()
    assert entry.reason == REASON["unknown"]
    assert set(entry.suggestions) == {first.payment_request_id, second.payment_request_id}


async def test_a_reference_that_we_never_issued_pays_nothing(world: World) -> None:
    await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference="RF18539007547034")))
    assert [entry.reason for entry in await world.queue()] == [REASON["unknown"]]


async def test_exact_money_without_a_day_waits(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, day=None)))
    (entry,) = await world.queue()
    assert entry.reason == REASON["undated"]
    assert not entry.HasField("available_on")
    assert (await world.get(request)).state == OPEN


async def test_a_batch_that_the_bank_does_not_split_pays_nothing_whatever_it_names(world: World) -> None:
    request = await world.transfer_request()
    entry = Entry(GROSS, reference=request.transfer.reference)
    batch = statement(entry).replace(b"<NtryDtls>", b"<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>")
    await world.import_file(batch)
    (waiting,) = await world.queue()
    assert waiting.reason == REASON["unknown"]
    assert list(waiting.suggestions) == [request.payment_request_id]
    assert (await world.get(request)).state == OPEN


async def test_debits_reversals_and_pending_entries_never_credit(world: World) -> None:
    request = await world.transfer_request()
    reference = request.transfer.reference
    done = await world.import_file(
        statement(
            Entry(GROSS, reference=reference, direction="DBIT"),
            Entry(GROSS, reference=reference, direction="DBIT", reversal=True),
            Entry(GROSS, reference=reference, status="PDNG"),
        )
    )
    assert (done.credits, done.queued, done.ignored) == (0, 1, 2)
    assert (await world.get(request)).state == OPEN
    assert await world.balances() == {"bank": -GROSS, "suspense": GROSS}  # the reversal alone


async def test_a_transfer_pays_an_online_request_and_its_page_takes_no_card_after_that(world: World) -> None:
    request = await world.request()
    await proforma(world, request, "P2026/20")
    url = await world.start(request)
    await world.import_file(statement(Entry(GROSS, text="P2026/20")))
    assert (await world.get(request)).state == PAID
    await world.stripe.pay(url)
    await world.deliver()
    assert await world.queue() == []


@pytest.mark.parametrize(
    "file", [b"x", b"<a/>", statement(Entry(0)), statement(Entry(100), iban="DE89370400440532013000")]
)
async def test_a_file_that_is_not_our_statement_is_refused_and_nothing_is_stored(world: World, file: bytes) -> None:
    with pytest.raises(Refused) as refused:
        await world.import_file(file)
    assert refused.value.reason == errors_pb2.REASON_STATEMENT_UNREADABLE
    assert await world.room.rows("bank_entries") == []


async def test_a_statement_of_3_mib_is_read(world: World) -> None:
    request = await world.request()
    await proforma(world, request, "P2026/22")
    file = statement(Entry(GROSS, text="P2026/22"))
    await world.import_file(file + b" " * (LARGEST_STATEMENT - len(file)))
    assert (await world.get(request)).state == PAID


async def test_the_queue_is_listed_page_by_page_oldest_first(world: World) -> None:
    await world.import_file(statement(*(Entry(minor, text=f"n {minor}") for minor in range(1, 8))))
    amounts, token = [], ""
    for _ in range(4):
        page = common_pb2.PageRequest(page_size=2, page_token=token)
        listed = await world.stub("operator").ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest(page=page))
        amounts += [entry.amount.minor for entry in listed.entries]
        token = listed.next_page_token
    assert amounts == [1, 2, 3, 4, 5, 6, 7]
    assert token == ""


@pytest.mark.parametrize("days", [-1, 1])
async def test_exact_money_booked_before_the_request_or_in_the_future_waits_with_a_reason_of_its_own(
    world: World, days: int
) -> None:
    request = await world.transfer_request()
    day = world.today() + timedelta(days=days)
    done = await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference, day=day)))
    assert (done.paid, done.queued) == (0, 1)
    (entry,) = await world.queue()
    assert (entry.reason, entry.available_on) == (REASON["date"], to_date(day))
    assert (await world.get(request)).state == OPEN
    assert [wake.signal for wake in await world.wakes()] == ["money_waiting"]
    assert (await world.proof()).balanced


@pytest.mark.parametrize(
    "taken_back",
    [
        {"reversal": True, "direction": "DBIT"},
        {"direction": "DBIT"},
        {"direction": "DBIT", "reference": "", "bank_reference": "B-2", "end_to_end": "E2E-1"},
    ],
)
async def test_a_credit_that_the_bank_takes_back_leaves_bank_once_and_unpays_nothing(
    world: World, taken_back: dict[str, Any]
) -> None:
    request = await world.transfer_request()
    told: dict[str, Any] = {"reference": request.transfer.reference, "bank_reference": "B-1", "end_to_end": "E2E-1"}
    await world.import_file(statement(Entry(GROSS, **told)))
    file = statement(Entry(GROSS, **(told | taken_back)), number="NEXT")
    done = await world.import_file(file)
    assert (done.credits, done.paid, done.queued, done.ignored) == (0, 0, 1, 0)
    again = await world.import_file(file)
    assert (again.known, again.queued) == (1, 0)
    (entry,) = await world.queue()
    assert (entry.reason, entry.amount.minor) == (REASON["reversed"], -GROSS)
    assert entry.source_reference == (told | taken_back)["bank_reference"]
    assert list(entry.suggestions) == [request.payment_request_id]
    assert (await world.get(request)).state == PAID
    assert await world.balances() == {"bank": 0, "receivable": -GROSS, "suspense": GROSS}
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    shown = await world.stub("operator").GetPaymentRequest(asked)
    assert entry.dispute.state == payments_pb2.DISPUTE_STATE_LOST
    entry.ClearField("dispute")  # a payment request tells its disputes apart from its entries
    assert (list(shown.taken_back), list(shown.waiting)) == ([entry], [])
    customer = world.room.customer(UUID(request.account_id))
    assert not (await world.stub("gateway").GetPaymentRequest(asked, metadata=customer)).taken_back


async def test_a_debit_that_the_bank_undoes_is_money_for_a_person_to_see_and_pays_nothing_that_it_names(
    world: World,
) -> None:
    request = await world.transfer_request()
    here_again = Entry(GROSS, reference=request.transfer.reference, bank_reference="B-1", reversal=True)
    done = await world.import_file(statement(here_again))
    assert (done.credits, done.paid, done.queued) == (1, 0, 1)
    (entry,) = await world.queue()
    assert (entry.reason, entry.amount.minor, entry.HasField("invoice_by")) == (REASON["unknown"], GROSS, False)
    assert await world.balances() == {"bank": GROSS, "suspense": -GROSS}
    assert (await world.close(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    assert (await world.import_file(statement(here_again))).known == 1
    assert (await world.proof()).balanced


async def test_ignored_debits_are_told_and_money_that_waits_tells_its_payers_account(world: World) -> None:
    refund = Entry(5, bank_reference="R-1", text="rimborso", direction="DBIT")
    nameless = Entry(6, direction="DBIT", day=None)
    done = await world.import_file(statement(Entry(77, text="?"), refund, nameless))
    told = [(each.reference, each.amount.minor, each.text, each.HasField("booked_on")) for each in done.ignored_debits]
    assert told == [("R-1", 5, "rimborso", True), ("", 6, "", False)]
    (entry,) = await world.queue()
    assert (entry.payer_name, entry.payer_iban) == ("Mario Prova", "IT02L1234512345123456789012")


async def test_a_debit_of_another_amount_takes_nothing_back(world: World) -> None:
    request = await world.transfer_request()
    credit = Entry(GROSS, reference=request.transfer.reference, bank_reference="B-1")
    done = await world.import_file(statement(credit, Entry(GROSS - 1, bank_reference="B-1", direction="DBIT")))
    assert (done.paid, done.queued, done.ignored) == (1, 0, 1)


async def test_what_was_taken_back_neither_holds_an_expiry_nor_pays_by_an_operators_word(world: World) -> None:
    request = await world.transfer_request()
    await world.import_file(
        statement(
            Entry(GROSS, reference=request.transfer.reference, bank_reference="B-1", direction="DBIT", reversal=True)
        )
    )
    asked = payments_pb2.RecordBankTransferRequest(
        request_id=request_id(),
        payment_request_id=request.payment_request_id,
        amount=common_pb2.Money(minor=GROSS - 1, currency="EUR"),
        booked_on=to_date(world.today()),
        bank_reference="B-1",
        steering=common_pb2.Steering(actor="anna", reason_code="seen_on_account"),
    )
    await world.stub("operator").RecordBankTransfer(asked)
    assert {entry.reason for entry in await world.queue()} == {REASON["reversed"], REASON["short"]}
    other = await world.transfer_request()
    undone = Entry(GROSS, reference=other.transfer.reference, direction="DBIT", reversal=True)
    await world.import_file(statement(undone))
    assert (await world.close(other)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED


@pytest.mark.parametrize(
    "text",
    [
        "PROFORMA 2027/7",
        "proforma 2027-7 rossi",
        "proforma nr 7 del 2027",
        "Proforma n. 7/2027.",
        "prof. 2027/7.",
        "saldo 7 DEL 2027",
    ],
)
async def test_a_number_without_its_letter_is_the_first_suggestion_and_never_pays(world: World, text: str) -> None:
    meant = await world.transfer_request(amount=common_pb2.Money(minor=5, currency="EUR"))
    await proforma(world, meant, "P2027/7")
    longer, same = await world.transfer_request(), await world.transfer_request()
    await proforma(world, longer, "P2027/77")
    await world.import_file(statement(Entry(GROSS, text=text)))
    (entry,) = await world.queue()
    assert entry.reason == REASON["unknown"]
    assert entry.suggestions[0] == meant.payment_request_id
    assert set(entry.suggestions[1:]) == {longer.payment_request_id, same.payment_request_id}
    assert (await world.get(meant)).state == OPEN
    assert (await world.close(meant)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED


@pytest.mark.parametrize("text", ["ordine 127/2027", "2027/71", "7/20271", "12.07.2027", "2027-7-12", "cliente 2027"])
def test_other_figures_mean_no_proforma(text: str) -> None:
    assert "P20277" not in perhaps_meant(text)
