"""Decides what a printed document says of its payment: how a proforma is to be paid, and how an invoice was."""

from datetime import date

from services.invoicing.domain.documents import (
    Document,
    PaidPart,
    PaymentMethod,
    credit_used,
    is_overdue,
    paid_parts,
    shortfall,
    to_pay,
)
from services.invoicing.domain.sums import totals
from services.invoicing.pdf.writer import View, Writer
from services.kit.causes import OrderCause
from services.kit.localized import groups_of_four
from services.kit.money import Money

_PAID_BY = {
    PaymentMethod.BANK_TRANSFER: "paid_transfer",
    PaymentMethod.ONLINE: "paid_online",
    PaymentMethod.AUTOMATIC_DEBIT: "paid_debit",
}


def how_to_pay(writer: Writer, proforma: Document) -> View:
    """How a proforma is paid: by transfer, debit or link, or by account credit alone."""
    texts = writer.texts
    if not to_pay(proforma):
        return block(texts["payment"], texts["covered_by_credit"])
    if proforma.payment.transfer is not None:
        transfer = proforma.payment.transfer
        rows = [
            writer.entry("holder", transfer.holder),
            writer.entry("iban", groups_of_four(transfer.iban)),
            writer.entry("bic", transfer.bic),
            writer.entry("amount", writer.formats.money(to_pay(proforma))),
            writer.entry("reference", groups_of_four(transfer.reference)),
        ]
        rows = [row for row in rows if row["value"]]
        return {
            **block(texts["pay_transfer"]),
            "rows": rows,
            "hints": [texts["reference_hint"]],
            "qr_hint": texts["qr_hint"],
            "qr_alt": texts["qr_alt"],
        }
    if proforma.payment.method is PaymentMethod.AUTOMATIC_DEBIT:
        hint = texts["debit_first_hint" if isinstance(proforma.cause, OrderCause) else "debit_hint"]
        return block(texts["pay_debit"], hint)
    return block(texts["pay_online"], texts["online_hint"])


def how_paid(writer: Writer, invoice: Document) -> View:
    """How an invoice was paid, or is to be where it is issued unpaid; that part payments were all of it."""
    texts = writer.texts
    if not totals(invoice.lines).gross:
        return block(texts["payment"], texts["paid_on_account"])
    if invoice.payment.due_on is not None and to_pay(invoice):
        return _unpaid(writer, invoice, invoice.payment.due_on)
    view = block(texts["payment"], *_paid_with_credit(writer, invoice), *_paid_by(writer, invoice))
    if shortfall(invoice):
        view["paragraphs"].append(texts["remitted"].format(amount=writer.formats.money(shortfall(invoice))))
    view["rows"] = [writer.entry("payment_reference", _spaced(part)) for part in paid_parts(invoice) if part.reference]
    return view


def _unpaid(writer: Writer, invoice: Document, due_on: date) -> View:
    """That an invoice is to be paid, until when and how; account credit may have paid a part."""
    texts, payment = writer.texts, invoice.payment
    view = how_to_pay(writer, invoice) if payment.transfer else block(texts["payment"], texts["unpaid_by_link"])
    asked = texts["overdue" if is_overdue(invoice) else "unpaid"]
    to_be_paid = asked.format(amount=writer.formats.money(to_pay(invoice)), date=writer.formats.day(due_on))
    paid = [texts["paid_credit"].format(amount=writer.formats.money(credit_used(invoice)))]
    view["paragraphs"] = [*(paid if payment.credit_minor else []), to_be_paid, *view["paragraphs"]]
    return view


def block(heading: str, *paragraphs: str) -> View:
    """A block under its heading, with nothing but paragraphs."""
    return {"heading": heading, "paragraphs": [*paragraphs], "rows": [], "hints": [], "qr_hint": "", "qr_alt": ""}


def _paid_with_credit(writer: Writer, invoice: Document) -> list[str]:
    """That account credit has paid an invoice, or the part of it; nothing where none has."""
    if not invoice.payment.credit_minor:
        return []
    return [writer.texts["paid_credit"].format(amount=writer.formats.money(credit_used(invoice)))]


def _paid_by(writer: Writer, invoice: Document) -> list[str]:
    """By which means money has paid an invoice; how much by each, where that is not all that the invoice comes to."""
    parts, day = paid_parts(invoice), writer.formats.day(invoice.date)
    if len(parts) == 1 and not shortfall(invoice):
        return [writer.texts[_PAID_BY[parts[0].method]].format(date=day)]
    currency = totals(invoice.lines).gross.currency
    sums = [(part.method, writer.formats.money(Money(part.minor, currency))) for part in parts]
    return [writer.texts[f"{_PAID_BY[method]}_part"].format(amount=amount, date=day) for method, amount in sums]


def _spaced(part: PaidPart) -> str:
    return groups_of_four(part.reference) if part.method.by_transfer else part.reference
