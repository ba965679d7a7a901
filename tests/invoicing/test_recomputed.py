"""Documents recomputed from their lines: every sum that a file shows follows from the lines that it shows.

By other means than the product's: whole cents and fractions, read back out of the XML and out of what the PDF prints.
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from services.invoicing.domain.crediting import split
from services.invoicing.domain.credits import Credit, CreditReason, RefundMethod
from services.invoicing.domain.documents import Document, DocumentKind, Language
from services.invoicing.domain.sums import Line, totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.fatturapa.controls import check_controls
from services.invoicing.pdf.view import invoice_view, proforma_view
from services.invoicing.pdf.writer import View
from services.kit.money import Money
from services.ordering.domain.quote import QuoteLine
from services.ordering.domain.quote import totals as agreed
from tests.invoicing.documents import (
    ISSUER,
    business_abroad,
    in_livigno,
    invoice,
    less,
    line,
    part_payment,
    proforma,
    untaxed,
)
from tests.invoicing.kinds import xml_of

Group = tuple[str, str]
"""A rate as it is written, and the natura where there is no VAT."""


CREDIT = Credit(
    invoice_id=UUID(int=7),
    invoice_number="2026/1",
    invoice_date=date(2026, 3, 2),
    reason=CreditReason.CONTRACT,
    cause_date=date(2026, 3, 2),
    refund_method=RefundMethod.BANK_TRANSFER,
)


def numbered(found: list[Line]) -> tuple[Line, ...]:
    return tuple(
        line(number, each.quantity, each.unit_price.minor, str(each.vat_rate), natura=each.natura)
        for number, each in enumerate(found, 1)
    )


HALF_A_CENT = invoice(lines=(line(1, 1, 225),))
"""22 % of 2.25 is 0.495."""
quantities, prices = st.integers(1, 5000), st.one_of(st.integers(1, 300), st.integers(1, 10_000_00))
taxed_lines = st.lists(
    st.builds(line, quantity=quantities, price=prices, rate=st.sampled_from(["22.00", "10.00", "5.00", "4.00"])),
    min_size=1,
    max_size=9,
).map(numbered)
sold_without_vat = st.lists(
    st.builds(line, quantity=quantities, price=prices, rate=st.just("0.00"), natura=st.just(Natura.NOT_SUBJECT)),
    min_size=1,
    max_size=5,
)
charged_stamp_duty = st.lists(st.just(line(1, 1, 2_00, "0.00", natura=Natura.EXCLUDED)), max_size=1)
untaxed_lines = st.tuples(sold_without_vat, charged_stamp_duty).map(lambda found: numbered(found[0] + found[1]))
invoices = st.one_of(
    st.builds(invoice, lines=taxed_lines, language=st.sampled_from(Language)),
    st.builds(
        untaxed,
        st.just(TaxTreatment.REVERSE_CHARGE),
        st.just(business_abroad()),
        lines=untaxed_lines,
        language=st.sampled_from(Language),
    ),
    st.builds(untaxed, st.just(TaxTreatment.OUTSIDE_VAT_TERRITORY), st.just(in_livigno()), lines=untaxed_lines),
)


def using_credit(document: Document, minor: int) -> Document:
    """The same, paid in part with account credit."""
    return replace(document, payment=replace(document.payment, credit_minor=minor))


def cents(text: str) -> int:
    """An amount of the XML in cents."""
    amount = Decimal(text) * 100
    assert amount == int(amount)
    return int(amount)


def half_up(exact: Fraction) -> int:
    return int((2 * exact + 1) // 2)


def groups(block: etree._Element, name: str, *amounts: str) -> list[tuple[Group, list[int]]]:
    """The elements of a name, each with its rate, natura and amounts."""
    return [
        (
            (str(each.findtext("AliquotaIVA")), str(each.findtext("Natura") or "")),
            [cents(str(each.findtext(amount))) for amount in amounts],
        )
        for each in block.iter(name)
    ]


@given(invoices, st.integers(0, 100))
@example(HALF_A_CENT, 0)
def test_the_sums_of_an_e_invoice_follow_from_the_lines_in_it(document: Document, percent: int) -> None:
    credit = totals(document.lines).gross.minor * percent // 100
    root = etree.fromstring(xml_of(using_credit(document, credit)))
    lines = groups(root, "DettaglioLinee", "Quantita", "PrezzoUnitario", "PrezzoTotale")
    nets = Counter[Group]()
    for (group, (hundredths, unit, net)), meant in zip(lines, document.lines, strict=True):
        assert (hundredths, unit) == (meant.quantity * 100, meant.unit_price.minor)
        assert net == meant.quantity * unit
        nets[group] += net
    summaries = groups(root, "DatiRiepilogo", "ImponibileImporto", "Imposta")
    assert sorted(group for group, _ in summaries) == sorted({group for group, _ in lines})
    for (rate, natura), (taxable, tax) in summaries:
        assert taxable == nets[rate, natura]
        assert tax == half_up(Fraction(taxable) * Fraction(rate) / 100)
    total = sum(taxable + tax for _, (taxable, tax) in summaries)
    assert cents(str(root.findtext(".//ImportoTotaleDocumento"))) == total
    ways = [cents(str(each.text)) for each in root.iter("ImportoPagamento")]
    assert ways == [way for way in (credit, total - credit) if way]
    without_vat, charged = (sum(net for (_, each), net in nets.items() if each == natura) for natura in ("N2.1", "N1"))
    stamped = charged > 0 or without_vat > 77_47
    assert root.findtext(".//BolloVirtuale") == ("SI" if stamped else None)


@given(taxed_lines, st.data())
def test_the_sums_of_a_credit_note_follow_from_the_lines_in_it(lines: tuple[Line, ...], data: st.DataObject) -> None:
    shares = vat_shares(lines)
    wanted = data.draw(st.integers(1, sum(share.gross.minor for share in shares)))
    given_back = tuple(
        line(number, 1, share.taxable.minor, str(share.rate), tax=share.tax)
        for number, share in enumerate(split(shares, Money(wanted)), 1)
    )
    note = invoice(kind=DocumentKind.CREDIT_NOTE, number="2026/2", lines=given_back, credit=CREDIT)
    root = etree.fromstring(xml_of(note))
    summaries = groups(root, "DatiRiepilogo", "ImponibileImporto", "Imposta")
    nets = {group: net for group, (net,) in groups(root, "DettaglioLinee", "PrezzoTotale")}
    assert {group: taxable for group, (taxable, _) in summaries} == nets
    assert sum(taxable + tax for _, (taxable, tax) in summaries) == wanted
    assert [cents(str(root.findtext(f".//{name}"))) for name in ("ImportoTotaleDocumento", "ImportoPagamento")] == [
        wanted, wanted,
    ]  # fmt: skip


def taken(document: Document, parts: list[int]) -> list[Document]:
    """Part payments of a sale, one after the other, for as long as something is left of it."""
    made: list[Document] = []
    for wanted in parts:
        left = totals(document.lines).gross.minor - sum(totals(each.lines).gross.minor for each in made)
        if left:
            made.append(part_payment(document, min(wanted, left), *made))
    return made


def check_sums(root: etree._Element) -> int:
    """Recompute an e-invoice whose lines have a VAT of their own, to the SdI's tolerances; its total."""
    nets = Counter[Group]()
    for group, (hundredths, unit, net) in groups(root, "DettaglioLinee", "Quantita", "PrezzoUnitario", "PrezzoTotale"):
        assert hundredths * unit == net * 100
        nets[group] += net
    summaries = groups(root, "DatiRiepilogo", "ImponibileImporto", "Imposta")
    assert {group: taxable for group, (taxable, _) in summaries} == nets
    for (rate, _), (taxable, tax) in summaries:
        assert abs(tax - half_up(Fraction(taxable) * Fraction(rate) / 100)) <= 1
    total = sum(taxable + tax for _, (taxable, tax) in summaries)
    assert cents(str(root.findtext(".//ImportoTotaleDocumento"))) == total
    assert sum(cents(str(each.text)) for each in root.iter("ImportoPagamento")) == total
    return total


@settings(deadline=None)
@given(invoices, st.lists(st.one_of(st.integers(1, 300), st.integers(1, 1_000_00)), min_size=1, max_size=4))
@example(HALF_A_CENT, [1])
@example(HALF_A_CENT, [1, 1, 1])
def test_part_payments_and_the_rest_are_the_whole_to_the_cent(document: Document, parts: list[int]) -> None:
    made = taken(document, parts)
    final = less(document, *made)
    files = [etree.fromstring(xml_of(each)) for each in (*made, final)]
    received = [check_sums(root) for root in files]
    assert received[:-1] == [totals(each.lines).gross.minor for each in made]
    whole = totals(document.lines)
    assert sum(received) == whole.gross.minor
    taxes = [sum(tax for _, (tax,) in groups(root, "DatiRiepilogo", "Imposta")) for root in files]
    assert sum(taxes) == whole.vat.minor
    assert min(taxes) >= 0
    for root, each in zip(files, (*made, final), strict=True):
        assert check_controls(root, date(2026, 3, 2)) == [], each
    assert [str(each.text) for each in files[-1].iterfind(".//DatiFattureCollegate/IdDocumento")] == [
        each.number for each in made
    ]


@settings(deadline=None)
@given(invoices, st.lists(st.integers(1, 500), min_size=2, max_size=4), st.data())
def test_whichever_part_payments_are_deducted_the_sdi_takes_the_invoice(
    document: Document, parts: list[int], data: st.DataObject
) -> None:
    """The others were credited after these had been taken out of what they had left."""
    made = taken(document, parts)
    deducted = [each for each in made if data.draw(st.booleans())]
    final = less(document, *deducted)
    assert check_controls(etree.fromstring(xml_of(final)), date(2026, 3, 2)) == []
    received = sum(totals(each.lines).gross.minor for each in deducted)
    assert totals(final.lines).gross.minor == totals(document.lines).gross.minor - received


def test_cents_that_add_up_over_part_payments_are_in_the_last_deduction() -> None:
    """Two cents come together by the fourth, which was credited after the others had been taken out of what it left."""
    document = invoice(lines=(line(1, 1, 1770),))
    made = taken(document, [154, 564, 324, 348, 152, 265])
    deducted = [each for place, each in enumerate(made) if place != 3]
    final = less(document, *deducted)
    assert check_controls(etree.fromstring(xml_of(final)), date(2026, 3, 2)) == []
    given = [totals(each.lines) for each in deducted]
    assert [(-each.net.minor, -each.tax.minor) for each in final.lines[1:-1] if each.tax] == [
        (each.net.minor, each.vat.minor) for each in given[:-1]
    ]
    assert totals(final.lines).gross.minor == 2159 - sum(each.gross.minor for each in given)


@given(invoices, st.integers(1, 99))
def test_a_final_invoice_prints_its_deduction_and_what_was_left(document: Document, percent: int) -> None:
    gross = totals(document.lines).gross.minor
    part = part_payment(document, max(1, gross * percent // 100))
    view = invoice_view(less(document, part), ISSUER, "")
    assert printed(view["total"]["value"]) == gross - totals(part.lines).gross.minor
    signs = [-1 if set(each["net"]) & {"-", "−"} else 1 for each in view["lines"]]
    assert signs == [1] * len(document.lines) + [-1] * len(part.lines)
    net = sum(sign * printed(each["net"]) for sign, each in zip(signs, view["lines"], strict=True))
    assert net == printed(view["sums"][0]["value"])
    assert part.number in view["lines"][-1]["description"]
    paid = invoice_view(part, ISSUER, "")
    assert printed(paid["total"]["value"]) == totals(part.lines).gross.minor
    assert paid["title"] in {"Fattura di acconto", "Invoice for a payment on account"}


def printed(text: str) -> int:
    """An amount in cents as it is printed: "1.234,50 €" or "€1,234.50"."""
    digits = re.sub(r"[^\d.,]", "", text)
    assert re.fullmatch(r"\d{1,3}(?:([.,])\d{3}(?:\1\d{3})*)?[.,]\d\d", digits), text
    return int(re.sub(r"\D", "", digits))


def check_figures(view: View) -> int:
    """Recompute what a printed document shows; what is to be paid, or was."""
    nets = Counter[str]()
    for each in view["lines"]:
        quantity = int(re.sub(r"\D", "", each["quantity"]))
        assert printed(each["net"]) == quantity * printed(each["unit_price"])
        nets[each["rate"]] += printed(each["net"])
    rows = [(label, printed(taxable), printed(tax)) for label, taxable, tax in view["vat"]["rows"]]
    for label, taxable, tax in rows:
        if label.endswith("%"):
            assert taxable == nets[label]
            assert tax == half_up(Fraction(taxable) * Fraction(label.removesuffix("%")) / 100)
        else:
            assert tax == 0
    net, vat, *more = (printed(entry["value"]) for entry in view["sums"])
    assert (net, vat) == (sum(nets.values()), sum(tax for *_, tax in rows))
    assert net == sum(taxable for _, taxable, _ in rows)
    gross, credit = more or (net + vat, 0)
    assert gross == net + vat
    assert printed(view["total"]["value"]) == gross - credit
    return gross - credit


@given(invoices, st.integers(0, 100))
@example(HALF_A_CENT, 0)
def test_the_figures_that_a_pdf_prints_follow_from_the_lines_that_it_prints(document: Document, percent: int) -> None:
    total = check_figures(invoice_view(document, ISSUER, ""))
    credit = total * percent // 100
    asked = proforma(
        lines=document.lines, language=document.language, treatment=document.treatment, customer=document.customer
    )
    view = proforma_view(using_credit(asked, credit), ISSUER)
    assert check_figures(view) == total - credit
    amounts = [printed(row["value"]) for row in view["payment"]["rows"] if "€" in row["value"]]
    assert amounts == [left for left in (total - credit,) if left]


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=12), st.sampled_from(["22.00", "0.00"]))
def test_what_was_agreed_is_what_is_invoiced(sold: list[tuple[int, int]], rate: str) -> None:
    """Ordering and invoicing add up each for itself; a cent between them would leave paid money without its invoice."""
    quoted = [QuoteLine("x", quantity, unit, quantity * unit, "", "") for quantity, unit in sold]
    natura = None if Decimal(rate) else Natura.NOT_SUBJECT
    lines = [line(1, quantity, unit, rate, natura=natura) for quantity, unit in sold]
    sums = agreed(quoted, Decimal(rate), "EUR")
    shares = vat_shares(lines)
    assert (sums.net.minor, sums.vat.minor) == (
        sum(share.taxable.minor for share in shares),
        sum(share.tax.minor for share in shares),
    )
