"""Decides whether an invoice's figures agree, within the SdI's own tolerances (controls 00400 to 00445)."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from deploy.local.sdi.findings import Finding, finding

CENT = Decimal("0.01")
TOLERANCE = Decimal("0.01")
TOLERANCE_OF_SUMS = Decimal("1.00")
GENERIC_NATURES = frozenset({"N2", "N3", "N6"})
# Self-invoices of sanctioned buyers may name a nature beside a rate.
NATURE_WITH_RATE = frozenset({"TD16"})


def check_figures(body: etree._Element) -> Iterator[Finding]:
    """Check the lines and summaries of one FatturaElettronicaBody."""
    kind = text(body, "DatiGenerali/DatiGeneraliDocumento/TipoDocumento")
    lines = body.findall("DatiBeniServizi/DettaglioLinee")
    summaries = body.findall("DatiBeniServizi/DatiRiepilogo")
    for line in lines:
        yield from _line(line, kind)
    for summary in summaries:
        yield from _summary(summary, kind)
    yield from _coverage(lines, summaries)
    yield from _sums(body, lines, summaries)


def text(element: etree._Element, path: str) -> str:
    """The text at a path, or nothing."""
    return (element.findtext(path) or "").strip()


def number(element: etree._Element, path: str) -> Decimal:
    """The number at a path, or zero; the schema has already checked its form."""
    return Decimal(text(element, path) or "0")


def _line(line: etree._Element, kind: str) -> Iterator[Finding]:
    place = f"riga {text(line, 'NumeroLinea')}"
    yield from _nature(line, kind, place, ("00400", "00401"))
    price = number(line, "PrezzoUnitario")
    for change in line.findall("ScontoMaggiorazione"):
        percent, amount = text(change, "Percentuale"), text(change, "Importo")
        step = Decimal(amount) if amount else price * Decimal(percent or "0") / 100
        price += -step if text(change, "Tipo") == "SC" else step
    quantity = number(line, "Quantita") if text(line, "Quantita") else Decimal(1)
    if abs(number(line, "PrezzoTotale") - price * quantity) > TOLERANCE:
        yield finding("00423", place)


def _summary(summary: etree._Element, kind: str) -> Iterator[Finding]:
    rate = number(summary, "AliquotaIVA")
    place = f"riepilogo {rate}"
    yield from _nature(summary, kind, place, ("00429", "00430"))
    expected = (number(summary, "ImponibileImporto") * rate / 100).quantize(CENT, ROUND_HALF_UP)
    if abs(number(summary, "Imposta") - expected) > TOLERANCE:
        yield finding("00421", place)


def _nature(element: etree._Element, kind: str, place: str, codes: tuple[str, str]) -> Iterator[Finding]:
    rate, nature = number(element, "AliquotaIVA"), text(element, "Natura")
    if rate == 0 and not nature:
        yield finding(codes[0], place)
    if rate != 0 and nature and kind not in NATURE_WITH_RATE:
        yield finding(codes[1], place)
    if 0 < rate < 1:
        yield finding("00424", place)
    if nature in GENERIC_NATURES:
        yield finding("00445", place)


def _coverage(lines: list[etree._Element], summaries: list[etree._Element]) -> Iterator[Finding]:
    rates = {number(each, "AliquotaIVA") for each in summaries}
    natures = {text(each, "Natura") for each in summaries}
    if len(summaries) < len({number(line, "AliquotaIVA") for line in lines}):
        yield finding("00419")
    for rate in sorted({number(line, "AliquotaIVA") for line in lines} - rates):
        yield finding("00443", str(rate))
    for nature in sorted({text(line, "Natura") for line in lines} - natures - {""}):
        yield finding("00444", nature)


def _sums(body: etree._Element, lines: list[etree._Element], summaries: list[etree._Element]) -> Iterator[Finding]:
    stated: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    counted: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for summary in summaries:
        stated[number(summary, "AliquotaIVA")] += number(summary, "ImponibileImporto") - number(
            summary, "Arrotondamento"
        )
    for line in lines:
        counted[number(line, "AliquotaIVA")] += number(line, "PrezzoTotale")
    for fund in body.findall("DatiGenerali/DatiGeneraliDocumento/DatiCassaPrevidenziale"):
        counted[number(fund, "AliquotaIVA")] += number(fund, "ImportoContributoCassa")
    for rate in sorted(stated):
        if abs(stated[rate] - counted[rate]) > TOLERANCE_OF_SUMS:
            yield finding("00422", f"aliquota {rate}")
