"""Shows the operator's queue: money that pays nothing by itself, with what it may be for, and what no bank confirms."""

import asyncio
from collections.abc import Iterable, Mapping

from casella.payments.v1 import payments_pb2
from cli import refunds, screen, words
from cli.failures import Failure
from cli.rooms import LONG_SECONDS, Rooms, open_rooms
from cli.showing import disputes

COLUMNS = ("arrived", "reason", "amount", "available", "invoice by", "from", "payer", "text", "entry")
_FOR_COLUMNS = ("money from", "amount", "perhaps for", "proforma", "asked", "state")
_UNCONFIRMED_COLUMNS = ("recorded", "under", "amount", "booked", "for", "proforma")
_RECORDED_COLUMNS = ("money from", "entry", *_UNCONFIRMED_COLUMNS)
_AT_ONCE = 10
Requests = Mapping[str, payments_pb2.PaymentRequest]


async def show_money(*, as_json: bool) -> None:
    """Show what waits, oldest first."""
    async with open_rooms() as rooms:
        waiting: list[payments_pb2.MoneyEntry] = await rooms.ask_all(
            rooms.payments.ListMoneyEntries, payments_pb2.ListMoneyEntriesRequest(), "entries"
        )
        if as_json:
            screen.show_json(waiting)
            return
        ledger = await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
        suggested = await _suggested(rooms, waiting)
        failed = await refunds.in_state(rooms, payments_pb2.REFUND_STATE_FAILED)
    screen.show_table("Money that waits for an operator", COLUMNS, [row(entry) for entry in waiting])
    if failed:
        heading = "Money that is to go back and could not: each refund needs you"
        screen.show_table(heading, refunds.COLUMNS, [refunds.row(each) for each in failed])
    records = [_recorded(entry, record) for entry in waiting for record in entry.unconfirmed]
    if records:
        screen.show_table("What you may have recorded by hand already: the same amount", _RECORDED_COLUMNS, records)
    if suggested:
        rows = [each for entry in waiting for each in _perhaps(entry, suggested)]
        screen.show_table("What it may be for, open ones first", _FOR_COLUMNS, rows)
    if ledger.unconfirmed_transfers:
        told = [_unconfirmed(record) for record in ledger.unconfirmed_transfers]
        screen.show_table("Recorded by hand, not told by any statement for 5 days", _UNCONFIRMED_COLUMNS, told)


async def show_entry(entry_id: str, *, as_json: bool) -> None:
    """Show one entry: the payer, what it may be for, and what became of it."""
    async with open_rooms() as rooms:
        asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=entry_id)
        found = await rooms.ask_for(rooms.payments.GetMoneyEntry, asked)
        if found is None:
            raise Failure(f"there is no money entry {entry_id}")
        went = await _refund_of(rooms, found.entry)
    if as_json:
        screen.show_json(found)
        return
    entry = found.entry
    screen.show_table("Money", COLUMNS, [row(entry)])
    if doubts := _doubts(entry):
        screen.show_facts("Is it money?", doubts)
    if entry.HasField("dispute"):
        screen.show_table(disputes.HEADING, disputes.COLUMNS, [disputes.row(entry.dispute)])
    if entry.HasField("settled_at"):
        screen.show_facts(
            "What became of it",
            [
                ("settled", words.instant(entry.settled_at)),
                ("how", became(entry, went)),
                ("to", entry.settled_to),
            ],
        )
    if entry.HasField("advance"):
        screen.show_facts("Invoice of the part payment (TD02)", _advance(entry.advance))
    if found.candidates:
        rows = [_may_be(entry, request) for request in _open_first(found.candidates)]
        screen.show_table("What it may be for, open ones first", _FOR_COLUMNS, rows)


def _doubts(entry: payments_pb2.MoneyEntry) -> list[tuple[str, str]]:
    """That it was taken back or takes some back, by which entry, and whether it may be another transfer told again."""
    facts = []
    if entry.taken_back_by:
        facts.append(("taken back by entry", f"{entry.taken_back_by}: it pays nothing, and nothing of it goes back"))
    if entry.takes_back:
        facts.append(("takes back the money of entry", entry.takes_back))
    if entry.perhaps_told_twice:
        told = "another bank entry agrees in day, amount, payer, references and text, and the bank gives no reference"
        facts.append(("perhaps told twice", f"{told}: compare with the bank before it pays or goes back"))
    return facts


def _advance(advance: payments_pb2.Advance) -> list[tuple[str, str]]:
    """When short money is invoiced as a part payment, or how much of it was."""
    return [
        ("due", words.instant(advance.due_at)),
        ("decided", words.if_any(words.instant(advance.decided_at)) if advance.HasField("decided_at") else "not yet"),
        ("amount", words.money(advance.amount) if advance.HasField("amount") else ""),
        ("of payment request", advance.payment_request_id),
        ("credited", words.instant(advance.credited_at) if advance.HasField("credited_at") else ""),
    ]


async def _refund_of(rooms: Rooms, entry: payments_pb2.MoneyEntry) -> payments_pb2.Refund | None:
    """The refund by which an entry goes back; None where it does not."""
    if entry.settlement != payments_pb2.MONEY_SETTLEMENT_REFUNDED:
        return None
    asked = payments_pb2.GetRefundRequest(refund_id=entry.settled_to)
    found: payments_pb2.Refund = (await rooms.ask(rooms.payments.GetRefund, asked)).refund
    return found


def became(entry: payments_pb2.MoneyEntry, went: payments_pb2.Refund | None) -> str:
    """What became of it: refunded only once the money has left."""
    settlement = words.choice(entry, "settlement")
    if went is None or went.state == payments_pb2.REFUND_STATE_DONE:
        return settlement
    failure = f", {went.failure}" if went.failure else ""
    return f"to be {settlement}, not done: the refund is {words.choice(went, 'state')}{failure}"


async def _suggested(rooms: Rooms, waiting: list[payments_pb2.MoneyEntry]) -> Requests:
    """The payment requests that the entries suggest, by id."""
    bound = asyncio.Semaphore(_AT_ONCE)

    async def read(request_id: str) -> payments_pb2.GetPaymentRequestResponse | None:
        async with bound:
            asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request_id)
            return await rooms.ask_for(rooms.payments.GetPaymentRequest, asked)

    ids = dict.fromkeys(suggestion for entry in waiting for suggestion in entry.suggestions)
    found = [answer.payment_request for answer in await asyncio.gather(*map(read, ids)) if answer]
    return {request.payment_request_id: request for request in found}


def row(entry: payments_pb2.MoneyEntry) -> tuple[str, ...]:
    """Money that waits as a line of a table."""
    return (
        words.instant(entry.created_at),
        words.waiting_for(entry),
        words.money(entry.amount),
        words.day(entry.available_on),
        words.day(entry.invoice_by),
        _source(entry),
        f"{entry.payer_name} {entry.payer_iban}".strip(),
        entry.remittance,
        entry.money_entry_id,
    )


def _perhaps(entry: payments_pb2.MoneyEntry, suggested: Requests) -> list[tuple[str, ...]]:
    """What an entry may be for, a line each; an order's id opens `casella show order`."""
    requests = [suggested[each] for each in entry.suggestions if each in suggested]
    return [_may_be(entry, each) for each in _open_first(requests)]


def _open_first(requests: Iterable[payments_pb2.PaymentRequest]) -> list[payments_pb2.PaymentRequest]:
    """What can still be paid before what cannot, and each as likely as payments has it."""
    return sorted(requests, key=lambda each: each.state != payments_pb2.PAYMENT_REQUEST_STATE_OPEN)


def _may_be(entry: payments_pb2.MoneyEntry, request: payments_pb2.PaymentRequest) -> tuple[str, ...]:
    return (
        _source(entry),
        words.money(entry.amount),
        words.cause(request),
        request.proforma_number or words.NONE,
        words.money(request.amount),
        _standing(request),
    )


def _recorded(entry: payments_pb2.MoneyEntry, record: payments_pb2.UnconfirmedTransfer) -> tuple[str, ...]:
    """A record by hand whose money an entry may be: two counts of one transfer, told under two references."""
    return (_source(entry), entry.money_entry_id, *_unconfirmed(record))


def _unconfirmed(record: payments_pb2.UnconfirmedTransfer) -> tuple[str, ...]:
    return (
        words.instant(record.recorded_at),
        record.bank_reference,
        words.money(record.amount),
        words.day(record.booked_on),
        words.cause(record),
        record.proforma_number or words.NONE,
    )


def _standing(request: payments_pb2.PaymentRequest) -> str:
    """Its state; of a closed one when and why, so that money booked before but imported after is seen to be that."""
    state = words.choice(request, "state")
    if not request.HasField("closed_at"):
        return state
    return f"{state} {words.instant(request.closed_at)}, {words.choice(request, 'close_reason')}"


def _source(entry: payments_pb2.MoneyEntry) -> str:
    return f"{words.if_any(words.choice(entry, 'money_source'))} {entry.source_reference}".strip()
