"""Shows an invoice with its way to the Sistema di Interscambio."""

from casella.invoicing.v1 import invoicing_pb2
from cli import screen, words
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms
from workflows import names

_SENT_IN_VAIN = (invoicing_pb2.TRANSMISSION_STATE_PENDING, invoicing_pb2.TRANSMISSION_STATE_REJECTED)


async def show_invoice(invoice_id: str, *, as_json: bool) -> None:
    """Show the document with this id."""
    async with open_rooms() as rooms:
        found = await rooms.ask_for(
            rooms.invoicing.GetInvoicingDocument, invoicing_pb2.GetInvoicingDocumentRequest(document_id=invoice_id)
        )
        if found is None:
            raise Failure(
                f"there is no document {invoice_id}",
                "`casella show account` lists a customer's documents with their ids",
            )
        document = found.document
        sent = await rooms.ask_for(
            rooms.invoicing.GetTransmission, invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
        )
        if as_json:
            screen.show_json({"document": document, "transmission": sent.transmission if sent else None})
            return
        _show(document)
        if sent:
            screen.show_facts("E-invoice", _transmission(sent.transmission, rooms))


def _show(document: invoicing_pb2.Document) -> None:
    kind = words.choice(document, "kind")
    totals = document.totals
    screen.show_facts(
        f"{kind.capitalize()} {document.number}",
        [
            ("id", document.document_id),
            ("date", words.day(document.date)),
            ("total", f"{words.money(totals.gross)} ({words.money(totals.net)} + VAT {words.money(totals.vat)})"),
            ("account", document.account_id),
            ("order", document.order_id),
            ("issued", words.instant(document.issued_at)),
        ],
    )
    lines = [(line.description, str(line.quantity), words.money(line.net), line.vat_rate) for line in document.lines]
    screen.show_table("Lines (net)", ("line", "quantity", "net", "VAT %"), lines)
    files = [(file.name, words.choice(file, "kind"), str(file.size), file.file_id) for file in document.files]
    screen.show_table("Files", ("file", "kind", "bytes", "id"), files)


def _transmission(sent: invoicing_pb2.Transmission, rooms: Rooms) -> list[tuple[str, str]]:
    deadline = words.instant(sent.deadline) if sent.state in _SENT_IN_VAIN else ""
    return [
        ("state", words.choice(sent, "state")),
        ("attempt", str(sent.attempt)),
        ("file", sent.file_name),
        ("sent", words.if_any(words.instant(sent.sent_at))),
        ("SdI identifier", sent.sdi_identifier),
        ("errors", ", ".join(sent.error_codes)),
        ("to be sent by", deadline),
        ("steer at", rooms.where.workflow_link(names.e_invoice_id(sent.invoice_id))),
    ]
