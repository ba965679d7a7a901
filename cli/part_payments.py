"""Ties each part payment that was invoiced to its invoice, and to what became of both: deducted or credited, once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import words
from services.kit.wire import from_timestamp


def untied(
    entries: Sequence[payments_pb2.MoneyEntry],
    invoices: Sequence[invoicing_pb2.Document],
    before: datetime,
    accrued: Collection[str] = (),
) -> list[str]:
    """What does not agree between part payments and their invoices, in plain words with the ids.

    Args:
        entries: All part payments that payments has decided to invoice, read after the invoices.
        invoices: All invoices; those of part payments are looked at.
        before: What happened after this moment may still be on its way.
        accrued: The payment requests whose sale was invoiced as a whole before it was paid: a later part payment has no
            invoice of its own.
    """
    invoice_of = {invoice.money_entry_id: invoice for invoice in invoices if invoice.money_entry_id}
    unpaid = {invoice.document_id for invoice in invoices if invoice.HasField("due_on")}
    named = {advance.document_id for invoice in invoices for advance in invoice.advances}
    money = {entry.money_entry_id for entry in entries}
    found = [
        f"{_invoice(invoice)}: payments knows no part payment of it"
        for entry_id, invoice in invoice_of.items()
        if entry_id not in money
    ]
    for entry in entries:
        if from_timestamp(entry.advance.decided_at) > before:
            continue
        invoice = invoice_of.get(entry.money_entry_id)
        if invoice is None and entry.advance.payment_request_id in accrued:
            continue
        if invoice is None:
            found.append(f"{_entry(entry)}: it has no invoice (TD02)")
            continue
        pair = f"{_entry(entry)}; {_invoice(invoice)}"
        faults = _differences(entry, invoice) + _fate(entry, invoice, before, unpaid, named)
        found += [f"{pair}: {fault}" for fault in faults]
    return found


def _differences(entry: payments_pb2.MoneyEntry, invoice: invoicing_pb2.Document) -> list[str]:
    found = []
    if entry.advance.amount != invoice.totals.gross:
        found.append("the amounts differ")
    if entry.available_on != invoice.date:
        found.append("the money was available on another day than the invoice's")
    return found


def _fate(
    entry: payments_pb2.MoneyEntry,
    invoice: invoicing_pb2.Document,
    before: datetime,
    unpaid: Collection[str],
    named: Collection[str],
) -> list[str]:
    """What is wrong with what became of the two; while the money waits or goes back, nothing has.

    An invoice that was issued `unpaid` deducts the part payment whatever becomes of the money. One that was given up
    deducts nothing, and still is the one in which the part payment is `named`: what is to be done, its admin knows.
    """
    if invoice.deducted_by in unpaid:
        return []
    paid = entry.settlement == payments_pb2.MONEY_SETTLEMENT_ASSIGNED
    paid = paid and entry.settled_to == entry.advance.payment_request_id
    credited = invoice.credited == invoice.totals.gross
    if paid:
        if invoice.document_id in named or credited or from_timestamp(entry.settled_at) > before:
            return []
        return ["the money has paid what it names, and no invoice deducts the part payment"]
    if invoice.deducted_by:
        return [f"the money has not paid what it names, and invoice {invoice.deducted_by} deducts the part payment"]
    if entry.advance.HasField("credited_at") and not credited:
        return ["the part payment is noted as credited, and is not"]
    return []


def _entry(entry: payments_pb2.MoneyEntry) -> str:
    return (
        f"part payment {entry.money_entry_id} of {words.money(entry.advance.amount)}, "
        f"available on {words.day(entry.available_on)}"
    )


def _invoice(invoice: invoicing_pb2.Document) -> str:
    return (
        f"invoice {invoice.number} ({invoice.document_id}) of {words.money(invoice.totals.gross)}, "
        f"dated {words.day(invoice.date)}"
    )
