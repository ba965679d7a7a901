"""Decides what a customer is sent, each once: the proforma with how to pay it, the courtesy copy of an invoice or
credit note, and another copy once the SdI has accepted corrected data.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from casella.common.v1 import common_pb2
from services.invoicing.domain.customers import CustomerKind
from services.invoicing.domain.documents import (
    Document,
    DocumentKind,
    PaymentMethod,
    RestToPay,
    Transfer,
    credit_used,
    is_overdue,
    may_come_unpaid,
    to_pay,
)
from services.invoicing.domain.files import StoredFile
from services.invoicing.domain.sums import totals
from services.invoicing.service.making import FileMaker
from services.invoicing.store import documents, transmissions
from services.kit import outbox
from services.kit.causes import OrderCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.localized import groups_of_four
from services.kit.mail_params import Params
from services.kit.outbox import Attachment, Mail
from services.kit.validation import Violations

_CORRECTED = {
    DocumentKind.INVOICE: "corrected_invoice",
    DocumentKind.ADVANCE_INVOICE: "corrected_invoice",
    DocumentKind.CREDIT_NOTE: "corrected_credit_note",
}


class Mailing:
    """Writes the emails of documents into the outbox."""

    def __init__(self, database: Database, clock: Clock, maker: FileMaker) -> None:
        """Takes where documents are kept and who makes their files."""
        self._database = database
        self._clock = clock
        self._maker = maker

    async def send_proforma(
        self,
        document_id: UUID,
        recipient: common_pb2.Recipient,
        expires_at: datetime,
        pay_url: str,
        debit_on: date | None = None,
        *,
        suspend_after: date | None = None,
    ) -> None:
        """Sends a proforma with its PDF; a repetition sends nothing.

        Args:
            document_id: Which.
            recipient: To whom.
            expires_at: Until when it can be paid; the first call's stays, in the PDF and in the email.
            pay_url: The link for paying online; empty where it is paid otherwise.
            debit_on: The day on which the amount is taken by automatic debit; None where it is not.
            suspend_after: The last day for paying before sending is suspended, for one that is overdue; None where
                nothing is suspended.

        Raises:
            NotFound: There is no such proforma.
            InvalidInput: The link is missing, or there is one and it is not paid by it; or it is not debited at all.
        """
        proforma = await self._document(document_id, DocumentKind.PROFORMA)
        _check_way(proforma, pay_url, debit_on)
        async with self._database.transaction() as conn:
            await documents.insert_term(conn, document_id, expires_at)
        proforma = await self._document(document_id, DocumentKind.PROFORMA)
        pdf = await self._maker.proforma_pdf(proforma)
        params = {
            **_payable(proforma),
            "pay_url": pay_url,
            "debit_on": debit_on,
            "expires_at": proforma.payment.payable_until,
            "overdue": is_overdue(proforma),
            "suspend_after": suspend_after if suspend_after is not None and suspend_after >= proforma.date else None,
        }
        await self._send(recipient, proforma, "proforma", params, pdf, secret_params=("pay_url",))

    async def send_invoice(
        self, document_id: UUID, recipient: common_pb2.Recipient, rest: RestToPay | None = None
    ) -> None:
        """Sends the courtesy copy of an invoice, with the XML of its newest attempt inside; a repetition sends nothing.

        It may be a part payment's.

        Args:
            document_id: Which.
            recipient: To whom.
            rest: What is still to be paid beside a part payment; None where nothing is.

        Raises:
            NotFound: There is no such invoice.
            InvalidInput: There is a rest, and it is no part payment's.
        """
        kinds = DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE
        invoice = await self._document(document_id, *kinds)
        if rest is not None and invoice.kind is not DocumentKind.ADVANCE_INVOICE:
            violations = Violations()
            violations.add("rest", "must_be_empty")
            violations.check()
        params = {**_invoiced(invoice), "rest": None if rest is None else _rest(rest)}
        await self._send_copy(invoice, recipient, params)

    async def send_credit_note(self, document_id: UUID, recipient: common_pb2.Recipient) -> None:
        """Sends the courtesy copy of a credit note, with its newest XML inside; a repetition sends nothing.

        Raises:
            NotFound: There is no such credit note.
        """
        note = await self._document(document_id, DocumentKind.CREDIT_NOTE)
        await self._send_copy(note, recipient, _invoiced(note))

    async def send_corrected_invoice(self, document_id: UUID, recipient: common_pb2.Recipient) -> bool:
        """Sends the courtesy copy of the e-invoice that the SdI accepted, if its data are not those of the first copy.

        It may be an invoice's or a credit note's. A repetition sends nothing.

        Returns:
            Whether such a copy was due. False where no file was accepted, or nobody can tell which.

        Raises:
            NotFound: There is no such invoice or credit note.
        """
        async with self._database.reading() as conn:
            transmission = await transmissions.read(conn, document_id)
        if transmission is None:
            raise NotFound
        accepted = transmission.accepted
        if accepted is None:
            return False
        invoice = await self._document(document_id, transmission.kind, revision=accepted.customer_revision)
        if not await self._maker.shows_correction(invoice, accepted):
            return False
        pdf = await self._maker.invoice_pdf(invoice, accepted)
        await self._send(recipient, invoice, _CORRECTED[invoice.kind], _invoiced(invoice), pdf)
        return True

    async def _send_copy(self, document: Document, recipient: common_pb2.Recipient, params: Params) -> None:
        async with self._database.reading() as conn:
            transmission = await transmissions.read(conn, document.document_id)
        if transmission is None:
            raise NotFound
        pdf = await self._maker.invoice_pdf(document, transmission.current)
        await self._send(recipient, document, document.kind, params, pdf)

    async def _document(self, document_id: UUID, *kinds: DocumentKind, revision: int | None = None) -> Document:
        async with self._database.reading() as conn:
            document = await documents.by_id(conn, document_id, revision=revision)
        if document is None or document.kind not in kinds:
            raise NotFound
        return document

    async def _send(
        self, recipient: common_pb2.Recipient, document: Document, template: str, params: Params, pdf: StoredFile,
        *, secret_params: Sequence[str] = (),
    ) -> None:  # fmt: skip
        mail = Mail.to_recipient(
            recipient,
            key=f"{template}:{document.document_id}",
            template=template,
            params=params,
            attachments=[Attachment(pdf.info.name, pdf.info.media_type, pdf.content)],
            subject_id=document.account_id,
            secret_params=secret_params,
        )
        async with self._database.transaction() as conn:
            await outbox.mail(conn, mail, self._clock.now())


def _check_way(proforma: Document, pay_url: str, debit_on: date | None) -> None:
    """The email names one way of paying: the transfer, the link, or the day of the debit."""
    violations = Violations()
    if debit_on is not None and proforma.payment.method is not PaymentMethod.AUTOMATIC_DEBIT:
        violations.add("debit_on", "must_be_empty")
    by_link = not proforma.payment.method.by_transfer and debit_on is None and bool(to_pay(proforma))
    if by_link != bool(pay_url):
        violations.add("pay_url", "required" if by_link else "must_be_empty")
    violations.check()


def _invoiced(document: Document) -> dict[str, object]:
    """What the emails say of an invoice or credit note."""
    said: dict[str, object] = {
        "number": document.number,
        "date": document.date,
        "gross": totals(document.lines).gross,
        "private": document.customer.kind is CustomerKind.PRIVATE,
        "abroad": document.customer.abroad,
        "due_on": document.payment.due_on,
    }
    if document.kind is DocumentKind.ADVANCE_INVOICE:
        said["proforma"] = document.payment.proforma_number
    credit = document.credit
    if credit is None:
        return said
    credited = {"invoice": credit.invoice_number, "invoice_date": credit.invoice_date}
    parts = credit.refunds(totals(document.lines).gross)
    refunds = [{"method": part.method, "amount": part.amount} for part in parts]
    in_parts = len(refunds) > 1 or credit.remitted is not None
    return {**said, **credited, "refunds": refunds, "in_parts": in_parts, "remitted": credit.remitted}


def _rest(rest: RestToPay) -> dict[str, object]:
    """What the email of a part payment's invoice says of the rest."""
    return {"amount": rest.amount, **_instructions(rest.transfer)}


def _instructions(transfer: Transfer) -> dict[str, object]:
    """How to make a transfer, as emails say it."""
    return {
        "holder": transfer.holder,
        "iban": groups_of_four(transfer.iban),
        "bic": transfer.bic,
        "reference": groups_of_four(transfer.reference),
    }


def _payable(proforma: Document) -> dict[str, object]:
    """What the email says of a proforma and of how to pay it."""
    transfer = proforma.payment.transfer
    return {
        "number": proforma.number,
        "gross": totals(proforma.lines).gross,
        "credit": credit_used(proforma) if proforma.payment.credit_minor else None,
        "rest": to_pay(proforma),
        "covered": not to_pay(proforma),
        "debit": proforma.payment.method is PaymentMethod.AUTOMATIC_DEBIT,
        "unlocks": isinstance(proforma.cause, OrderCause),
        "accrues": may_come_unpaid(proforma),
        "transfer": None if transfer is None else _instructions(transfer),
    }
