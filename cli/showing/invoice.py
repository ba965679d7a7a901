"""Shows an invoice with its way to the Sistema di Interscambio, and saves its files."""

import re
from pathlib import Path
from typing import Any

import click

from casella.invoicing.v1 import invoicing_pb2
from cli import document_files, files, screen, words
from cli.failures import Failure, WrongInput
from cli.rooms import Rooms, open_rooms
from cli.steering import Uuid
from workflows import names, wording

_NUMBER = re.compile(r"\d{4}/\d{1,9}")
_SENT_IN_VAIN = (invoicing_pb2.TRANSMISSION_STATE_PENDING, invoicing_pb2.TRANSMISSION_STATE_REJECTED)


class DocumentName(click.ParamType[str]):
    """A document's id, or the number of an invoice or credit note."""

    name = "document"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a number as it is, and refuse what is neither."""
        if _NUMBER.fullmatch(str(value)):
            return str(value)
        try:
            return Uuid().convert(value, param, ctx)
        except click.BadParameter as bad:
            self.fail(f"{bad.message}; numbers of invoices and credit notes look like 2026/17")


async def document_of(rooms: Rooms, name: str) -> invoicing_pb2.Document:
    """The document with this id or number.

    Raises:
        Failure: There is none.
    """
    by_number = bool(_NUMBER.fullmatch(name))
    asked = invoicing_pb2.GetInvoicingDocumentRequest(
        document_id="" if by_number else name, number=name if by_number else ""
    )
    found = await rooms.ask_for(rooms.invoicing.GetInvoicingDocument, asked)
    if found is None:
        raise Failure(
            f"there is no document {name}", "`casella show account` lists a customer's documents with their ids"
        )
    return found.document


async def show_invoice(name: str, save: Path | None, *, as_json: bool) -> None:
    """Show the document with this id or number; with ``save`` write its files into that folder."""
    async with open_rooms() as rooms:
        document = await document_of(rooms, name)
        asked = invoicing_pb2.GetTransmissionRequest(invoice_id=document.document_id)
        sent = await rooms.ask_for(rooms.invoicing.GetTransmission, asked)
        saved = [await _save(rooms, document, file, save) for file in document.files] if save else []
        if as_json:
            screen.show_json({
                "document": document,
                "transmission": sent.transmission if sent else None,
                "saved": [str(path) for path in saved],
            })  # fmt: skip
            return
        _show(document)
        if sent:
            screen.show_facts("E-invoice", _transmission(sent.transmission, rooms))
            for error in sent.transmission.errors:
                screen.show_facts(f"Rejected with {error.code}", _error(error))
        for path in saved:
            screen.say(f"saved {path}")


def _paid_on(document: invoicing_pb2.Document) -> str:
    """When it was paid, of an invoice that was issued unpaid; every other one was paid on its date."""
    if not document.HasField("due_on"):
        return ""
    return words.day(document.paid_on) if document.HasField("paid_on") else "not paid yet"


def _show(document: invoicing_pb2.Document) -> None:
    kind = words.choice(document, "kind")
    totals = document.totals
    screen.show_facts(
        f"{kind.capitalize()} {document.number}",
        [
            ("id", document.document_id),
            ("date", words.day(document.date)),
            ("to be paid by", words.if_any(words.day(document.due_on))),
            ("paid on", _paid_on(document)),
            ("total", f"{words.money(totals.gross)} ({words.money(totals.net)} + VAT {words.money(totals.vat)})"),
            ("tax", words.if_any(words.choice(document, "tax_treatment"))),
            ("stamp duty", words.money(document.stamp_duty) if document.HasField("stamp_duty") else ""),
            ("account", document.account_id),
            ("for", words.cause(document)),
            ("issued", words.instant(document.issued_at)),
            *_credit(document.credit),
            ("credited", _credited(document)),
            ("part payment", document.money_entry_id),
            ("deducted by", _deducted_by(document)),
            ("deducts", _deducts(document)),
        ],
    )
    lines = [
        (line.description, str(line.quantity), words.money(line.net), line.nature or line.vat_rate)
        for line in document.lines
    ]
    screen.show_table("Lines (net)", ("line", "quantity", "net", "VAT % or nature"), lines)
    files = [(file.name, words.choice(file, "kind"), str(file.size), file.file_id) for file in document.files]
    screen.show_table("Files", ("file", "kind", "bytes", "id"), files)


def _credit(credit: invoicing_pb2.Credit) -> list[tuple[str, str]]:
    """What a credit note credits; nothing for any other document."""
    if not credit.invoice_id:
        return []
    return [
        ("credits", f"invoice {credit.invoice_number} of {words.day(credit.invoice_date)} ({credit.invoice_id})"),
        ("because of", f"{words.choice(credit, 'reason')}, {words.day(credit.cause_date)}"),
        ("refunded by", words.if_any(words.choice(credit, "refund_method"))),
        ("otherwise", _otherwise(credit)),
    ]


def _otherwise(credit: invoicing_pb2.Credit) -> str:
    """The part that goes back in another way."""
    other = credit.other_refund
    return f"{words.money(other.amount)}, {words.choice(other, 'method')}" if credit.HasField("other_refund") else ""


def _credited(document: invoicing_pb2.Document) -> str:
    """What was credited of an invoice, and by which notes."""
    if not document.credit_notes:
        return ""
    notes = ", ".join(f"{note.number} of {words.day(note.date)}" for note in document.credit_notes)
    return f"{words.money(document.credited)} by {notes}"


def _deducted_by(document: invoicing_pb2.Document) -> str:
    """Which invoice deducts that of a part payment."""
    if not document.money_entry_id:
        return ""
    return f"invoice {document.deducted_by}" if document.deducted_by else "no invoice yet"


def _deducts(document: invoicing_pb2.Document) -> str:
    """The part payments that an invoice deducts."""
    return ", ".join(
        f"{each.number} of {words.day(each.date)}: {words.money(each.gross)}" for each in document.advances
    )


def _transmission(sent: invoicing_pb2.Transmission, rooms: Rooms) -> list[tuple[str, str]]:
    deadline = words.instant(sent.deadline) if sent.state in _SENT_IN_VAIN else ""
    if deadline and sent.overdue:
        deadline += ", which has passed: send it all the same and tell your accountant"
    return [
        ("state", words.choice(sent, "state")),
        ("customer", "abroad: has the invoice by email, the SdI delivers it to nobody" if sent.abroad else ""),
        ("issued how", wording.issued_how(sent)),
        ("attempt", str(sent.attempt)),
        ("file", sent.file_name),
        ("sent", words.if_any(words.instant(sent.sent_at))),
        ("SdI identifier", sent.sdi_identifier),
        ("last rejected with", ", ".join(sent.error_codes)),
        ("to be sent by", deadline),
        ("steer at", rooms.where.workflow_link(names.e_invoice_id(sent.invoice_id))),
    ]


def _error(error: invoicing_pb2.TransmissionError) -> list[tuple[str, str]]:
    return [
        ("means", error.meaning),
        ("the receipt says", error.description),
        ("the receipt advises", error.advice),
    ]


async def _save(rooms: Rooms, document: invoicing_pb2.Document, file: invoicing_pb2.FileInfo, folder: Path) -> Path:
    """Write one file."""
    path = folder / document_files.name_of(document, file)
    _write(path, await document_files.content_of(rooms, document, file))
    return path


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, content, over=True)
    except OSError as error:
        raise WrongInput(f"{path} cannot be written ({error.strerror})") from None
