"""Decides what a printed document shows and in which words: a document's values become finished texts.

The template only places them, so that all rules of language and number format are here, in one testable function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.invoicing.domain.credit_texts import cause_text
from services.invoicing.domain.credits import Credit
from services.invoicing.domain.customers import Address, Customer, CustomerKind
from services.invoicing.domain.documents import Document, PaymentMethod, credit_used, to_pay
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Line, VatShare, stamp_duty, totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.pdf.formats import Formats, breakable
from services.invoicing.pdf.texts import TEXTS
from services.kit.causes import OrderCause
from services.kit.letterhead import letterhead, tax_numbers
from services.kit.localized import groups_of_four
from services.kit.vat_ids import MEMBERS, vat_prefix

_WITH_VAT_NUMBERS = frozenset({*MEMBERS, "GB", "XI"})
"""Whose numbers are VAT numbers, written with the country before them; elsewhere they are tax ids."""
_PAID_BY = {
    PaymentMethod.BANK_TRANSFER: "paid_transfer",
    PaymentMethod.ONLINE: "paid_online",
    PaymentMethod.AUTOMATIC_DEBIT: "paid_debit",
}

View = dict[str, Any]
"""What the template reads, as JSON: texts, lists of texts and of labelled values."""


@dataclass(frozen=True, slots=True)
class _Writer:
    texts: Mapping[str, str]
    formats: Formats

    def entry(self, key: str, value: str) -> dict[str, str]:
        """A labelled value."""
        return {"label": self.texts[key], "value": value}


def proforma_view(proforma: Document, issuer: Issuer) -> View:
    """Says what the PDF of a proforma shows."""
    writer = _writer(proforma.language)
    view = _common(writer, proforma, issuer, title="proforma")
    view["subtitle"] = writer.texts["not_fiscal"]
    view["facts"] = [
        writer.entry("number", proforma.number),
        writer.entry("date", writer.formats.day(proforma.date)),
    ]
    if proforma.payment.payable_until is not None:
        view["facts"].append(writer.entry("payable_until", writer.formats.last_moment(proforma.payment.payable_until)))
    if proforma.payment.credit_minor:
        view["sums"] += [
            writer.entry("total_gross", writer.formats.money(totals(proforma.lines).gross)),
            writer.entry("account_credit", writer.formats.money(-credit_used(proforma))),
        ]
    view["total"] = writer.entry("total_due", writer.formats.money(to_pay(proforma)))
    view["payment"] = _how_to_pay(writer, proforma)
    view["notices"] = [writer.texts["proforma_notice"], writer.texts["proforma_law"]]
    return view


def invoice_view(invoice: Document, issuer: Issuer, xml_name: str) -> View:
    """Says what the printed invoice shows: the invoice itself to a customer abroad, to others its courtesy copy.

    Args:
        invoice: The invoice.
        issuer: Who issues it.
        xml_name: Name of the attached XML file; empty for a customer abroad.
    """
    writer = _writer(invoice.language)
    view = _common(writer, invoice, issuer, title="invoice")
    view["facts"] = [
        writer.entry("number", invoice.number),
        writer.entry("date", writer.formats.day(invoice.date)),
        writer.entry("proforma_number", invoice.payment.proforma_number),
    ]
    view["total"] = writer.entry("total_invoice", writer.formats.money(totals(invoice.lines).gross))
    paid = writer.texts[_PAID_BY[invoice.payment.method]].format(date=writer.formats.day(invoice.date))
    view["payment"] = {**_payment(writer.texts["payment"]), "paragraphs": [paid]}
    if invoice.payment.credit_minor:
        view["payment"]["paragraphs"] = _paid_with_credit(writer, invoice, paid)
    if invoice.payment.reference and to_pay(invoice):
        view["payment"]["rows"] = [writer.entry("payment_reference", _spaced(invoice))]
    _finish(writer, view, invoice, xml_name)
    return view


def credit_note_view(note: Document, credit: Credit, issuer: Issuer, xml_name: str) -> View:
    """Says what the printed credit note shows: the note itself to a customer abroad, to others its courtesy copy.

    Args:
        note: The credit note.
        credit: What it credits and why.
        issuer: Who issues it.
        xml_name: Name of the attached XML file; empty for a customer abroad.
    """
    writer = _writer(note.language)
    texts, day = writer.texts, writer.formats.day
    view = _common(writer, note, issuer, title="credit_note")
    invoice = texts["credited_invoice_named"].format(number=credit.invoice_number, date=day(credit.invoice_date))
    view["facts"] = [
        writer.entry("number", note.number),
        writer.entry("date", day(note.date)),
        writer.entry("credited_invoice", invoice),
    ]
    view["total"] = writer.entry("total_credit_note", writer.formats.money(totals(note.lines).gross))
    why = cause_text(credit, note.language, with_vat=note.treatment is TaxTreatment.DOMESTIC)
    refund = [texts[f"refund_{credit.refund_method}"]] if credit.refund_method else []
    view["payment"] = {**_payment(texts["credit" if refund else "credit_reason"]), "paragraphs": [f"{why}.", *refund]}
    _finish(writer, view, note, xml_name, prefix="credit_")
    return view


def printed_view(document: Document, issuer: Issuer, xml_name: str) -> View:
    """Says what a printed invoice or credit note shows."""
    if document.credit is not None:
        return credit_note_view(document, document.credit, issuer, xml_name)
    return invoice_view(document, issuer, xml_name)


def _finish(writer: _Writer, view: View, document: Document, xml_name: str, prefix: str = "") -> None:
    """Adds the stamp duty, and to a courtesy copy that it is one; the texts of credit notes have a prefix."""
    texts = writer.texts
    if (stamp := stamp_duty(document.lines)) is not None:
        view["vat"]["notes"].append(texts["note_stamp_duty"].format(amount=writer.formats.money(stamp)))
    if not document.customer.abroad:
        reader = "original_private" if document.customer.kind is CustomerKind.PRIVATE else "original_business"
        view["subtitle"] = texts["courtesy"]
        view["notices"] = [texts[f"{prefix}courtesy_notice"] + texts[reader]]
        view["attachment"] = {"name": xml_name, "description": texts[f"{prefix}attachment"]}


def shows_the_same(one: Document, other: Document, issuer: Issuer) -> bool:
    """Whether two revisions of a document's customer make the same print, but for the XML attached to it."""
    return printed_view(one, issuer, "") == printed_view(other, issuer, "")


def _writer(language: str) -> _Writer:
    return _Writer(TEXTS[language], Formats(language))


def _common(writer: _Writer, document: Document, issuer: Issuer, title: str) -> View:
    texts, formats = writer.texts, writer.formats
    day = document.date
    return {
        "language": str(document.language),
        "title": texts[title],
        "subtitle": "",
        "number": document.number,
        "continued": texts["continued"].format(title=texts[title], number=document.number, date=formats.day(day)),
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "page": texts["page"],
        "issuer": _issuer(writer, issuer, document),
        "customer": _customer(writer, document.customer),
        "columns": [texts[key] for key in ("description", "quantity", "unit_price", "vat_rate", "net")],
        "lines": [_line(writer, line) for line in document.lines],
        "vat": _vat(writer, document),
        "notices": [],
        "sums": _sums(writer, document.lines),
        "attachment": {"name": "", "description": ""},
    }


def _issuer(writer: _Writer, issuer: Issuer, document: Document) -> View:
    language, seat = document.language, _address(writer, issuer.address, abroad=document.customer.abroad)
    return {
        "name": issuer.name,
        "brand": issuer.brand,
        "address": [issuer.name, *seat, *tax_numbers(issuer, language)],
        "legal": [
            *letterhead(issuer, language),
            " · ".join([f"PEC {issuer.pec}", *_present(issuer.email, _phone(issuer.phone), issuer.website)]),
        ],
    }


def _phone(number: str) -> str:
    """A number with a space behind Italy's prefix; where an area code ends, its digits do not tell."""
    return f"+39 {national}" if (national := number.removeprefix("+39")) != number else number


def _customer(writer: _Writer, customer: Customer) -> View:
    ids = []
    if customer.vat_number and customer.vat_country in _WITH_VAT_NUMBERS:
        ids.append(writer.entry("vat_number", f"{vat_prefix(customer.vat_country)}{customer.vat_number}"))
    elif customer.vat_number:
        ids.append(writer.entry("tax_id", customer.vat_number))
    if customer.codice_fiscale:
        ids.append(writer.entry("codice_fiscale", customer.codice_fiscale))
    if customer.recipient_code:
        ids.append(writer.entry("recipient_code", customer.recipient_code))
    if customer.pec:
        ids.append(writer.entry("pec", breakable(customer.pec)))
    address = [breakable(line) for line in _address(writer, customer.address, abroad=customer.abroad)]
    if customer.contact_person:
        address.append(f"{writer.texts['contact']} {breakable(customer.contact_person)}")
    return {"heading": writer.texts["customer"], "name": breakable(customer.name), "address": address, "ids": ids}


def _address(writer: _Writer, address: Address, *, abroad: bool) -> list[str]:
    """An address as it stands on a letter, with its country where the letter goes abroad."""
    province = f" ({address.province})" if address.province else ""
    lines = [address.street, f"{address.postal_code} {address.city}{province}".strip()]
    return [*lines, writer.formats.country(address.country)] if abroad else lines


def _line(writer: _Writer, line: Line) -> View:
    return {
        "description": breakable(line.description),
        "period": _period(writer, line.period_start, line.period_end),
        "quantity": writer.formats.number(line.quantity),
        "unit_price": writer.formats.money(line.unit_price),
        "rate": writer.formats.rate(line.vat_rate) if line.natura is None else writer.texts["no_rate"],
        "net": writer.formats.money(line.net),
    }


def _period(writer: _Writer, start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return ""
    return writer.texts["period"].format(start=writer.formats.day(start), end=writer.formats.day(end))


def _vat(writer: _Writer, document: Document) -> View:
    note = _note(document)
    return {
        "heading": writer.texts["vat_summary"],
        "columns": [writer.texts[key] for key in ("rate", "taxable", "tax")],
        "rows": [
            [_rate(writer, document, share), writer.formats.money(share.taxable), writer.formats.money(share.tax)]
            for share in vat_shares(document.lines)
        ],
        "notes": [writer.texts[note]] if note else [],
    }


def _rate(writer: _Writer, document: Document, share: VatShare) -> str:
    match share.natura:
        case None:
            return writer.formats.rate(share.rate)
        case Natura.EXCLUDED:
            return writer.texts["excluded"]
        case Natura.NOT_SUBJECT:
            reverse_charge = document.treatment is TaxTreatment.REVERSE_CHARGE
            return writer.texts["reverse_charge" if reverse_charge else "not_subject"]


def _note(document: Document) -> str:
    """Which sentence says why there is no VAT; empty where there is."""
    match document.treatment:
        case TaxTreatment.DOMESTIC:
            return ""
        case TaxTreatment.REVERSE_CHARGE:
            return "note_reverse_charge"
        case TaxTreatment.OUTSIDE_EU:
            return "note_outside_eu"
        case TaxTreatment.OUTSIDE_VAT_TERRITORY:
            consumer = document.customer.kind is CustomerKind.PRIVATE
            return "note_outside_territory_consumer" if consumer else "note_outside_territory_business"


def _sums(writer: _Writer, lines: Sequence[Line]) -> list[dict[str, str]]:
    sums = totals(lines)
    return [
        writer.entry("total_net", writer.formats.money(sums.net)),
        writer.entry("total_vat", writer.formats.money(sums.vat)),
    ]


def _paid_with_credit(writer: _Writer, invoice: Document, otherwise: str) -> list[str]:
    """That account credit has paid an invoice, or the part of it, and how the rest was paid."""
    credit = writer.formats.money(credit_used(invoice))
    with_credit = writer.texts["paid_credit"].format(amount=credit)
    return [with_credit, *([otherwise] if to_pay(invoice) else [])]


def _how_to_pay(writer: _Writer, proforma: Document) -> View:
    texts = writer.texts
    if not to_pay(proforma):
        return {**_payment(texts["payment"]), "paragraphs": [texts["covered_by_credit"]]}
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
            **_payment(texts["pay_transfer"]),
            "rows": rows,
            "hints": [texts["reference_hint"]],
            "qr_hint": texts["qr_hint"],
            "qr_alt": texts["qr_alt"],
        }
    if proforma.payment.method is PaymentMethod.AUTOMATIC_DEBIT:
        hint = texts["debit_first_hint" if isinstance(proforma.cause, OrderCause) else "debit_hint"]
        return {**_payment(texts["pay_debit"]), "paragraphs": [hint]}
    return {**_payment(texts["pay_online"]), "paragraphs": [texts["online_hint"]]}


def _payment(heading: str) -> View:
    empty: View = {"paragraphs": [], "rows": [], "hints": [], "qr_hint": "", "qr_alt": ""}
    return {"heading": heading, **empty}


def _spaced(invoice: Document) -> str:
    reference = invoice.payment.reference
    return groups_of_four(reference) if invoice.payment.method.by_transfer else reference


def _present(*texts: str) -> list[str]:
    return [text for text in texts if text]
