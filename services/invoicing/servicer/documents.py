"""The RPCs of documents: issue, send, read, list, files, dry run and audit."""

from datetime import date

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.customers import CustomerKind
from services.invoicing.domain.documents import Language, Payment, Wanted
from services.invoicing.messages import CATALOGUE
from services.invoicing.service.advances import PartPayment
from services.invoicing.service.crediting import CREDIT_INVOICE
from services.invoicing.service.issuing import Draft
from services.invoicing.servicer.answers import (
    DOCUMENT_KINDS,
    STATES,
    document_message,
    file_answer,
    finding_message,
)
from services.invoicing.servicer.credits import credit_of
from services.invoicing.servicer.parties import KINDS, check_typed, customer_of, customer_unchecked
from services.invoicing.servicer.parts import Parts
from services.invoicing.servicer.requests import (
    MOST_LINES,
    check_credit,
    check_paid,
    check_totals,
    check_unpaid,
    lines_of,
    money_of,
    paid_in_parts,
    paid_of,
    pay_url_of,
    rest_of,
    terms_of,
    treatment_of,
    unpaid_of,
)
from services.kit.audit import steering_entry
from services.kit.calendar import rome_date
from services.kit.cause_fields import checked_cause
from services.kit.context import check_own, current_call, owner_filter
from services.kit.paging import page_by_id, page_by_moment
from services.kit.validation import Violations
from services.kit.wire import to_timestamp

_CREDIT_FIELDS = {
    (True, False): "payment.credit_used",
    (False, True): "unpaid.payment.credit_used",
    (False, False): "credit_used",
}
"""Where account credit stands in the request of a proforma or not, of what was issued unpaid or not."""


class DocumentRpcs:
    """The part of `InvoicingService` that is about documents."""

    _parts: Parts

    async def IssueProforma(self, request: pb.IssueProformaRequest, context: object) -> pb.IssueProformaResponse:
        """Issues the proforma of an order or period, once."""
        found = Violations(catalogue=CATALOGUE)
        draft = _draft(found, request, terms_of(found, request.payment))
        found.check()
        proforma = await self._parts.issuing.issue_proforma(draft)
        return pb.IssueProformaResponse(
            document=document_message(await self._parts.reading.document(proforma.document_id, None))
        )

    async def SendProforma(self, request: pb.SendProformaRequest, context: object) -> pb.SendProformaResponse:
        """Sends the proforma by email, once."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        recipient = found.recipient("recipient", request.recipient)
        expires_at = found.instant("expires_at", request.expires_at)
        pay_url = pay_url_of(found, "pay_url", request.pay_url)
        debit_on = found.day("debit_on", request.debit_on) if request.HasField("debit_on") else None
        suspends = request.HasField("suspend_after")
        suspend_after = found.day("suspend_after", request.suspend_after) if suspends else None
        found.check()
        await self._parts.mailing.send_proforma(
            document_id, recipient, expires_at, pay_url, debit_on, suspend_after=suspend_after
        )
        return pb.SendProformaResponse(erased=recipient.erased)

    async def IssueInvoice(self, request: pb.IssueInvoiceRequest, context: object) -> pb.IssueInvoiceResponse:
        """Issues the invoice of an order or period that is paid, or has accrued, once, and starts its e-invoice."""
        found = Violations(catalogue=CATALOGUE)
        if request.HasField("unpaid"):
            draft, day = _draft(found, request, unpaid_of(found, request)), None
            check_unpaid(found, draft)
        else:
            draft = _draft(found, request, paid_in_parts(found, request))
            check_paid(found, draft)
            day = self._tax_point(found, request.date)
        named = found.at_most("advance_ids", request.advance_ids, MOST_LINES)
        advance_ids = [found.uuid(f"advance_ids[{n}]", each) for n, each in enumerate(named)]
        found.check()
        if day is None:
            invoice = await self._parts.advances.issue_unpaid(draft)
        else:
            invoice = await self._parts.advances.issue_final(draft, day, list(dict.fromkeys(advance_ids)))
        return pb.IssueInvoiceResponse(document=document_message(await self._parts.reading.shown(invoice)))

    async def IssueAdvanceInvoice(
        self, request: pb.IssueAdvanceInvoiceRequest, context: object
    ) -> pb.IssueAdvanceInvoiceResponse:
        """Issues the invoice of a part payment, once for its money, unless the whole sale was invoiced unpaid."""
        found = Violations(catalogue=CATALOGUE)
        whole = _draft(found, request, paid_of(found, request, None))
        part = PartPayment(
            money_entry_id=found.uuid("money_entry_id", request.money_entry_id),
            gross=money_of(found, "gross", request.gross, least=1),
            day=self._tax_point(found, request.date),
        )
        found.check()
        invoice = await self._parts.advances.issue(whole, part)
        return pb.IssueAdvanceInvoiceResponse(document=document_message(await self._parts.reading.shown(invoice)))

    async def RecordInvoicePaid(
        self, request: pb.RecordInvoicePaidRequest, context: object
    ) -> pb.RecordInvoicePaidResponse:
        """Notes when an invoice that was issued unpaid was paid, once."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        day = found.day("paid_on", request.paid_on)
        if day > rome_date(self._parts.clock.now()):
            found.add("paid_on", "in_the_future")
        found.check()
        await self._parts.issuing.record_paid(document_id, day)
        return pb.RecordInvoicePaidResponse(
            document=document_message(await self._parts.reading.document(document_id, None))
        )

    def _tax_point(self, found: Violations, message: common_pb2.Date) -> date:
        """The day on which money was available: today at the latest."""
        day = found.day("date", message)
        if day > rome_date(self._parts.clock.now()):
            found.add("date", "in_the_future")
        return day

    async def SendInvoice(self, request: pb.SendInvoiceRequest, context: object) -> pb.SendInvoiceResponse:
        """Sends the courtesy invoice by email, once."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        recipient = found.recipient("recipient", request.recipient)
        rest = rest_of(found, "rest", request.rest) if request.HasField("rest") else None
        found.check()
        await self._parts.mailing.send_invoice(document_id, recipient, rest)
        return pb.SendInvoiceResponse(erased=recipient.erased)

    async def SendCorrectedInvoice(
        self, request: pb.SendCorrectedInvoiceRequest, context: object
    ) -> pb.SendCorrectedInvoiceResponse:
        """Sends the courtesy invoice with corrected data by email, once, where one is due."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        recipient = found.recipient("recipient", request.recipient)
        found.check()
        due = await self._parts.mailing.send_corrected_invoice(document_id, recipient)
        return pb.SendCorrectedInvoiceResponse(due=due, erased=recipient.erased)

    async def IssueCreditNote(self, request: pb.IssueCreditNoteRequest, context: object) -> pb.IssueCreditNoteResponse:
        """Issues a credit note on an invoice, once, and starts its e-invoice."""
        found = Violations(catalogue=CATALOGUE)
        by_hand = current_call().caller == "operator"
        order = credit_of(found, request, by_hand=by_hand)
        if order.cause_date > rome_date(self._parts.clock.now()):
            found.add("cause_date", "in_the_future")
        entry = None
        if request.HasField("steering") or by_hand:
            entry = steering_entry(found, request.steering, CREDIT_INVOICE, order.invoice_id)
        found.check()
        note = await self._parts.crediting.issue_credit_note(order, entry)
        return pb.IssueCreditNoteResponse(document=document_message(await self._parts.reading.shown(note)))

    async def SendCreditNote(self, request: pb.SendCreditNoteRequest, context: object) -> pb.SendCreditNoteResponse:
        """Sends the courtesy copy of a credit note by email, once."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        recipient = found.recipient("recipient", request.recipient)
        found.check()
        await self._parts.mailing.send_credit_note(document_id, recipient)
        return pb.SendCreditNoteResponse(erased=recipient.erased)

    async def GetInvoicingDocument(
        self, request: pb.GetInvoicingDocumentRequest, context: object
    ) -> pb.GetInvoicingDocumentResponse:
        """Reads a document."""
        if request.number and not request.document_id and current_call().caller == "operator":
            shown = await self._parts.reading.of_number(request.number)
        else:
            found = Violations(catalogue=CATALOGUE)
            document_id = found.uuid("document_id", request.document_id)
            if request.number:
                found.add("number", "must_be_empty")
            found.check()
            shown = await self._parts.reading.document(document_id, owner_filter())
        return pb.GetInvoicingDocumentResponse(document=document_message(shown))

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: object) -> pb.ListDocumentsResponse:
        """Lists an account's documents, newest first."""
        found = Violations(catalogue=CATALOGUE)
        wanted = _wanted(found, request)
        page = page_by_moment(found, request.page)
        found.check()
        check_own(wanted.account_id)
        read = await self._parts.reading.page(wanted, page.after, page.limit)
        shown, token = page.cut(read, lambda document: (document.heading.issued_at, document.heading.document_id))
        return pb.ListDocumentsResponse(documents=map(document_message, shown), next_page_token=token)

    async def ListInvoices(self, request: pb.ListInvoicesRequest, context: object) -> pb.ListInvoicesResponse:
        """Lists all invoices."""
        found = Violations(catalogue=CATALOGUE)
        page = page_by_id(found, request.page)
        found.check()
        read = await self._parts.reading.invoices(page.after, page.limit)
        shown, token = page.cut(read, lambda invoice: invoice.heading.document_id)
        return pb.ListInvoicesResponse(invoices=map(document_message, shown), next_page_token=token)

    async def GetDocumentFile(self, request: pb.GetDocumentFileRequest, context: object) -> pb.GetDocumentFileResponse:
        """Reads one file of a document."""
        found = Violations(catalogue=CATALOGUE)
        document_id = found.uuid("document_id", request.document_id)
        file_id = found.uuid("file_id", request.file_id)
        found.check()
        return file_answer(await self._parts.reading.file(document_id, file_id, owner_filter()))

    async def CheckProfile(self, request: pb.CheckProfileRequest, context: object) -> pb.CheckProfileResponse:
        """Checks whether an e-invoice to this customer would be valid."""
        found = Violations(catalogue=CATALOGUE)
        KINDS.chosen(found, "party.kind", request.party.kind, CustomerKind.PRIVATE)
        treatment = treatment_of(found, request.tax_treatment)
        check_typed(found, request.party)
        found.check()
        findings = self._parts.profiles.check(customer_unchecked(request.party), treatment)
        return pb.CheckProfileResponse(findings=[finding_message(finding) for finding in findings])

    async def AuditNumbering(self, request: pb.AuditNumberingRequest, context: object) -> pb.AuditNumberingResponse:
        """Proves the numbering."""
        found = Violations(catalogue=CATALOGUE)
        found.between("year", request.year, 0, 9999)
        found.check()
        result = await self._parts.auditing.audit(request.year)
        return pb.AuditNumberingResponse(
            invoices=result.invoices,
            credit_notes=result.credit_notes,
            violations=result.violations,
            audited_at=to_timestamp(result.at),
            used_outside=result.used_outside,
        )


def _wanted(found: Violations, request: pb.ListDocumentsRequest) -> Wanted:
    """Which documents a list shall show."""
    start = found.day("from_date", request.from_date) if request.HasField("from_date") else None
    end = found.day("to_date", request.to_date) if request.HasField("to_date") else None
    if start and end and end < start:
        found.add("to_date", "backwards")
    return Wanted(
        account_id=found.uuid("account_id", request.account_id),
        kind=DOCUMENT_KINDS.wanted(found, "kind", request.kind),
        state=STATES.wanted(found, "transmission_state", request.transmission_state),
        from_date=start,
        to_date=end,
    )


def _draft(
    found: Violations,
    request: pb.IssueProformaRequest | pb.IssueInvoiceRequest | pb.IssueAdvanceInvoiceRequest,
    payment: Payment,
) -> Draft:
    """What all these documents are made of; the stated sum is compared once everything else is good."""
    customer = customer_of(found, request.party)
    treatment = treatment_of(found, request.tax_treatment, customer)
    draft = Draft(
        cause=checked_cause(found, request),
        account_id=found.uuid("account_id", request.account_id),
        language=Language(found.language("language", request.language)),
        treatment=treatment,
        customer=customer,
        lines=lines_of(found, request.lines, treatment),
        payment=payment,
    )
    check_totals(found, draft.lines, request.totals)
    field = _CREDIT_FIELDS[isinstance(request, pb.IssueProformaRequest), payment.due_on is not None]
    check_credit(found, field, draft, asked=field != "credit_used")
    return draft
