"""Decides how documents are numbered: one series a year for proformas, one for invoices, without gaps.

Source: art. 21 DPR 633/1972, paragraph 2 letter b (a number that identifies the invoice), and the tax agency's
reading of it (resolution 1/E of 2013): progressive numbers that begin anew each year are such.
"""

from services.invoicing.domain.documents import DocumentKind

_PREFIX = {DocumentKind.PROFORMA: "P", DocumentKind.INVOICE: ""}


def number_of(kind: DocumentKind, year: int, sequence: int) -> str:
    """Writes a number: "2026/17" for an invoice, "P2026/17" for a proforma."""
    return f"{_PREFIX[kind]}{year}/{sequence}"
