"""Decides what a printed document shows and in which words: a document's values become finished texts.

The template only places them, so that all rules of language and number format are here, in testable functions.
"""

from collections.abc import Sequence
from datetime import date

from services.invoicing.domain.credit_texts import cause_text, credited_invoices
from services.invoicing.domain.credits import Credit
from services.invoicing.domain.customers import CustomerKind
from services.invoicing.domain.documents import Document, credit_used, is_overdue, may_come_unpaid, stamp_duty, to_pay
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Line, VatShare, totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.pdf.formats import breakable
from services.invoicing.pdf.parties import customer_view, issuer_view
from services.invoicing.pdf.paying import block, how_paid, how_to_pay
from services.invoicing.pdf.writer import View, Writer
from services.kit.money import Money


def proforma_view(proforma: Document, issuer: Issuer) -> View:
    """Says what the PDF of a proforma shows."""
    writer = Writer.of(proforma.language)
    view = _common(writer, proforma, issuer, title="proforma")
    view["subtitle"] = writer.texts["not_fiscal"]
    view["facts"] = [
        writer.entry("number", proforma.number),
        writer.entry("date", writer.formats.day(proforma.date)),
    ]
    covered = not to_pay(proforma)
    if proforma.payment.payable_until is not None and not covered:
        label = "was_due" if is_overdue(proforma) else "payable_until"
        view["facts"].append(writer.entry(label, writer.formats.last_moment(proforma.payment.payable_until)))
    if proforma.payment.credit_minor:
        view["sums"] += [
            writer.entry("total_gross", writer.formats.money(totals(proforma.lines).gross)),
            writer.entry("account_credit", writer.formats.money(-credit_used(proforma))),
        ]
    view["total"] = writer.entry("total_due", writer.formats.money(to_pay(proforma)))
    view["payment"] = how_to_pay(writer, proforma)
    awaited = "proforma_notice_accrued" if may_come_unpaid(proforma) else "proforma_notice"
    view["notices"] = [writer.texts["proforma_covered" if covered else awaited], writer.texts["proforma_law"]]
    return view


def invoice_view(invoice: Document, issuer: Issuer, xml_name: str) -> View:
    """Says what the printed invoice shows: the invoice itself to a customer abroad, to others its courtesy copy.

    Args:
        invoice: The invoice; it may be a part payment's.
        issuer: Who issues it.
        xml_name: Name of the attached XML file; empty for a customer abroad.
    """
    writer = Writer.of(invoice.language)
    view = _common(writer, invoice, issuer, title=str(invoice.kind))
    view["facts"] = [
        writer.entry("number", invoice.number),
        writer.entry("date", writer.formats.day(invoice.date)),
        writer.entry("proforma_number", invoice.payment.proforma_number),
    ]
    view["total"] = writer.entry("total_invoice", writer.formats.money(totals(invoice.lines).gross))
    view["payment"] = how_paid(writer, invoice)
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
    writer = Writer.of(note.language)
    texts, day = writer.texts, writer.formats.day
    view = _common(writer, note, issuer, title="credit_note")
    view["facts"] = [
        writer.entry("number", note.number),
        writer.entry("date", day(note.date)),
        writer.entry("credited_invoice", "\n".join(credited_invoices(credit, note.language, note.advances))),
    ]
    view["total"] = writer.entry("total_credit_note", writer.formats.money(totals(note.lines).gross))
    why = cause_text(credit, note.language, with_vat=note.treatment is TaxTreatment.DOMESTIC)
    refund = _refunded(writer, credit, totals(note.lines).gross)
    view["payment"] = block(texts["credit" if refund else "credit_reason"], f"{why}.", *refund)
    _finish(writer, view, note, xml_name, prefix="credit_")
    return view


def _refunded(writer: Writer, credit: Credit, gross: Money) -> list[str]:
    """How the customer gets it back; where in two ways, or not all of it, how much in each."""
    parts, money = credit.refunds(gross), writer.formats.money
    if credit.remitted is None and len(parts) == 1:
        return [writer.texts[f"refund_{parts[0].method}"]]
    told = [writer.texts[f"refund_part_{part.method}"].format(amount=money(part.amount)) for part in parts]
    remitted = [] if credit.remitted is None else [writer.texts["not_returned"].format(amount=money(credit.remitted))]
    return told + remitted


def printed_view(document: Document, issuer: Issuer, xml_name: str) -> View:
    """Says what a printed invoice or credit note shows."""
    if document.credit is not None:
        return credit_note_view(document, document.credit, issuer, xml_name)
    return invoice_view(document, issuer, xml_name)


def _finish(writer: Writer, view: View, document: Document, xml_name: str, prefix: str = "") -> None:
    """Adds the stamp duty, and to a courtesy copy that it is one; the texts of credit notes have a prefix."""
    texts = writer.texts
    if (stamp := stamp_duty(document)) is not None:
        view["vat"]["notes"].append(texts["note_stamp_duty"].format(amount=writer.formats.money(stamp)))
    if not document.customer.abroad:
        reader = "original_private" if document.customer.kind is CustomerKind.PRIVATE else "original_business"
        view["subtitle"] = texts["courtesy"]
        view["notices"] = [texts[f"{prefix}courtesy_notice"] + texts[reader]]
        view["attachment"] = {"name": xml_name, "description": texts[f"{prefix}attachment"]}


def shows_the_same(one: Document, other: Document, issuer: Issuer) -> bool:
    """Whether two revisions of a document's customer make the same print, but for the XML attached to it."""
    return printed_view(one, issuer, "") == printed_view(other, issuer, "")


def _common(writer: Writer, document: Document, issuer: Issuer, title: str) -> View:
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
        "issuer": issuer_view(writer, issuer, document),
        "customer": customer_view(writer, document.customer),
        "columns": [texts[key] for key in ("description", "quantity", "unit_price", "vat_rate", "net")],
        "lines": [_line(writer, line) for line in document.lines],
        "vat": _vat(writer, document),
        "notices": [],
        "sums": _sums(writer, document.lines),
        "attachment": {"name": "", "description": ""},
    }


def _line(writer: Writer, line: Line) -> View:
    return {
        "description": breakable(line.description),
        "period": _period(writer, line.period_start, line.period_end),
        "quantity": writer.formats.number(line.quantity),
        "unit_price": writer.formats.money(line.unit_price),
        "rate": writer.formats.rate(line.vat_rate) if line.natura is None else writer.texts["no_rate"],
        "net": writer.formats.money(line.net),
    }


def _period(writer: Writer, start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return ""
    return writer.texts["period"].format(start=writer.formats.day(start), end=writer.formats.day(end))


def _vat(writer: Writer, document: Document) -> View:
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


def _rate(writer: Writer, document: Document, share: VatShare) -> str:
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


def _sums(writer: Writer, lines: Sequence[Line]) -> list[dict[str, str]]:
    sums = totals(lines)
    return [
        writer.entry("total_net", writer.formats.money(sums.net)),
        writer.entry("total_vat", writer.formats.money(sums.vat)),
    ]
