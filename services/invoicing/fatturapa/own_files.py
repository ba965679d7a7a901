"""Reads a file of ours that comes back from outside: which number it bears, and what it is about.

What it is about is its *essence*: kind, buyer's tax id, sum, lines and related documents, without number, date, file
name and the rest of the buyer's data, and without the days of a line: they begin with an unlock, which restored rows do
again. Rows that ask for the same document again, after they were restored to before it, would make a file of the same
essence; so they get the number that this one has used.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from services.invoicing.domain.documents import DocumentKind
from services.invoicing.fatturapa.model import PaymentMeans
from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml
from services.kit.money import Money

_KINDS = {
    "TD01": DocumentKind.INVOICE,
    "TD02": DocumentKind.ADVANCE_INVOICE,
    "TD04": DocumentKind.CREDIT_NOTE,
}
_SELLER = "CedentePrestatore/DatiAnagrafici/IdFiscaleIVA/IdCodice"
_BUYER = "CessionarioCommittente/DatiAnagrafici"
_HEAD = "DatiGenerali/DatiGeneraliDocumento"


class NotOurs(ValueError):
    """The bytes are no invoice file of this issuer; the message says why, without any of the content."""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """An invoice file of ours.

    Attributes:
        kind: Invoice, invoice of a part payment, or credit note.
        number: For example "2026/17".
        year: The number's.
        sequence: The number's place in its series.
        date: The document's.
        gross: Its sum.
        essence: What it is about, 32 bytes.
        credited: The invoices that it credits, of a credit note: their numbers and dates.
        said: What its lines say.
        paid_by: The codes of its payments: references of transfers, the provider's ids. Each is of one sale.
        means: How it is paid, or is paid back; empty where nothing is said of that.
    """

    kind: DocumentKind
    number: str
    year: int
    sequence: int
    date: date
    gross: Money
    essence: bytes
    credited: tuple[tuple[str, str], ...]
    said: str
    paid_by: frozenset[str]
    means: frozenset[PaymentMeans]

    def may_be(self, paid_by: frozenset[str]) -> bool:
        """Whether it can be of the sale that these payments are of, where it is of the same essence."""
        return not self.paid_by or not paid_by or bool(self.paid_by & paid_by)


def read_own_file(content: bytes, vat_number: str) -> OwnFile:
    """Reads a file.

    Args:
        content: The XML as it was sent.
        vat_number: The issuer's.

    Raises:
        NotOurs: It is another thing, or somebody else's.
    """
    try:
        root = parse_xml(content)
    except UnreadableXml as reason:
        raise NotOurs(str(reason)) from None
    header, body = root.find("FatturaElettronicaHeader"), root.find("FatturaElettronicaBody")
    if header is None or body is None or header.findtext(_SELLER) != vat_number:
        raise NotOurs("no invoice of this issuer")
    head = body.find(_HEAD)
    if head is None:
        raise NotOurs("no document in it")
    number = head.findtext("Numero") or ""
    year, _, sequence = number.partition("/")
    try:
        kind = _KINDS[head.findtext("TipoDocumento") or ""]
        gross = Money.of(Decimal(head.findtext("ImportoTotaleDocumento") or ""), head.findtext("Divisa") or "")
        return OwnFile(
            kind, number, int(year), int(sequence), date.fromisoformat(head.findtext("Data") or ""), gross,
            _essence(header, head, body),
            _credited(body) if kind is DocumentKind.CREDIT_NOTE else (),
            "; ".join(_all(body, "DatiBeniServizi/DettaglioLinee/Descrizione")),
            frozenset(_all(body, "DatiPagamento/DettaglioPagamento/CodicePagamento")),
            frozenset(map(PaymentMeans, _all(body, "DatiPagamento/DettaglioPagamento/ModalitaPagamento"))),
        )  # fmt: skip
    except (KeyError, ValueError, InvalidOperation):
        raise NotOurs("a document that is not numbered as ours are") from None


def _essence(header: etree._Element, head: etree._Element, body: etree._Element) -> bytes:
    buyer = header.find(_BUYER)
    facts = [
        _texts(head, "TipoDocumento", "Divisa", "ImportoTotaleDocumento"),
        [] if buyer is None else _texts(buyer, "IdFiscaleIVA/IdPaese", "IdFiscaleIVA/IdCodice", "CodiceFiscale"),
        [_texts(each, "IdDocumento", "Data") for each in body.findall("DatiGenerali/DatiFattureCollegate")],
        [
            _texts(each, "Descrizione", "Quantita", "PrezzoTotale", "AliquotaIVA", "Natura")
            for each in body.findall("DatiBeniServizi/DettaglioLinee")
        ],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).digest()


def _credited(body: etree._Element) -> tuple[tuple[str, str], ...]:
    related = [_texts(each, "IdDocumento", "Data") for each in body.findall("DatiGenerali/DatiFattureCollegate")]
    return tuple((number, day) for number, day in related)


def _all(element: etree._Element, path: str) -> list[str]:
    return [text for each in element.findall(path) if (text := (each.text or "").strip())]


def _texts(element: etree._Element, *paths: str) -> list[str]:
    return [(element.findtext(path) or "").strip() for path in paths]
