"""Decides how a document reads in a list."""

from casella.invoicing.v1 import invoicing_pb2
from cli import words

COLUMNS = ("document", "kind", "number", "date", "gross", "at the SdI")


def row(document: invoicing_pb2.Document) -> tuple[str, ...]:
    """A document as a line of a table."""
    return (
        document.document_id,
        words.choice(document, "kind"),
        document.number,
        words.day(document.date),
        words.money(document.totals.gross),
        words.choice(document, "transmission_state"),
    )
