"""Decides what a printed document says of its payment: how a proforma is to be paid, and how an invoice was."""

from datetime import date

from services.invoicing.domain.documents import Document, PaymentMethod, credit_used, to_pay
from services.invoicing.domain.sums import totals
from services.invoicing.pdf.writer import View, Writer
from services.kit.causes import OrderCause
from services.kit.localized import groups_of_four

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
    paid = texts[_PAID_BY[invoice.payment.method]].format(date=writer.formats.day(invoice.date))
    paragraphs = _paid_with_credit(writer, invoice, paid) if invoice.payment.credit_minor else [paid]
    view = block(texts["payment"], *paragraphs)
    if invoice.payment.reference and to_pay(invoice):
        view["rows"] = [writer.entry("payment_reference", _spaced(invoice))]
    return view


def _unpaid(writer: Writer, invoice: Document, due_on: date) -> View:
    """That an invoice is to be paid, until when and how; account credit may have paid a part."""
    texts, payment = writer.texts, invoice.payment
    view = how_to_pay(writer, invoice) if payment.transfer else block(texts["payment"], texts["unpaid_by_link"])
    to_be_paid = texts["unpaid"].format(amount=writer.formats.money(to_pay(invoice)), date=writer.formats.day(due_on))
    paid = [texts["paid_credit"].format(amount=writer.formats.money(credit_used(invoice)))]
    view["paragraphs"] = [*(paid if payment.credit_minor else []), to_be_paid, *view["paragraphs"]]
    return view


def block(heading: str, *paragraphs: str) -> View:
    """A block under its heading, with nothing but paragraphs."""
    return {"heading": heading, "paragraphs": [*paragraphs], "rows": [], "hints": [], "qr_hint": "", "qr_alt": ""}


def _paid_with_credit(writer: Writer, invoice: Document, otherwise: str) -> list[str]:
    """That account credit has paid an invoice, or the part of it, and how the rest was paid."""
    credit = writer.formats.money(credit_used(invoice))
    with_credit = writer.texts["paid_credit"].format(amount=credit)
    return [with_credit, *([otherwise] if to_pay(invoice) else [])]


def _spaced(invoice: Document) -> str:
    reference = invoice.payment.reference
    return groups_of_four(reference) if invoice.payment.method.by_transfer else reference
