"""Decides when a document's files are made: once, as pure functions of its rows, and stored.

An invoice's are made right after it; if a crash comes between, whoever needs them first makes them. A proforma's is
made when it is sent, since it says until when it can be paid. Two who make the same file at once make the same bytes,
and one of them is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from services.invoicing.domain.customers import FIRST_REVISION
from services.invoicing.domain.documents import Document, DocumentKind, Language
from services.invoicing.domain.files import FileKind, StoredFile, made_file
from services.invoicing.domain.issuer import Issuer
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.writing import write_invoice
from services.invoicing.pdf.typesetting import Typesetter
from services.invoicing.pdf.view import shows_the_same
from services.invoicing.store import documents, files
from services.invoicing.store.transmissions import SentFile
from services.kit.clock import Clock
from services.kit.database import Database

# Each thread keeps a typst compiler of some 30 MiB; more threads than cores gain nothing.
_THREADS = 2

_PROFORMA_ATTEMPT = 1

_WORDS = {
    (DocumentKind.INVOICE, Language.IT): "fattura",
    (DocumentKind.INVOICE, Language.EN): "invoice",
    (DocumentKind.ADVANCE_INVOICE, Language.IT): "fattura-di-acconto",
    (DocumentKind.ADVANCE_INVOICE, Language.EN): "advance-invoice",
    (DocumentKind.CREDIT_NOTE, Language.IT): "nota-di-credito",
    (DocumentKind.CREDIT_NOTE, Language.EN): "credit-note",
}

Result = TypeVar("Result")


class FileMaker:
    """Makes and keeps PDFs and XML files."""

    def __init__(self, database: Database, clock: Clock, issuer: Issuer, typesetter: Typesetter) -> None:
        """Takes where files are kept and who issues them."""
        self._database = database
        self._clock = clock
        self._issuer = issuer
        self._typesetter = typesetter
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="documents")

    async def proforma_pdf(self, proforma: Document) -> StoredFile:
        """The PDF of a proforma, made at the first call."""

        async def make() -> StoredFile:
            content = await self._in_thread(lambda: self._typesetter.proforma(proforma))
            name = f"proforma-{_slug(proforma.number)}.pdf"
            return made_file(proforma.document_id, FileKind.PDF, _PROFORMA_ATTEMPT, name, content)

        return await self._kept(proforma, FileKind.PDF, _PROFORMA_ATTEMPT, make)

    async def invoice_xml(self, invoice: Document, sent: SentFile) -> StoredFile:
        """The XML of one attempt to send an invoice or credit note, made at the first call, with its customer then."""

        async def make() -> StoredFile:
            bearing = await self._bearing(invoice, sent.customer_revision)
            content = write_invoice(compose_invoice(bearing, self._issuer, sent.progressive))
            return made_file(invoice.document_id, FileKind.XML, sent.attempt.number, sent.file_name, content)

        return await self._kept(invoice, FileKind.XML, sent.attempt.number, make)

    async def invoice_pdf(self, invoice: Document, sent: SentFile) -> StoredFile:
        """The printed invoice or credit note with an attempt's customer, made once; a courtesy copy carries the XML."""

        async def make() -> StoredFile:
            bearing = await self._bearing(invoice, sent.customer_revision)
            name, xml = "", b""
            if not bearing.customer.abroad:
                attached = await self.invoice_xml(invoice, sent)
                name, xml = attached.info.name, attached.content
            content = await self._in_thread(lambda: self._typesetter.invoice(bearing, name, xml))
            return made_file(invoice.document_id, FileKind.PDF, sent.attempt.number, _copy_name(invoice, sent), content)

        return await self._kept(invoice, FileKind.PDF, sent.attempt.number, make)

    async def shows_correction(self, invoice: Document, sent: SentFile) -> bool:
        """Whether the printed invoice of an attempt shows other data of the customer than the first one."""
        first = await self._bearing(invoice, FIRST_REVISION)
        return not shows_the_same(first, await self._bearing(invoice, sent.customer_revision), self._issuer)

    async def _kept(
        self, document: Document, kind: FileKind, attempt: int, make: Callable[[], Awaitable[StoredFile]]
    ) -> StoredFile:
        async with self._database.reading() as conn:
            kept = await files.made(conn, document.document_id, kind, attempt)
        if kept is not None:
            return kept
        made = await make()
        async with self._database.single() as conn:
            if await files.keep(conn, made, self._clock.now()):
                return made
            return await files.made(conn, document.document_id, kind, attempt) or made

    async def _bearing(self, invoice: Document, revision: int) -> Document:
        """The invoice with one revision of its customer."""
        if invoice.customer_revision == revision:
            return invoice
        async with self._database.reading() as conn:
            return await documents.by_id(conn, invoice.document_id, revision=revision) or invoice

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _copy_name(invoice: Document, sent: SentFile) -> str:
    """Name of the printed document; from the second attempt on with the attempt, so that no copy hides another."""
    word = _WORDS[invoice.kind, invoice.language]
    version = f"-v{sent.attempt.number}" if sent.attempt.number > 1 else ""
    return f"{word}-{_slug(invoice.number)}{version}.pdf"


def _slug(number: str) -> str:
    return number.replace("/", "-")
