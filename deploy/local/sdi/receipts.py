"""Decides what a receipt of the SdI says: the three of the private sector, namespace `…/fattura/messaggi/v1.0`.

`fattura` is singular there, unlike in the invoice's own namespace. Times are Europe/Rome with their offset. Real
receipts are signed by the tax agency; these are not, and their note says that a simulator wrote them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from deploy.local.sdi.findings import Finding
from services.kit.calendar import ROME

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fattura/messaggi/v1.0"
NOTE = "Ricevuta di un simulatore, senza alcun valore"
LONGEST_TEXT = 1000

DELIVERED, REJECTED, UNDELIVERABLE = "RC", "NS", "MC"


@dataclass(frozen=True, slots=True)
class Received:
    """The file that a receipt is about; `sdi_id` is the identifier that the SdI gave it."""

    sdi_id: int
    name: str
    content: bytes
    received: datetime
    message_id: str


def file_name(received: Received, kind: str) -> str:
    """The receipt's own name: the invoice's, the kind and a counter."""
    return f"{received.name.rpartition('.')[0]}_{kind}_001.xml"


def delivered(received: Received, when: datetime, recipient: str, pec: str) -> bytes:
    """RicevutaConsegna: the invoice reached its recipient."""
    root = _root("RicevutaConsegna", received)
    _add(root, "DataOraConsegna", _time(when))
    to = etree.SubElement(root, "Destinatario")
    _add(to, "Codice", recipient)
    _add(to, "Descrizione", pec or "canale accreditato del destinatario")
    return _finish(root, received)


def undeliverable(received: Received, when: datetime) -> bytes:
    """RicevutaImpossibilitaRecapito: issued, waiting in the customer's reserved area."""
    root = _root("RicevutaImpossibilitaRecapito", received)
    _add(root, "DataMessaADisposizione", when.astimezone(ROME).date().isoformat())
    _add(root, "Descrizione", "La fattura è a disposizione nell'area riservata del cessionario o committente.")
    return _finish(root, received)


def rejected(received: Received, findings: Sequence[Finding]) -> bytes:
    """RicevutaScarto: the invoice counts as never issued."""
    root = _root("RicevutaScarto", received)
    errors = etree.SubElement(root, "ListaErrori")
    for finding in findings:
        error = etree.SubElement(errors, "Errore")
        _add(error, "Codice", finding.code)
        _add(error, "Descrizione", finding.description[:LONGEST_TEXT])
        _add(error, "Suggerimento", finding.hint)
    return _finish(root, received)


def _root(name: str, received: Received) -> etree._Element:
    root = etree.Element(f"{{{NAMESPACE}}}{name}", {"versione": "1.0"}, {"ns3": NAMESPACE})
    _add(root, "IdentificativoSdI", str(received.sdi_id))
    _add(root, "NomeFile", received.name[:50])
    _add(root, "Hash", hashlib.sha256(received.content).hexdigest())
    _add(root, "DataOraRicezione", _time(received.received))
    return root


def _finish(root: etree._Element, received: Received) -> bytes:
    _add(root, "MessageId", str(received.sdi_id))
    if received.message_id:
        _add(root, "PecMessageId", received.message_id)
    _add(root, "Note", NOTE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, value: str) -> None:
    etree.SubElement(parent, name).text = "".join(each for each in value if each.isprintable())


def _time(instant: datetime) -> str:
    return instant.astimezone(ROME).isoformat(timespec="milliseconds")
