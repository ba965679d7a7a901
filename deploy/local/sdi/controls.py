"""Decides whether the SdI would accept a file: its name, its size, who it is from and for, its dates and numbers."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree
from stdnum import luhn
from stdnum.it import codicefiscale

from deploy.local.sdi.arithmetic import check_figures, text
from deploy.local.sdi.findings import Finding, finding
from deploy.local.sdi.schema import Schema

FILE_NAME = re.compile(r"IT[A-Za-z0-9]{11,16}_[A-Za-z0-9]{1,5}\.xml")
LARGEST_FILE = 5 * 1024 * 1024
OWN_PEC_DOMAIN = "@pec.fatturapa.it"
FOREIGN = "XXXXXXX"
BY_PEC = "0000000"
LENGTH_OF_PERSONS, LENGTH_OF_BODIES = 16, 11
# Kinds of document in which seller and customer must differ (control 00471).
NOT_TO_ONESELF = frozenset(
    {"TD01", "TD02", "TD03", "TD06", "TD16", "TD17", "TD18", "TD19", "TD20", "TD24", "TD25", "TD28", "TD29"}
)


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the SdI keeps of an accepted invoice, to know it again (control 00404)."""

    seller: str
    year: int
    number: str
    credit: bool

    @property
    def key(self) -> str:
        """One text for the ledger."""
        return f"{self.seller}|{self.year}|{self.number}|{'credit' if self.credit else 'debit'}"


@dataclass(frozen=True, slots=True)
class Read:
    """A file after the checks that need no memory: what is wrong, or whom it is for."""

    findings: tuple[Finding, ...]
    recipient: str = ""
    pec: str = ""
    invoices: tuple[Invoice, ...] = ()


def read_file(name: str, content: bytes, schema: Schema, today: date) -> Read:
    """Check a file as far as it says itself; `today` is the day of reception in Rome."""
    if FILE_NAME.fullmatch(name) is None:
        return Read((finding("00001", name[:50]),))
    if len(content) > LARGEST_FILE:
        return Read((finding("00003"),))
    root, findings = schema.read(content)
    if root is None:
        return Read(tuple(findings))
    header = root.find("FatturaElettronicaHeader")
    if header is None:
        return Read((finding("00200"),))
    found = [*_transmission(root, header), *_parties(header)]
    invoices = []
    for body in root.findall("FatturaElettronicaBody"):
        found += [*_document(header, body, today), *check_figures(body)]
        invoices.append(_identity(header, body))
    found += [finding("00409", invoice.number) for invoice, times in Counter(invoices).items() if times > 1]
    recipient = text(header, "DatiTrasmissione/CodiceDestinatario")
    return Read(tuple(found), recipient, text(header, "DatiTrasmissione/PECDestinatario"), tuple(invoices))


def _transmission(root: etree._Element, header: etree._Element) -> Iterator[Finding]:
    sender = text(header, "DatiTrasmissione/IdTrasmittente/IdCodice")
    if not _tax_id(sender):
        yield finding("00300", sender)
    code = text(header, "DatiTrasmissione/CodiceDestinatario")
    if text(header, "DatiTrasmissione/FormatoTrasmissione") != root.get("versione"):
        yield finding("00428")
    if len(code) != len(BY_PEC):
        yield finding("00427", code)
    country = text(header, "CessionarioCommittente/DatiAnagrafici/IdFiscaleIVA/IdPaese")
    if code == FOREIGN and country in {"", "IT"}:
        yield finding("00313")
    if text(header, "DatiTrasmissione/PECDestinatario").lower().endswith(OWN_PEC_DOMAIN):
        yield finding("00330")


def _parties(header: etree._Element) -> Iterator[Finding]:
    seller, customer = "CedentePrestatore/DatiAnagrafici", "CessionarioCommittente/DatiAnagrafici"
    for place, vat_code, fiscal_code in ((seller, "00301", "00302"), (customer, "00305", "00306")):
        vat, fiscal = text(header, f"{place}/IdFiscaleIVA/IdCodice"), text(header, f"{place}/CodiceFiscale")
        if text(header, f"{place}/IdFiscaleIVA/IdPaese") == "IT" and not _eleven_digits(vat):
            yield finding(vat_code, vat)
        if fiscal and not _tax_id(fiscal):
            yield finding(fiscal_code, fiscal)
    if not text(header, f"{customer}/IdFiscaleIVA/IdCodice") and not text(header, f"{customer}/CodiceFiscale"):
        yield finding("00417")


def _tax_id(value: str) -> bool:
    """A person's sixteen characters or a body's eleven digits."""
    return _eleven_digits(value) or (len(value) == LENGTH_OF_PERSONS and codicefiscale.is_valid(value))


def _eleven_digits(value: str) -> bool:
    """Right by its check digit, which is all that can be known without the tax registry."""
    return len(value) == LENGTH_OF_BODIES and value.isdigit() and luhn.is_valid(value)


def _document(header: etree._Element, body: etree._Element, today: date) -> Iterator[Finding]:
    general = "DatiGenerali/DatiGeneraliDocumento"
    number = text(body, f"{general}/Numero")
    if not any(character.isdigit() for character in number):
        yield finding("00425", number)
    if date.fromisoformat(text(body, f"{general}/Data")[:10]) > today:
        yield finding("00403", text(body, f"{general}/Data"))
    seller = _vat(header, "CedentePrestatore/DatiAnagrafici")
    same = seller == _vat(header, "CessionarioCommittente/DatiAnagrafici")
    if same and text(body, f"{general}/TipoDocumento") in NOT_TO_ONESELF:
        yield finding("00471")


def _vat(header: etree._Element, place: str) -> str:
    return text(header, f"{place}/IdFiscaleIVA/IdPaese") + text(header, f"{place}/IdFiscaleIVA/IdCodice")


def _identity(header: etree._Element, body: etree._Element) -> Invoice:
    general = "DatiGenerali/DatiGeneraliDocumento"
    return Invoice(
        seller=_vat(header, "CedentePrestatore/DatiAnagrafici"),
        year=int(text(body, f"{general}/Data")[:4]),
        number=text(body, f"{general}/Numero"),
        credit=text(body, f"{general}/TipoDocumento") == "TD04",
    )
