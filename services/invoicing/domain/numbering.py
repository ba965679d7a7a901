"""Decides how documents are numbered: one series a year for proformas, one for invoices and credit notes, without gaps.

Source: art. 21 DPR 633/1972, paragraph 2 letter b (a number that identifies the invoice), and the tax agency's
reading of it (resolution 1/E of 2013): progressive numbers that begin anew each year are such.
"""

from services.invoicing.domain.documents import DocumentKind


def series_of(kind: DocumentKind) -> DocumentKind:
    """Names the series of a kind: a credit note is numbered among the invoices."""
    return DocumentKind.INVOICE if kind.for_the_sdi else kind


def number_of(kind: DocumentKind, year: int, sequence: int) -> str:
    """Writes a number: "2026/17" for an invoice or credit note, "P2026/17" for a proforma."""
    return f"{'' if kind.for_the_sdi else 'P'}{year}/{sequence}"
