"""Decides how a view becomes a PDF: typst, PDF/A-3b, equal input gives equal bytes.

A `Compiler` is expensive to make (20 to 60 ms) and may not be used by two threads at once, so each thread keeps one.
Fonts come from a locked package and from typst itself, never from the machine: a document looks the same everywhere.
"""

import importlib.util
import io
import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import segno
import typst

from services.invoicing.domain.documents import Document
from services.invoicing.domain.issuer import Issuer
from services.invoicing.fatturapa.latin import to_latin1
from services.invoicing.pdf.view import printed_view, proforma_view
from services.invoicing.pdf.writer import View

_TEMPLATE = Path(__file__).with_name("document.typ")
_FONT_PACKAGE = "font_source_sans_pro"
_NOT_DISPLAYED = "could not be displayed with font"


class FontsMissing(RuntimeError):
    """The package that carries the documents' typeface is not installed."""


class Typesetter:
    """Makes the PDFs. May be shared by threads; each makes its own compiler at its first document."""

    def __init__(self, issuer: Issuer) -> None:
        """Takes who issues the documents.

        Raises:
            FontsMissing: The fonts' package is not installed.
        """
        self._issuer = issuer
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[_font_folder()])
        self._local = threading.local()

    def proforma(self, proforma: Document) -> bytes:
        """Makes the PDF of a proforma."""
        transfer = proforma.payment.transfer
        code = transfer.epc_payload if transfer is not None else ""
        return self._compile(proforma_view(proforma, self._issuer), proforma.date, code, b"")

    def invoice(self, invoice: Document, xml_name: str, xml: bytes) -> bytes:
        """Makes a printed invoice or credit note: for a customer abroad the document itself, for others its copy.

        Args:
            invoice: The invoice or credit note.
            xml_name: Name of the electronic one, which is attached to a courtesy copy; empty for a customer abroad.
            xml: The file as sent to the SdI, UTF-8; empty likewise.
        """
        return self._compile(printed_view(invoice, self._issuer, xml_name), invoice.date, "", xml)

    def _compile(self, view: View, day: date, qr_text: str, xml: bytes) -> bytes:
        """Makes the PDF; where the typeface lacks a letter, with all texts spelled as in the XML.

        An emoji in a name, or a letter of a script that no font here has, would else stop a document after its number
        was given out, and PDF/A allows no empty boxes.
        """
        try:
            return self._set(view, day, qr_text, xml)
        except typst.TypstError as error:
            if _NOT_DISPLAYED not in str(error):
                raise
            return self._set(_in_latin(view), day, qr_text, xml)

    def _set(self, view: View, day: date, qr_text: str, xml: bytes) -> bytes:
        inputs = {"data": json.dumps(view, ensure_ascii=False), "qr": _qr_code(qr_text), "xml": xml.decode()}
        pdf = self._compiler().compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3b"],
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no PDF")
        return pdf

    def _compiler(self) -> typst.Compiler:
        compiler: typst.Compiler | None = getattr(self._local, "compiler", None)
        if compiler is None:
            compiler = typst.Compiler(_TEMPLATE, font_paths=self._fonts)
            self._local.compiler = compiler
        return compiler


def _in_latin(part: Any) -> Any:
    """A view with each text in Latin-1 characters, all of which the typeface has."""
    if isinstance(part, dict):
        return {name: _in_latin(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_in_latin(value) for value in part]
    return to_latin1(part) if isinstance(part, str) else part


def _qr_code(text: str) -> str:
    """The EPC QR code as SVG: error level M as the guideline EPC069-12 asks, with the quiet zone of 4 modules."""
    if not text:
        return ""
    drawing = io.BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
    code.save(drawing, kind="svg", border=4, xmldecl=False)
    return drawing.getvalue().decode()


def _font_folder() -> Path:
    spec = importlib.util.find_spec(_FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FontsMissing("the package font-source-sans-pro is not installed")
    return Path(spec.submodule_search_locations[0]) / "files"
