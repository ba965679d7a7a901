"""Decides whether the Sistema di Interscambio would reject a valid file: its rules beyond the schema, by their codes.

Source: "Elenco dei controlli" 2.0 and technical specification 1.9.1, in our own words. Here are those which a file
alone can answer; arithmetic and identity have modules of their own. What only the SdI's registers know (00311, 00322,
00399 …) or our own ledger decides (00002, 00404) is not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from services.invoicing.fatturapa import arithmetic, identity
from services.invoicing.fatturapa.findings import Finding, children, decimal, find, found, text

_OWN_MAILBOX = "@pec.fatturapa.it"
_GENERIC_NATURA = frozenset({"N2", "N3", "N6"})
_INTEGRATION_DOCUMENT = "TD16"


@dataclass(frozen=True, slots=True)
class _Taxed:
    """Rate and natura of a line, a social-security contribution or a summary."""

    element: etree._Element
    rate: Decimal
    natura: str


def check_controls(root: etree._Element, today: date) -> list[Finding]:
    """Applies the rules to a file that passed the schema.

    Args:
        root: The element `FatturaElettronica`.
        today: The day in Rome on which the file is sent; no invoice may bear a later date (00403).

    Returns:
        The broken rules, header first; empty when the SdI would find none of them.
    """
    header = found(root, "FatturaElettronicaHeader")
    findings = [*_transmission(root, header), *identity.check(root)]
    for body in children(root, "FatturaElettronicaBody"):
        findings += [*_document(body, today), *_rates(body), *arithmetic.check(body)]
    return findings


def _transmission(root: etree._Element, header: etree._Element) -> Iterator[Finding]:
    transmission = found(header, "DatiTrasmissione")
    kind, code = text(transmission, "FormatoTrasmissione"), text(transmission, "CodiceDestinatario")
    if kind != root.get("versione"):
        yield Finding("00428", "FormatoTrasmissione", "differs from the attribute versione")
    if len(code) != (6 if kind == "FPA12" else 7):
        yield Finding("00427", "CodiceDestinatario", "wrong length for this format")
    if code == "XXXXXXX" and text(header, "CessionarioCommittente/DatiAnagrafici/IdFiscaleIVA/IdPaese") in {"", "IT"}:
        yield Finding("00313", "CodiceDestinatario", "XXXXXXX needs a VAT number of another country")
    if text(transmission, "PECDestinatario").lower().endswith(_OWN_MAILBOX):
        yield Finding("00330", "PECDestinatario", "is a mailbox of the SdI itself")


def _document(body: etree._Element, today: date) -> Iterator[Finding]:
    general = found(body, "DatiGenerali")
    document = found(general, "DatiGeneraliDocumento")
    day = date.fromisoformat(text(document, "Data")[:10])
    if day > today:
        yield Finding("00403", "Data", "lies after the day of sending")
    if not any(character.isdigit() for character in text(document, "Numero")):
        yield Finding("00425", "Numero", "has no digit")
    for related in children(general, "DatiFattureCollegate"):
        if text(related, "Data") and date.fromisoformat(text(related, "Data")[:10]) > day:
            yield Finding("00418", "DatiFattureCollegate/Data", "a linked invoice is younger than the document")
    discounts = [("00437", element) for element in children(document, "ScontoMaggiorazione")]
    discounts += [("00438", element) for line in _lines(body) for element in children(line, "ScontoMaggiorazione")]
    for code, discount in discounts:
        if not text(discount, "Percentuale") and not text(discount, "Importo"):
            yield Finding(code, "ScontoMaggiorazione", "neither percentage nor amount")
    withheld = [line for line in _lines(body) if text(line, "Ritenuta")]
    if withheld and find(document, "DatiRitenuta") is None:
        yield Finding("00411", "DatiRitenuta", "missing although a line has Ritenuta")


def _rates(body: etree._Element) -> Iterator[Finding]:
    """Rates and naturas of lines, contributions and summaries, and that the summaries cover them all."""
    kind = text(body, "DatiGenerali/DatiGeneraliDocumento/TipoDocumento")
    lines = [_taxed(element) for element in _lines(body)]
    funds = [_taxed(element) for element in _funds(body)]
    summaries = [_taxed(element) for element in children(found(body, "DatiBeniServizi"), "DatiRiepilogo")]
    for group, without, superfluous in (
        (lines, "00400", "00401"),
        (funds, "00413", "00414"),
        (summaries, "00429", "00430"),
    ):
        for taxed in group:
            yield from _natura(taxed, without, superfluous, kind)
    for summary in summaries:
        if summary.natura.startswith("N6") and text(summary.element, "EsigibilitaIVA") == "S":
            yield Finding("00420", "EsigibilitaIVA", "split payment with reverse charge")
    yield from _covered(lines + funds, summaries)


def _natura(taxed: _Taxed, without: str, superfluous: str, kind: str) -> Iterator[Finding]:
    if taxed.rate == 0 and not taxed.natura:
        yield Finding(without, "Natura", "missing although the rate is zero")
    if taxed.rate != 0 and taxed.natura and kind != _INTEGRATION_DOCUMENT:
        yield Finding(superfluous, "Natura", "present although there is a rate")
    if 0 < taxed.rate < 1:
        yield Finding("00424", "AliquotaIVA", "below one percent: percent, not a fraction, is meant")
    if taxed.natura in _GENERIC_NATURA:
        yield Finding("00445", "Natura", "a sub-code is required")


def _covered(taxed: list[_Taxed], summaries: list[_Taxed]) -> Iterator[Finding]:
    used, summed = {entry.rate for entry in taxed}, {entry.rate for entry in summaries}
    if len(summaries) < len(used):
        yield Finding("00419", "DatiRiepilogo", "fewer summaries than rates")
    if used - summed:
        yield Finding("00443", "AliquotaIVA", "a rate has no summary")
    if {entry.natura for entry in taxed if entry.natura} - {entry.natura for entry in summaries}:
        yield Finding("00444", "Natura", "a natura has no summary")


def _taxed(element: etree._Element) -> _Taxed:
    return _Taxed(element, decimal(element, "AliquotaIVA"), text(element, "Natura"))


def _lines(body: etree._Element) -> list[etree._Element]:
    return children(found(body, "DatiBeniServizi"), "DettaglioLinee")


def _funds(body: etree._Element) -> list[etree._Element]:
    return children(found(body, "DatiGenerali/DatiGeneraliDocumento"), "DatiCassaPrevidenziale")
