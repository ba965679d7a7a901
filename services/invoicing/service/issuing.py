"""Decides how a document is issued: once a cause, its number, its rows and what must follow in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.credits import Credit
from services.invoicing.domain.customers import FIRST_REVISION, Customer
from services.invoicing.domain.documents import Document, DocumentKind, Language, Payment
from services.invoicing.domain.files import FileKind, made_file
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.numbering import number_of
from services.invoicing.domain.sums import Line
from services.invoicing.domain.tax import TaxTreatment
from services.invoicing.domain.transmissions import dates_of_pending, dates_of_sent
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.file_names import file_name, progressive
from services.invoicing.fatturapa.own_files import OwnFile, read_own_file
from services.invoicing.fatturapa.writing import write_invoice
from services.invoicing.service.events import issued_event
from services.invoicing.service.making import FileMaker
from services.invoicing.store import documents, files, numbering, outside, transmissions
from services.invoicing.store.outside import OutsideDocument
from services.kit import events, outbox
from services.kit.calendar import rome_date
from services.kit.causes import Cause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import derive
from services.kit.wakes import e_invoice_wake
from workflows import names


class TwinWasFaster(Exception):
    """Another call issued the document while this one waited: the rollback gives the number back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a document will say, before it has a number.

    `credit` for a credit note only, `money_entry_id` for the invoice of a part payment; `advances` are those deducted.
    """

    cause: Cause
    account_id: UUID
    language: Language
    treatment: TaxTreatment
    customer: Customer
    lines: tuple[Line, ...]
    payment: Payment
    credit: Credit | None = None
    money_entry_id: UUID | None = None
    advances: tuple[DeductedAdvance, ...] = ()


Deduct = Callable[[AsyncConnection], Awaitable[Draft]]


class Issuing:
    """Issues proformas and invoices, and numbers credit notes."""

    def __init__(self, database: Database, clock: Clock, issuer: Issuer, maker: FileMaker) -> None:
        """Takes where documents are kept, who issues them and who makes their files."""
        self._database = database
        self._clock = clock
        self._issuer = issuer
        self._maker = maker

    async def issue_proforma(self, draft: Draft) -> Document:
        """Issues the proforma of an order or period, dated today; a repetition returns the first.

        Its PDF is made when it is sent: only then is it known until when it can be paid.
        """
        return await self._issue(draft, DocumentKind.PROFORMA, rome_date(self._clock.now()))

    async def issue_invoice(self, draft: Draft, day: date, deducted: Deduct | None = None) -> Document:
        """Issues the invoice of an order or period and starts its way to the SdI; a repetition returns the first.

        Args:
            draft: What it says.
            day: The tax point, or today where it is issued unpaid; becomes its date, and its year chooses the series.
            deducted: What makes the draft that deducts its part payments, in the transaction that numbers it.
        """
        return await self.with_copy(await self._issue(draft, DocumentKind.INVOICE, day, deducted))

    async def record_paid(self, document_id: UUID, paid_on: date) -> None:
        """Notes when an invoice that was issued unpaid was paid; the first day stays, and no other invoice is touched.

        Raises:
            NotFound: There is no such invoice.
        """
        async with self._database.transaction() as conn:
            invoice = await documents.by_id(conn, document_id)
            if invoice is None or invoice.kind is not DocumentKind.INVOICE:
                raise NotFound
            if invoice.payment.due_on is not None:
                await documents.insert_payment(conn, document_id, paid_on, self._clock.now())

    async def number(
        self, conn: AsyncConnection, draft: Draft, kind: DocumentKind, day: date, document_id: UUID
    ) -> Document:
        """Numbers and stores a document with all that must follow it, in the transaction of its cause.

        Raises:
            TwinWasFaster: There is this document, or one of its kind for its cause: roll the transaction back.
        """
        issuer = self._issuer.vat_number
        sequence, others_wait = await numbering.next_number(conn, kind, issuer, day.year)
        document = Document(
            document_id=document_id,
            kind=kind,
            cause=draft.cause,
            account_id=draft.account_id,
            number=number_of(kind, day.year, sequence),
            date=day,
            language=draft.language,
            treatment=draft.treatment,
            customer=draft.customer,
            lines=draft.lines,
            payment=draft.payment,
            issued_at=self._clock.now(),
            credit=draft.credit,
            money_entry_id=draft.money_entry_id,
            advances=draft.advances,
        )
        left = None
        if others_wait and kind.for_the_sdi:
            left = await outside.of_sale(conn, self.file_of(document), day)
        if left is not None:  # it was issued before the rows were restored: this is that document, and no second one
            await numbering.give_number_back(conn, kind, issuer, day.year)
            sequence = left.file.sequence
            document = replace(document, number=left.file.number, date=left.file.date)
        if not await documents.insert_document(conn, document, issuer, sequence):
            raise TwinWasFaster
        if left is not None:
            await self._take_over(conn, document, left)
        elif kind.for_the_sdi:
            await self._open_transmission(conn, document)
        await events.tell(conn, issued_event(document), document.issued_at)
        return document

    async def with_copy(self, document: Document) -> Document:
        """Makes the files of an invoice or credit note right after it was stored, of its rows, which it returns."""
        async with self._database.reading() as conn:
            stored = await documents.by_id(conn, document.document_id, revision=FIRST_REVISION)
            file = await transmissions.first_file(conn, document.document_id)
        if stored is None:
            raise LookupError("an issued document stays")
        await self._maker.invoice_pdf(stored, file)
        return stored

    async def _issue(self, draft: Draft, kind: DocumentKind, day: date, deducted: Deduct | None = None) -> Document:
        issued = await self._known(kind, draft.cause)
        if issued is not None:
            return issued
        try:
            async with self._database.transaction() as conn:
                if deducted is not None:
                    draft = await deducted(conn)
                return await self.number(conn, draft, kind, day, derive(kind, str(draft.cause.key)))
        except TwinWasFaster:
            issued = await self._known(kind, draft.cause)
        if issued is None:
            raise LookupError("the document that was in the way is gone")
        return issued

    async def _known(self, kind: DocumentKind, cause: Cause) -> Document | None:
        async with self._database.reading() as conn:
            return await documents.by_cause(conn, kind, cause)

    async def _open_transmission(self, conn: AsyncConnection, invoice: Document) -> None:
        now = invoice.issued_at
        count = await transmissions.next_file_number(conn)
        file = (progressive(count), file_name(self._issuer.codice_fiscale, count))
        await transmissions.insert_transmission(conn, invoice.document_id, dates_of_pending(invoice.date, now))
        await transmissions.insert_attempt(conn, invoice.document_id, 1, FIRST_REVISION, file, now)
        await outbox.wake(conn, e_invoice_wake(invoice.document_id, invoice.number, names.INVOICE_ISSUED), now)

    def file_of(self, document: Document) -> OwnFile:
        """What a document's file says, as it would be made now."""
        written = write_invoice(compose_invoice(document, self._issuer, progressive(1)))
        return read_own_file(written, self._issuer.vat_number)

    async def _take_over(self, conn: AsyncConnection, invoice: Document, left: OutsideDocument) -> None:
        """Notes of a document that it has left already, with the very file; the SdI's answer is waited for."""
        now, invoice_id = invoice.issued_at, invoice.document_id
        deadline = dates_of_pending(invoice.date, now).deadline
        file = (left.file_name.partition("_")[2].partition(".")[0], left.file_name)
        await transmissions.insert_transmission(conn, invoice_id, dates_of_pending(invoice.date, now))
        await transmissions.insert_attempt(conn, invoice_id, 1, FIRST_REVISION, file, now)
        await transmissions.count_try(conn, invoice_id, 1)
        await files.keep(conn, made_file(invoice_id, FileKind.XML, 1, left.file_name, left.content), now)
        await transmissions.mark_sent(conn, invoice_id, 1, dates_of_sent(deadline, now), left.sent_at)
        await outside.take_over(conn, self._issuer.vat_number, left.file.year, left.file.sequence, invoice_id)
        await outbox.wake(conn, e_invoice_wake(invoice_id, invoice.number, names.INVOICE_ISSUED), now)
