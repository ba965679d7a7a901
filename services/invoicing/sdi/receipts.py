"""Decides what an answer of the Sistema di Interscambio says about an invoice file.

Read are the messages to the sender of B2B and B2C invoices (namespace `…/fattura/messaggi/v1.0`, singular). Those of
public-administration invoices have another namespace and are not taken for ours.
"""

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from services.invoicing.domain.transmissions import SdiError
from services.invoicing.fatturapa.parsing import UnreadableXml, parse_xml

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fattura/messaggi/v1.0"


class ReceiptKind(StrEnum):
    """What the SdI says."""

    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    REJECTED = "rejected"


_KINDS = {
    "RicevutaConsegna": ReceiptKind.DELIVERED,
    "RicevutaImpossibilitaRecapito": ReceiptKind.UNDELIVERABLE,
    "RicevutaScarto": ReceiptKind.REJECTED,
}

_LONGEST_TEXT = 2000

# An invoice that somebody sent to us, with its metadata: certified, from the SdI, and no answer to anything of ours.
_INCOMING = "FileMetadati"


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer of the SdI.

    Attributes:
        kind: What it says.
        sdi_identifier: `IdentificativoSdI` of the file.
        file_name: Name of our file.
        message_id: The SdI's own number of this answer.
        errors: Why it rejects, for a rejection.
    """

    kind: ReceiptKind
    sdi_identifier: str
    file_name: str
    message_id: str
    errors: tuple[SdiError, ...] = ()

    @property
    def error_codes(self) -> tuple[str, ...]:
        """The codes of the errors, for example ("00306",)."""
        return tuple(error.code for error in self.errors)


class NotAReceipt(ValueError):
    """The file is no answer to an invoice of ours; the message says what it is, without content."""


class IncomingInvoice(NotAReceipt):
    """The file describes an invoice that was sent to us."""


def read_receipt(content: bytes) -> Receipt:
    """Reads an answer of the SdI.

    Args:
        content: The XML file.

    Raises:
        IncomingInvoice: It is the metadata of an invoice sent to us.
        NotAReceipt: It is something else, or lacks what a receipt must say.
    """
    try:
        root = parse_xml(content)
    except UnreadableXml as error:
        raise NotAReceipt(str(error)) from error
    name = etree.QName(root)
    if name.namespace != NAMESPACE:
        raise NotAReceipt("another namespace")
    if name.localname == _INCOMING:
        raise IncomingInvoice("metadata of an invoice sent to us")
    kind = _KINDS.get(name.localname)
    if kind is None:
        raise NotAReceipt("an unknown kind of message")
    errors = tuple(_error(found) for found in root.iterfind("ListaErrori/Errore") if found.find("Codice") is not None)
    receipt = Receipt(
        kind=kind,
        sdi_identifier=_trimmed(root.findtext("IdentificativoSdI")),
        file_name=_trimmed(root.findtext("NomeFile")),
        message_id=_trimmed(root.findtext("MessageId")),
        errors=errors,
    )
    if not receipt.sdi_identifier or not receipt.file_name:
        raise NotAReceipt("a receipt without identifier or file name")
    if kind is ReceiptKind.REJECTED and not errors:
        raise NotAReceipt("a rejection without a code")
    return receipt


def _error(found: etree._Element) -> SdiError:
    return SdiError(
        _trimmed(found.findtext("Codice")),
        _trimmed(found.findtext("Descrizione"))[:_LONGEST_TEXT],
        _trimmed(found.findtext("Suggerimento"))[:_LONGEST_TEXT],
    )


def _trimmed(text: str | None) -> str:
    return (text or "").strip()
