"""Decides whether the parties of a FatturaPA file can be who they say: SdI codes on tax ids and on who bills whom.

The SdI looks the numbers up in the tax register; form and check digits, which we can judge, catch the typing errors.
"""

from collections.abc import Iterator

from lxml import etree

from services.invoicing.fatturapa.findings import Finding, children, find, found, text
from services.kit.tax_ids import CodiceFiscale, InvalidValue, VatNumber

# Documents in which the seller may not be the customer (00471).
_NOT_TO_ONESELF = frozenset(
    {"TD01", "TD02", "TD03", "TD06", "TD16", "TD17", "TD18", "TD19", "TD20", "TD24", "TD25", "TD28", "TD29"}
)
_ONLY_TO_ONESELF = frozenset({"TD21", "TD27"})
_SELLER_ABROAD = frozenset({"TD17", "TD18", "TD19", "TD28"})
_VAT_NUMBER_NEEDED = frozenset({"TD16", "TD17", "TD18", "TD19", "TD20", "TD22", "TD23", "TD28", "TD29"})


def check(root: etree._Element) -> Iterator[Finding]:
    """Applies the rules to the header and to each body's document type."""
    header = found(root, "FatturaElettronicaHeader")
    seller = found(header, "CedentePrestatore/DatiAnagrafici")
    buyer = found(header, "CessionarioCommittente/DatiAnagrafici")
    transmitter = found(header, "DatiTrasmissione/IdTrasmittente")
    if text(transmitter, "IdPaese") == "IT" and not _is_tax_code(text(transmitter, "IdCodice")):
        yield Finding("00300", "IdTrasmittente", "wrong form or check digit")
    yield from _ids(seller, "00301", "00302")
    yield from _ids(buyer, "00305", "00306")
    if find(buyer, "IdFiscaleIVA") is None and find(buyer, "CodiceFiscale") is None:
        yield Finding("00417", "CessionarioCommittente", "neither VAT number nor codice fiscale")
    for body in children(root, "FatturaElettronicaBody"):
        yield from _roles(seller, buyer, text(body, "DatiGenerali/DatiGeneraliDocumento/TipoDocumento"))


def _ids(party: etree._Element, vat_code: str, fiscal_code: str) -> Iterator[Finding]:
    if text(party, "IdFiscaleIVA/IdPaese") == "IT" and not _is_vat_number(text(party, "IdFiscaleIVA/IdCodice")):
        yield Finding(vat_code, "IdFiscaleIVA", "wrong form or check digit")
    code = text(party, "CodiceFiscale")
    if code and not _is_tax_code(code):
        yield Finding(fiscal_code, "CodiceFiscale", "wrong form or check digit")


def _roles(seller: etree._Element, buyer: etree._Element, kind: str) -> Iterator[Finding]:
    same = (
        _vat(seller) == _vat(buyer) != ("", "") or text(seller, "CodiceFiscale") == text(buyer, "CodiceFiscale") != ""
    )
    if kind in _NOT_TO_ONESELF and same:
        yield Finding("00471", "CessionarioCommittente", "the seller is the customer")
    if kind in _ONLY_TO_ONESELF and not same:
        yield Finding("00472", "CessionarioCommittente", "the seller must be the customer")
    abroad = text(seller, "IdFiscaleIVA/IdPaese") != "IT"
    if (kind in _SELLER_ABROAD and not abroad) or (kind == "TD29" and abroad):
        yield Finding("00473", "CedentePrestatore", "the seller's country does not fit the document type")
    if kind in _VAT_NUMBER_NEEDED and find(buyer, "IdFiscaleIVA") is None:
        yield Finding("00475", "IdFiscaleIVA", "this document type needs the customer's VAT number")
    if abroad and text(buyer, "IdFiscaleIVA/IdPaese") not in {"", "IT"}:
        yield Finding("00476", "IdFiscaleIVA", "seller and customer are both abroad")


def _vat(party: etree._Element) -> tuple[str, str]:
    return text(party, "IdFiscaleIVA/IdPaese"), text(party, "IdFiscaleIVA/IdCodice")


def _is_vat_number(code: str) -> bool:
    try:
        return VatNumber.parse(code).value == code
    except InvalidValue:
        return False


def _is_tax_code(code: str) -> bool:
    """Whether a code is a person's 16 characters or a body's 11 digits, with right check characters."""
    try:
        return CodiceFiscale.parse(code).value == code
    except InvalidValue:
        return False
