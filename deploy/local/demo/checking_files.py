"""What must lie in var/demo and in the inboxes: each email, PDF, XML and receipt, the same everywhere it is kept."""

import hashlib
import re
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from lxml import etree

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from deploy.local.demo.inbox import attachments_of
from deploy.local.demo.renewing import periods
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Expected, Results
from deploy.local.demo.tale import money
from deploy.local.sdi.controls import read_file
from deploy.local.sdi.schema import Schema, find_schema
from services.kit.calendar import ROME
from services.kit.wire import from_date

_END = {
    True: (invoicing_pb2.TRANSMISSION_STATE_DELIVERED, "RicevutaConsegna"),
    False: (invoicing_pb2.TRANSMISSION_STATE_UNDELIVERABLE, "RicevutaImpossibilitaRecapito"),
}
"""How the SdI ends an e-invoice, by whether it delivers it."""


async def check_emails(stage: Stage, customer: dict[str, Any], folder: Path, expected: Expected) -> Results:
    """Every email once, and no other, in the inbox and as a file."""
    sources = await stage.inbox.sources(customer["email"])
    messages: list[EmailMessage] = [message_from_bytes(source, policy=policy.default) for source in sources]
    got = [str(message["Subject"]) for message in messages]
    for words, wanted in Counter(expected.subjects).items():
        times = sum(bool(re.search(rf"{re.escape(words)}(?!\d)", subject)) for subject in got)
        yield times == wanted, f"email “{words}” came {'once' if times == 1 else f'{times} times'}"
    # Two services write the order's confirmation and its proforma, so these may come in either order.
    yield len(got) == len(expected.subjects), f"{len(got)} emails came and no other"
    yield len({message["Message-ID"] for message in messages}) == len(messages), "no Message-ID came twice"
    kept = [_read(path) for path in sorted((folder / customer["key"] / "emails").glob("*.eml"))]
    yield kept == sources, "every email lies in var/demo as it lies in the inbox"


async def check_documents(stage: Stage, customer: dict[str, Any], folder: Path, expected: Expected) -> Results:
    """Every document with its files, as the service has them and as the customer got them."""
    asked = invoicing_pb2.ListDocumentsRequest(account_id=customer["ids"]["account"])
    documents = (await stage.operator.invoicing.ListDocuments(asked)).documents
    wanted = {
        invoicing_pb2.DOCUMENT_KIND_PROFORMA: expected.proformas,
        invoicing_pb2.DOCUMENT_KIND_INVOICE: expected.invoices,
        invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE: expected.credit_notes,
    }
    told = f"proformas: {expected.proformas}, invoices: {expected.invoices}, credit notes: {expected.credit_notes}"
    yield Counter(document.kind for document in documents) == Counter(wanted), told
    mailed = [part for mail in await stage.inbox.messages(customer["email"]) for part in attachments_of(mail).values()]
    for document in documents:
        files: dict[int, list[bytes]] = {}
        for file in document.files:
            content = await _content(stage, document.document_id, file.file_id)
            same = _lies_there(folder, customer, file.name, content)
            yield same, f"{file.name} lies in var/demo as the service keeps it"
            files.setdefault(file.kind, []).append(content)
        pdfs = files.get(invoicing_pb2.FILE_KIND_PDF, [])
        good = len(pdfs) == 1 and pdfs[0].startswith(b"%PDF") and pdfs[0] in mailed
        yield good, f"{document.number} has one PDF, which was mailed"
        if document.kind != invoicing_pb2.DOCUMENT_KIND_PROFORMA:
            for result in _e_invoice(stage, document, files, _END[expected.delivered]):
                yield result
        if document.kind == invoicing_pb2.DOCUMENT_KIND_INVOICE:
            yield await _names_its_days(stage, document, files), f"{document.number} names the days that it covers"


def _e_invoice(
    stage: Stage, document: invoicing_pb2.Document, files: dict[int, list[bytes]], end: tuple[int, str]
) -> list[tuple[bool, str]]:
    state, receipt_name = end
    xmls = files.get(invoicing_pb2.FILE_KIND_XML, [])
    receipts = [etree.fromstring(each) for each in files.get(invoicing_pb2.FILE_KIND_RECEIPT, [])]
    names = [file.name for file in document.files if file.kind == invoicing_pb2.FILE_KIND_XML]
    results = [(document.transmission_state == state, f"{document.number} has its usual end at the SdI")]
    results.append((len(xmls) == 1, f"{document.number} has one XML"))
    if xmls:
        schema = Schema(find_schema(None))
        read = read_file(names[0], xmls[0], schema, stage.now().astimezone(ROME).date())
        results.append((not read.findings, f"{names[0]} passes schema and controls"))
        gross = etree.fromstring(xmls[0]).findtext(".//ImportoTotaleDocumento")
        same = gross == money(document.totals.gross).partition(" ")[0]
        results.append((same, f"{names[0]} has the amount of its document"))
    fitting = [
        each for each in receipts if etree.QName(each).localname == receipt_name and each.findtext("NomeFile") in names
    ]
    results.append((len(fitting) == len(receipts) == 1, f"{document.number} has one receipt: {receipt_name}"))
    return results


async def _names_its_days(stage: Stage, document: invoicing_pb2.Document, files: dict[int, list[bytes]]) -> bool:
    """Whether each line of the XML has days: those of its period, or used ones of the month that ended before it."""
    number = document.period.number if document.HasField("period") else 1
    period = next(each for each in await periods(stage, document.account_id) if each.period.number == number)
    days = {(_iso(period.period_start), _iso(period.period_end))}
    days |= {(_iso(line.period_start), _iso(line.period_end)) for line in period.lines}
    lines = [
        line
        for xml in files.get(invoicing_pb2.FILE_KIND_XML, [])
        for line in etree.fromstring(xml).iter("DettaglioLinee")
    ]
    named = [(line.findtext("DataInizioPeriodo"), line.findtext("DataFinePeriodo")) for line in lines]
    return bool(named) and all(each in days for each in named)


def _iso(day: common.Date) -> str:
    return from_date(day).isoformat()


async def _content(stage: Stage, document_id: str, file_id: str) -> bytes:
    asked = invoicing_pb2.GetDocumentFileRequest(document_id=document_id, file_id=file_id)
    answer = await stage.operator.invoicing.GetDocumentFile(asked)
    # The hash that the service tells is part of what must agree.
    return answer.content if hashlib.sha256(answer.content).hexdigest() == answer.info.sha256 else b""


def _lies_there(folder: Path, customer: dict[str, Any], name: str, content: bytes) -> bool:
    """Whether the report names the file and the file holds exactly this."""
    listed = [folder / file["file"] for file in customer["files"] if Path(file["file"]).name == name]
    return len(listed) == 1 and bool(content) and _read(listed[0]) == content


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
