"""Decides whether the sums of a FatturaPA body add up: SdI codes 00421, 00422 and 00423, and two of our own.

The tolerances are the SdI's. That `ImportoTotaleDocumento` adds up is checked by nobody else, and it is the figure
that the customer pays; a missing stamp duty is no reason to reject a file, but the tax agency asks for it later.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from services.invoicing.fatturapa.findings import Finding, children, decimal, found, text

_CENT = Decimal("0.01")
_TAX_TOLERANCE = Decimal("0.01")
_TAXABLE_TOLERANCE = Decimal("1.00")
_LINE_TOLERANCE = Decimal("0.01")

_STAMP_DUTY_ABOVE = Decimal("77.47")
_WITH_STAMP_DUTY = frozenset({"N2.1", "N2.2", "N3.5", "N3.6", "N4"})
_CHARGED = frozenset({"N1"})
"""Nothing else than stamp duty is excluded on a document of ours."""
_CREDIT_NOTE = "TD04"

WRONG_TOTAL = "CASELLA-TOTAL"
WRONG_STAMP_DUTY = "CASELLA-STAMP"


def check(body: etree._Element) -> Iterator[Finding]:
    """Applies the arithmetic rules to one `FatturaElettronicaBody`."""
    goods = found(body, "DatiBeniServizi")
    lines, summaries = children(goods, "DettaglioLinee"), children(goods, "DatiRiepilogo")
    for summary in summaries:
        exact = decimal(summary, "AliquotaIVA") * decimal(summary, "ImponibileImporto") / 100
        if abs(decimal(summary, "Imposta") - exact.quantize(_CENT, ROUND_HALF_UP)) > _TAX_TOLERANCE:
            yield Finding("00421", "Imposta", "is not the rate's share of the taxable amount")
    yield from _taxable(body, lines, summaries)
    for line in lines:
        if abs(decimal(line, "PrezzoTotale") - _line_total(line)) > _LINE_TOLERANCE:
            yield Finding("00423", "PrezzoTotale", "is not unit price times quantity")
    yield from _total(body, summaries)
    yield from _stamp_duty(body, summaries)


def _taxable(body: etree._Element, lines: list[etree._Element], summaries: list[etree._Element]) -> Iterator[Finding]:
    funds = children(found(body, "DatiGenerali/DatiGeneraliDocumento"), "DatiCassaPrevidenziale")
    for rate in sorted({decimal(summary, "AliquotaIVA") for summary in summaries}):
        stated = sum((decimal(s, "ImponibileImporto") for s in _of(summaries, rate)), Decimal())
        added = sum((decimal(line, "PrezzoTotale") for line in _of(lines, rate)), Decimal())
        added += sum((decimal(fund, "ImportoContributoCassa") for fund in _of(funds, rate)), Decimal())
        added += sum((decimal(s, "Arrotondamento") for s in _of(summaries, rate)), Decimal())
        if abs(stated - added) > _TAXABLE_TOLERANCE:
            yield Finding("00422", "ImponibileImporto", "is not the sum of the lines of its rate")


def _total(body: etree._Element, summaries: list[etree._Element]) -> Iterator[Finding]:
    document = found(body, "DatiGenerali/DatiGeneraliDocumento")
    if not text(document, "ImportoTotaleDocumento"):
        return
    added = sum((decimal(s, "ImponibileImporto") + decimal(s, "Imposta") for s in summaries), Decimal())
    added += decimal(document, "Arrotondamento")
    for discount in children(document, "ScontoMaggiorazione"):
        change = decimal(discount, "Importo")
        added += change if text(discount, "Tipo") == "MG" else -change
    if added != decimal(document, "ImportoTotaleDocumento"):
        yield Finding(WRONG_TOTAL, "ImportoTotaleDocumento", "is not the sum of taxable amounts and taxes")


def _stamp_duty(body: etree._Element, summaries: list[etree._Element]) -> Iterator[Finding]:
    document = found(body, "DatiGenerali/DatiGeneraliDocumento")
    charged = text(document, "TipoDocumento") != _CREDIT_NOTE and _taxable_of(summaries, _CHARGED) > 0
    due = charged or _taxable_of(summaries, _WITH_STAMP_DUTY) > _STAMP_DUTY_ABOVE
    if due != bool(text(document, "DatiBollo/BolloVirtuale")):
        yield Finding(WRONG_STAMP_DUTY, "DatiBollo", "is missing" if due else "is not due")


def _taxable_of(summaries: list[etree._Element], naturas: frozenset[str]) -> Decimal:
    return sum((decimal(s, "ImponibileImporto") for s in summaries if text(s, "Natura") in naturas), Decimal())


def _line_total(line: etree._Element) -> Decimal:
    price = decimal(line, "PrezzoUnitario")
    for discount in children(line, "ScontoMaggiorazione"):
        change = decimal(discount, "Importo") or price * decimal(discount, "Percentuale") / 100
        price += change if text(discount, "Tipo") == "MG" else -change
    quantity = decimal(line, "Quantita") if text(line, "Quantita") else Decimal(1)
    return price * quantity


def _of(elements: list[etree._Element], rate: Decimal) -> list[etree._Element]:
    return [element for element in elements if decimal(element, "AliquotaIVA") == rate]
