"""Ties what was paid to what was invoiced, both ways: neither room reads the other, so the audit joins their lists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import words
from cli.part_payments import untied
from services.kit.wire import from_date, from_timestamp

IN_PROGRESS = timedelta(minutes=10)
"""So long after its payment an order or period may be on its way to its invoice, which normally takes a second."""

Tied = TypeVar("Tied", payments_pb2.PaymentRequest, invoicing_pb2.Document)


@dataclass(frozen=True)
class Ties:
    """What was tied.

    Attributes:
        payments: Paid payment requests looked at.
        invoices: Invoices looked at.
        in_progress: Payment requests paid a moment ago whose invoice is still to come, or to be told of it.
        unpaid: Invoices of what has accrued abroad that nobody has paid.
        findings: What does not agree, in plain words with the ids.
        notes: What differs and is right all the same, likewise.
    """

    payments: int
    invoices: int
    in_progress: int
    unpaid: int
    findings: Sequence[str]
    notes: Sequence[str] = ()


def tie(
    paid: Sequence[payments_pb2.PaymentRequest],
    invoices: Sequence[invoicing_pb2.Document],
    at: datetime,
    ledger: payments_pb2.ProveLedgerResponse | None = None,
    advances: Sequence[payments_pb2.MoneyEntry] = (),
    accrued: Collection[str] = (),
) -> Ties:
    """Ties each paid payment request to its cause's one invoice, of the same sum and of the day the money was there.

    The invoice has that sum together with the part payments that it deducts; these are tied to their own invoices.

    Args:
        paid: All paid payment requests, read after the invoices: the payment of an invoice is among them.
        invoices: All invoices.
        at: A moment before the invoices were read, by the services' clock.
        ledger: Its proof: transfers that the bank booked on another day than the one of their record by hand, and money
            that paid as of a later month than its own.
        advances: All part payments that are invoiced for themselves, read after the invoices.
        accrued: Of these, the payment requests whose sale was invoiced before it was paid.
    """
    finals = [invoice for invoice in invoices if invoice.kind != invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE]
    requests_of, invoices_of = _by_cause(paid), _by_cause(finals)
    findings, in_progress, unpaid = untied(advances, invoices, at - IN_PROGRESS, accrued), 0, 0
    for key in sorted(requests_of.keys() | invoices_of.keys()):
        requests, documents = requests_of.get(key, []), invoices_of.get(key, [])
        just_paid = len(requests) == 1 and from_timestamp(requests[0].paid_at) > at - IN_PROGRESS
        if just_paid and all(map(_is_unpaid, documents)):
            in_progress += 1
        elif len(requests) == len(documents) == 1:
            findings += _differences(requests[0], documents[0])
        elif len(documents) == 1 and not requests and _is_unpaid(documents[0]):
            unpaid += 1
        else:
            theirs = [_request(request) for request in requests] or ["no paid payment request"]
            ours = [_invoice(document) for document in documents] or ["no invoice"]
            findings.append(f"{words.thing((requests or documents)[0])}: {', '.join(theirs)}; {', '.join(ours)}")
    notes, ledger = list[str](), ledger or payments_pb2.ProveLedgerResponse()
    findings += ledger.of_earlier_months
    for transfer in ledger.other_days:
        told = _other_day(transfer, invoices_of.get(cause_id(transfer), []))
        if from_date(transfer.bank_booked_on) > from_date(transfer.booked_on):
            notes.append(f"{told}; an invoice may come first, and its date counts (DPR 633/1972, art. 6(4))")
        else:
            findings.append(f"{told}, which is too late")
    return Ties(len(paid), len(invoices), in_progress, unpaid, findings, notes)


def _is_unpaid(invoice: invoicing_pb2.Document) -> bool:
    """Whether it was issued before its payment, which has not come: of a business abroad, whose period has accrued."""
    return invoice.HasField("due_on") and not invoice.HasField("paid_on")


def _by_cause(each: Iterable[Tied]) -> Mapping[str, list[Tied]]:
    found: dict[str, list[Tied]] = {}
    for one in each:
        found.setdefault(cause_id(one), []).append(one)
    return found


def cause_id(one: words.ForSomething) -> str:
    """By what payments and documents of one sale are tied: the period's id, or the order's."""
    return one.period.period_id or one.order_id


def _differences(request: payments_pb2.PaymentRequest, invoice: invoicing_pb2.Document) -> list[str]:
    """What the two say differently."""
    pair = f"{words.thing(request)}: {_request(request)}; {_invoice(invoice)}"
    found = []
    deducted = sum(advance.gross.minor for advance in invoice.advances)
    gross = common_pb2.Money(minor=invoice.totals.gross.minor + deducted, currency=invoice.totals.gross.currency)
    if request.total != gross:
        found.append(f"{pair}: the amounts differ")
    if request.available_on != invoice.paid_on:
        found.append(f"{pair}: the money was available on another day than the invoice says")
    return found


def _other_day(transfer: payments_pb2.ConfirmedTransfer, invoices: Sequence[invoicing_pb2.Document]) -> str:
    """The bank contradicts the day on which an invoice is dated; both are kept."""
    numbers = " and ".join(f"invoice {invoice.number}" for invoice in invoices) or "its invoice"
    return (
        f"{words.thing(transfer)}: transfer {transfer.bank_reference} of {words.money(transfer.amount)} was recorded "
        f"by hand for {words.day(transfer.booked_on)}, the bank booked it on {words.day(transfer.bank_booked_on)}: "
        f"{numbers} carries the first day"
    )


def _request(request: payments_pb2.PaymentRequest) -> str:
    available = words.day(request.available_on)
    return f"payment request {request.payment_request_id} of {words.money(request.total)}, available on {available}"


def _invoice(invoice: invoicing_pb2.Document) -> str:
    gross = words.money(invoice.totals.gross)
    if invoice.advances:
        gross += f" less {' and '.join(advance.number for advance in invoice.advances)}"
    paid = f", paid on {words.day(invoice.paid_on)}" if invoice.HasField("paid_on") else ", unpaid"
    return (
        f"invoice {invoice.number} ({invoice.document_id}) of {gross}, dated {words.day(invoice.date)}"
        f"{paid if invoice.HasField('due_on') else ''}"
    )
