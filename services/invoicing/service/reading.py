"""Decides what is shown of documents and to whom: customers see their own and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.credits import CreditNoteInfo
from services.invoicing.domain.documents import Document, DocumentKind, Heading, Span, Wanted
from services.invoicing.domain.files import FileInfo, StoredFile
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Totals, totals
from services.invoicing.domain.transmissions import State
from services.invoicing.store import advances, credit_notes, documents, files, transmissions
from services.invoicing.store.transmissions import Transmission
from services.kit.database import Database
from services.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as it is shown.

    `document` is None in lists, which show no lines; `credit_notes` are those on an invoice, oldest first. `advances`
    are the invoices of part payments that it deducts; `deducted_by` is the invoice that deducts it.
    """

    heading: Heading
    document: Document | None
    state: State | None
    files: tuple[FileInfo, ...]
    credit_notes: tuple[CreditNoteInfo, ...]
    advances: tuple[DeductedAdvance, ...] = ()
    deducted_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Fiscal:
    """An invoice or credit note with its way to the SdI.

    `shown` has its sums as they were stored, and `document` its customer as the accepted file names them, or the newest
    one.
    """

    shown: Shown
    document: Document
    transmission: Transmission


class Reading:
    """Reads documents, lists and files."""

    def __init__(self, database: Database, issuer: Issuer) -> None:
        """Takes where documents are kept, and who issues them."""
        self._database = database
        self._issuer = issuer

    async def document(self, document_id: UUID, account_id: UUID | None) -> Shown:
        """Reads one document.

        Args:
            document_id: Which.
            account_id: To whom it must belong; None for any.

        Raises:
            NotFound: There is none, or it belongs to somebody else.
        """
        async with self._database.reading() as conn:
            document = await documents.by_id(conn, document_id, account_id)
            if document is None:
                raise NotFound
            return await self._shown(conn, document)

    async def shown(self, document: Document) -> Shown:
        """Reads what is shown of a document beside itself; it was read just now."""
        async with self._database.reading() as conn:
            return await self._shown(conn, document)

    async def _shown(self, conn: AsyncConnection, document: Document) -> Shown:
        itself = [document.document_id]
        listed = await files.listed(conn, itself)
        shown = Shown(_heading(document, totals(document.lines)), document, None, tuple(listed), ())
        if document.kind is DocumentKind.PROFORMA:
            return shown
        states = await transmissions.states(conn, itself)
        notes = await credit_notes.notes_on(conn, itself)
        by = next(iter(await advances.deducting(conn, itself)), None)
        return replace(
            shown,
            state=states.get(document.document_id),
            credit_notes=tuple(notes),
            advances=document.advances,
            deducted_by=None if by is None else by.invoice_id,
        )

    async def of_number(self, number: str) -> Shown:
        """Reads the invoice or credit note with a number.

        Raises:
            NotFound: There is none.
        """
        async with self._database.reading() as conn:
            document_id = await documents.id_of_number(conn, self._issuer.vat_number, number)
        if document_id is None:
            raise NotFound
        return await self.document(document_id, None)

    async def page(self, wanted: Wanted, before: tuple[datetime, UUID] | None, limit: int) -> list[Shown]:
        """Reads up to `limit` of the wanted documents, newest first, those before a moment of issue and an id."""
        async with self._database.reading() as conn:
            return await self._with_files(conn, await documents.page(conn, wanted, before, limit))

    async def fiscal(self, span: Span, after: UUID | None, limit: int) -> list[Fiscal]:
        """Reads up to `limit` invoices and credit notes of all accounts dated within days, by number, after one."""
        async with self._database.reading() as conn:
            found = await self._with_files(conn, await documents.fiscal(conn, span, after, limit))
            return [await self._fiscal(conn, shown) for shown in found]

    async def _fiscal(self, conn: AsyncConnection, shown: Shown) -> Fiscal:
        document_id = shown.heading.document_id
        transmission = await transmissions.read(conn, document_id)
        if transmission is None:
            raise AssertionError("a document for the SdI and its transmission are written in one transaction")
        bearing = (transmission.accepted or transmission.current).customer_revision
        document = await documents.by_id(conn, document_id, revision=bearing)
        if document is None:
            raise AssertionError("an issued document stays")
        return Fiscal(replace(shown, document=document), document, transmission)

    async def _with_files(self, conn: AsyncConnection, found: Sequence[Heading]) -> list[Shown]:
        ids = [heading.document_id for heading in found]
        states = await transmissions.states(conn, ids)
        listed = await files.listed(conn, ids)
        notes = await credit_notes.notes_on(conn, ids)
        deducted = await advances.deducted_in(conn, ids)
        deducting = await advances.deducting(conn, ids)
        return [_listed(heading, states, listed, notes, deducted, deducting) for heading in found]

    async def invoices(self, after: UUID | None, limit: int) -> list[Shown]:
        """Reads up to `limit` invoices of all accounts, by id, those after one; without states and files."""
        async with self._database.reading() as conn:
            found = await documents.invoices(conn, after, limit)
            ids = [heading.document_id for heading in found]
            notes = await credit_notes.notes_on(conn, ids)
            deducted = await advances.deducted_in(conn, ids)
            deducting = await advances.deducting(conn, ids)
        return [_listed(heading, {}, (), notes, deducted, deducting) for heading in found]

    async def file(self, document_id: UUID, file_id: UUID, account_id: UUID | None) -> StoredFile:
        """Reads one file of a document.

        Raises:
            NotFound: There is none, or it belongs to somebody else.
        """
        async with self._database.reading() as conn:
            document = await documents.by_id(conn, document_id, account_id)
            found = await files.by_id(conn, document_id, file_id) if document is not None else None
        if found is None:
            raise NotFound
        return found


def _listed(
    heading: Heading,
    states: dict[UUID, State],
    listed: Sequence[FileInfo],
    notes: Sequence[CreditNoteInfo],
    deducted: Sequence[DeductedAdvance],
    deducting: Sequence[DeductedAdvance],
) -> Shown:
    own = tuple(file for file in listed if file.document_id == heading.document_id)
    on_it = tuple(note for note in notes if note.invoice_id == heading.document_id)
    within = tuple(advance for advance in deducted if advance.invoice_id == heading.document_id)
    by = next((advance.invoice_id for advance in deducting if advance.document_id == heading.document_id), None)
    return Shown(heading, None, states.get(heading.document_id), own, on_it, within, by)


def _heading(document: Document, sums: Totals) -> Heading:
    return Heading(
        document_id=document.document_id,
        kind=document.kind,
        cause=document.cause,
        account_id=document.account_id,
        number=document.number,
        date=document.date,
        language=document.language,
        treatment=document.treatment,
        totals=sums,
        issued_at=document.issued_at,
        credit=document.credit,
        money_entry_id=document.money_entry_id,
        due_on=document.payment.due_on,
        paid_on=document.paid_on,
    )
