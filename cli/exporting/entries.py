"""Decides what the rows of an export say of a document: one for each VAT rate or Natura, and one for each file.

In Italian, as the accountant reads it. Amounts are the document's own, those of a credit note above zero, too.
"""

from collections.abc import Iterator, Mapping

from google.protobuf.timestamp_pb2 import Timestamp

from casella.invoicing.v1 import invoicing_pb2 as pb
from cli import words
from cli.exporting.folder import cents, typed
from services.kit.calendar import ROME
from services.kit.wire import from_timestamp

Row = Mapping[str, str]

DOCUMENTS = (
    "anno", "progressivo", "numero", "data", "tipo", "riga", "cliente", "paese", "partita_iva", "codice_fiscale",
    "aliquota", "natura", "imponibile", "imposta", "totale", "totale_documento", "bollo", "bollo_a_carico", "divisa",
    "pagamento", "scadenza", "pagato_il", "stato_sdi", "identificativo_sdi", "inviato_il", "ricevuta_letta_il",
    "codici_scarto", "documento_collegato", "cartella", "file_xml", "sha256_xml", "file_pdf", "sha256_pdf", "id",
)  # fmt: skip
FILES = (
    "numero", "genere", "tentativo", "file", "sha256", "byte", "inviato_il", "esito", "identificativo_sdi",
    "ricevuta_letta_il", "codici_scarto", "valido",
)  # fmt: skip
KINDS = {
    pb.DOCUMENT_KIND_INVOICE: "TD01",
    pb.DOCUMENT_KIND_ADVANCE_INVOICE: "TD02",
    pb.DOCUMENT_KIND_CREDIT_NOTE: "TD04",
}
STATES = {
    pb.TRANSMISSION_STATE_PENDING: "da inviare",
    pb.TRANSMISSION_STATE_SENT: "inviato, senza ricevuta",
    pb.TRANSMISSION_STATE_DELIVERED: "consegnato",
    pb.TRANSMISSION_STATE_UNDELIVERABLE: "emesso, mancata consegna",
    pb.TRANSMISSION_STATE_REJECTED: "scartato",
    pb.TRANSMISSION_STATE_GIVEN_UP: "rinunciato",
}
CHARGED = "N1"
"""Natura of stamp duty that the customer is charged."""
_GENRES = {pb.FILE_KIND_PDF: "pdf", pb.FILE_KIND_XML: "xml", pb.FILE_KIND_RECEIPT: "ricevuta"}


def folder_of(document: pb.Document) -> str:
    """The name of the folder with a document's files: ``2026-17``."""
    return document.number.replace("/", "-")


def bearer(entry: pb.FiscalDocument) -> str:
    """Who bears a document's stamp duty; empty where it owes none."""
    if not entry.document.HasField("stamp_duty"):
        return ""
    invoice = entry.document.kind != pb.DOCUMENT_KIND_CREDIT_NOTE
    charged = any(share.nature == CHARGED and share.net.minor > 0 for share in entry.shares)
    return "cliente" if invoice and charged else "emittente"


def counting(entry: pb.FiscalDocument) -> pb.SentFile:
    """The file that is the document at the tax agency, or the newest one."""
    return next((sent for sent in entry.attempts if sent.accepted), entry.attempts[-1])


def document_rows(entry: pb.FiscalDocument, folder: str) -> Iterator[Row]:
    """A document's rows; what the whole document has but once, its total and stamp duty, stands in the first."""
    document = entry.document
    every = _of_document(entry, folder)
    once = {"totale_documento": cents(document.totals.gross.minor), "bollo_a_carico": bearer(entry)}
    if document.HasField("stamp_duty"):
        once["bollo"] = cents(document.stamp_duty.minor)
    for number, share in enumerate(entry.shares, 1):
        yield {
            **every,
            "riga": str(number),
            "aliquota": share.vat_rate.replace(".", ","),
            "natura": share.nature,
            "imponibile": cents(share.net.minor),
            "imposta": cents(share.vat.minor),
            "totale": cents(share.net.minor + share.vat.minor),
            **(once if number == 1 else {}),
        }


def _of_document(entry: pb.FiscalDocument, folder: str) -> Row:
    document, party, sent = entry.document, entry.party, counting(entry)
    year, _, sequence = document.number.partition("/")
    return {
        "anno": year,
        "progressivo": sequence,
        "numero": document.number,
        "data": words.day(document.date),
        "tipo": KINDS[document.kind],
        "cliente": typed(party.company_name or f"{party.first_name} {party.last_name}".strip()),
        "paese": party.address.country,
        "partita_iva": typed(f"{party.vat_country}{party.vat_number}"),
        "codice_fiscale": typed(party.codice_fiscale),
        "divisa": document.totals.gross.currency,
        **_payment(document),
        "stato_sdi": STATES[document.transmission_state],
        **_sent(sent),
        "documento_collegato": _related(document),
        "cartella": folder,
        **_file_of(document, "xml", pb.FILE_KIND_XML, sent.attempt),
        **_file_of(document, "pdf", pb.FILE_KIND_PDF, sent.attempt),
        "id": document.document_id,
    }


def file_row(entry: pb.FiscalDocument, file: pb.FileInfo, path: str) -> Row:
    """A file's row: which attempt it belongs to, and what the SdI said of that."""
    sent = next((each for each in entry.attempts if each.attempt == file.attempt), pb.SentFile())
    return {
        "numero": entry.document.number,
        "genere": _GENRES[file.kind],
        "tentativo": str(file.attempt),
        "file": path,
        "sha256": file.sha256,
        "byte": str(file.size),
        "esito": STATES.get(sent.outcome, ""),
        "valido": "sì" if sent.accepted else "no",
        **_sent(sent),
    }


def _sent(sent: pb.SentFile) -> Row:
    return {
        "identificativo_sdi": sent.sdi_identifier,
        "inviato_il": _moment(sent.sent_at),
        "ricevuta_letta_il": _moment(sent.answered_at),
        "codici_scarto": " ".join(sent.error_codes),
    }


def _payment(document: pb.Document) -> Row:
    if document.kind == pb.DOCUMENT_KIND_CREDIT_NOTE:
        return {}
    paid = document.HasField("paid_on")
    return {
        "pagamento": "pagato" if paid else "non pagato",
        "scadenza": words.if_any(words.day(document.due_on)),
        "pagato_il": words.if_any(words.day(document.paid_on)),
    }


def _related(document: pb.Document) -> str:
    """The invoice that a credit note credits; the invoices of part payments that an invoice deducts."""
    credited = [(document.credit.invoice_number, document.credit.invoice_date)] if document.HasField("credit") else []
    related = [*credited, *((advance.number, advance.date) for advance in document.advances)]
    return ", ".join(f"{number} del {words.day(day)}" for number, day in related)


def _file_of(document: pb.Document, column: str, kind: pb.FileKind, attempt: int) -> Row:
    found = (file for file in document.files if file.kind == kind and file.attempt == attempt)
    file = next(found, None)
    return {} if file is None else {f"file_{column}": file.name, f"sha256_{column}": file.sha256}


def _moment(stamp: Timestamp) -> str:
    """An instant in Rome as a spreadsheet reads it; empty where there is none."""
    return f"{from_timestamp(stamp).astimezone(ROME):%Y-%m-%d %H:%M:%S}" if stamp.seconds else ""
