"""Activities about proformas, invoices and credit notes: issued of what ordering and payments know, and emailed."""

from collections.abc import Callable
from typing import TypedDict

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step
from workflows.activities.invoicing_advances import AdvanceActivities
from workflows.activities.invoicing_client import ids_only
from workflows.causes import period_of

_STAMP_DUTY = "N1"
"""Nature of the line that charges stamp duty: it is for the document, and covers no days."""


class _HowPaid(TypedDict, total=False):
    """What an invoice's request says of its payment, or of how it is to be paid."""

    date: common_pb2.Date
    method: common_pb2.PaymentMethod
    payment_reference: str
    credit_used: common_pb2.Money
    advance_ids: list[str]
    paid_by: list[pb.PaidPart]
    shortfall: common_pb2.Money
    unpaid: pb.UnpaidInvoice


class DocumentActivities(AdvanceActivities):
    """What is asked of invoicing about documents; an invoice comes after those of its part payments."""

    @step("IssueProforma")
    async def issue_proforma(self, request: pb.IssueProformaRequest) -> pb.IssueProformaResponse:
        """Issue the proforma of an order or a period; its id is all that the workflow gives."""
        sold, asked = await self._sold(request), await self._asked(request)
        answer = await self._invoicing.IssueProforma(
            pb.IssueProformaRequest(
                order_id=request.order_id,
                period=period_of(request),
                account_id=sold.account_id,
                language=sold.language,
                party=sold.party,
                lines=sold.lines,
                totals=sold.totals,
                tax_treatment=sold.tax_treatment,
                payment=_terms(asked),
            )
        )
        self._links.keep(answer.document.document_id, asked.pay_url)
        return pb.IssueProformaResponse(document=self._issued(answer.document))

    @step("SendProforma")
    async def send_proforma(self, request: pb.SendProformaRequest) -> pb.SendProformaResponse:
        """Send the proforma by email; the link for paying online goes through here alone, never into the history.

        What is debited carries no link.
        """
        proforma = await self._whose(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(proforma.account_id))
        if not request.HasField("debit_on"):
            link = self._links.of(request.document_id)
            request.pay_url = (await self._asked(proforma)).pay_url if link is None else link
        return await self._invoicing.SendProforma(request)

    @step("IssueInvoice")
    async def issue_invoice(self, request: pb.IssueInvoiceRequest) -> pb.IssueInvoiceResponse:
        """Issue the invoice of an order or period that is paid, or accrued; its id is all that the workflow gives.

        Part payments that were to be invoiced before are, should their own process not have come to it yet. An invoice
        that comes before the payment deducts those that invoicing knows: their money may still wait.
        """
        sold, answer = await self._sold(request), await self._asked_with_advances(request)
        asked = answer.payment_request
        if not asked.HasField("available_on") and isinstance(sold, ordering_pb2.Period):
            how: _HowPaid = {"unpaid": pb.UnpaidInvoice(due_on=sold.due_on, payment=_terms(asked))}
        else:
            advances = [await self._part_payment(sold, asked, entry) for entry in answer.advances]
            how = {
                "date": asked.available_on,
                "method": asked.method,
                "payment_reference": asked.transfer.reference,
                "credit_used": asked.credit_used,
                "advance_ids": [advance.document_id for advance in advances],
                "paid_by": [
                    pb.PaidPart(method=part.method, amount=part.amount, reference=part.reference)
                    for part in answer.received
                ],
                "shortfall": answer.shortfall,
            }
        issued = await self._invoicing.IssueInvoice(
            pb.IssueInvoiceRequest(
                order_id=request.order_id,
                period=period_of(request),
                account_id=sold.account_id,
                language=sold.language,
                party=sold.party,
                lines=map(with_days(sold), sold.lines),
                totals=sold.totals,
                tax_treatment=sold.tax_treatment,
                proforma_number=sold.proforma_number,
                **how,
            )
        )
        return pb.IssueInvoiceResponse(document=self._issued(issued.document))

    @step("NotePaymentOnInvoice")
    async def record_invoice_paid(self, request: pb.RecordInvoicePaidRequest) -> pb.RecordInvoicePaidResponse:
        """Note that an invoice that was issued unpaid is paid."""
        answer = await self._invoicing.RecordInvoicePaid(request)
        return pb.RecordInvoicePaidResponse(document=ids_only(answer.document))

    @step("SendInvoice")
    async def send_invoice(self, request: pb.SendInvoiceRequest) -> pb.SendInvoiceResponse:
        """Send the courtesy invoice by email; a part payment's names the rest and how to pay it."""
        invoice = await self._whose(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(invoice.account_id))
        if invoice.kind == pb.DOCUMENT_KIND_ADVANCE_INVOICE:
            answer = await self._asked_with_advances(invoice)
            if answer.HasField("rest"):
                request.rest.CopyFrom(_rest(answer.rest))
        return await self._invoicing.SendInvoice(request)

    @step("SendCorrectedInvoice")
    async def send_corrected_invoice(self, request: pb.SendCorrectedInvoiceRequest) -> pb.SendCorrectedInvoiceResponse:
        """Send the courtesy invoice with corrected data by email, where one is due."""
        invoice = await self._whose(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(invoice.account_id))
        return await self._invoicing.SendCorrectedInvoice(request)

    @step("IssueCreditNote")
    async def issue_credit_note(self, request: pb.IssueCreditNoteRequest) -> pb.IssueCreditNoteResponse:
        """Issue a credit note on an invoice; its id is all that the workflow gets."""
        answer = await self._invoicing.IssueCreditNote(request)
        return pb.IssueCreditNoteResponse(document=self._issued(answer.document))

    @step("SendCreditNote")
    async def send_credit_note(self, request: pb.SendCreditNoteRequest) -> pb.SendCreditNoteResponse:
        """Send the credit note by email."""
        note = await self._whose(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(note.account_id))
        return await self._invoicing.SendCreditNote(request)


def _terms(asked: payments_pb2.PaymentRequest) -> pb.PaymentTerms:
    """How a payment request is paid, as documents say it."""
    return pb.PaymentTerms(
        method=asked.method,
        holder=asked.transfer.holder,
        iban=asked.transfer.iban,
        bic=asked.transfer.bic,
        reference=asked.transfer.reference,
        epc_payload=asked.transfer.epc_payload,
        credit_used=asked.credit_used,
    )


def _rest(left: payments_pb2.Rest) -> pb.RestToPay:
    """What is left to pay of a request of which a part has come, as its email says it."""
    how = left.transfer
    return pb.RestToPay(amount=left.missing, holder=how.holder, iban=how.iban, bic=how.bic, reference=how.reference)


def with_days(sold: ordering_pb2.Order | ordering_pb2.Period) -> Callable[[common_pb2.Line], common_pb2.Line]:
    """Gives a line the days that are sold, where it names none: nature and quantity (DPR 633/1972, art. 21(2)(g))."""

    def dated(line: common_pb2.Line) -> common_pb2.Line:
        if line.HasField("period_start") or line.nature == _STAMP_DUTY:
            return line
        named = common_pb2.Line(period_start=sold.period_start, period_end=sold.period_end)
        named.MergeFrom(line)
        return named

    return dated
