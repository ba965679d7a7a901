"""Activities that ask the invoicing service; they carry the order's facts over and return ids, numbers and states."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict

from temporalio.client import Client

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.ids import derive
from services.kit.wire import from_timestamp, to_date
from workflows.activities.calls import step, with_actor
from workflows.activities.trial import Contacts
from workflows.retries import OUTSIDE_DEADLINE_SECONDS

_STAMP_DUTY = "N1"
"""Nature of the line that charges stamp duty: it is for the document, and covers no days."""

_RETURNED = {
    payments_pb2.MONEY_SETTLEMENT_REFUNDED: (pb.CREDIT_REASON_CONTRACT, pb.REFUND_METHOD_UNSPECIFIED),
    payments_pb2.MONEY_SETTLEMENT_CREDITED: (pb.CREDIT_REASON_CONTRACT, pb.REFUND_METHOD_ACCOUNT_CREDIT),
}
"""Why a part payment's invoice is credited and how it goes back, by what became of the money: the contract does not
come about, or not with this money (DPR 633/1972, art. 26(2))."""
_NOT_THEIRS = (pb.CREDIT_REASON_CORRECTION, pb.REFUND_METHOD_UNSPECIFIED)
"""Of money that was none of the customer's, or was for something else."""
_MADE_BY = {
    payments_pb2.REFUND_MEANS_BANK_TRANSFER: pb.REFUND_METHOD_BANK_TRANSFER,
    payments_pb2.REFUND_MEANS_STRIPE: pb.REFUND_METHOD_ONLINE,
}


class _HowPaid(TypedDict, total=False):
    """What an invoice's request says of its payment, or of how it is to be paid."""

    date: common_pb2.Date
    method: common_pb2.PaymentMethod
    payment_reference: str
    credit_used: common_pb2.Money
    advance_ids: list[str]
    unpaid: pb.UnpaidInvoice


if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub


class InvoicingSteps:
    """The invoicing service as the workflows see it."""

    def __init__(
        self,
        invoicing: "InvoicingServiceAsyncStub",
        ordering: "OrderingServiceAsyncStub",
        payments: "PaymentsServiceAsyncStub",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take the stubs whose facts the activities carry, and Temporal's client for the audit trail."""
        self._invoicing = invoicing
        self._ordering = ordering
        self._payments = payments
        self._contacts = contacts
        self._client = client

    @step("IssueProforma")
    async def issue_proforma(self, request: pb.IssueProformaRequest) -> pb.IssueProformaResponse:
        """Issue the proforma of an order or a period; its id is all that the workflow gives."""
        sold, asked = await self._sold(request), await self._asked(request)
        answer = await self._invoicing.IssueProforma(
            pb.IssueProformaRequest(
                order_id=request.order_id,
                period=_period_of(request),
                account_id=sold.account_id,
                language=sold.language,
                party=sold.party,
                lines=sold.lines,
                totals=sold.totals,
                tax_treatment=sold.tax_treatment,
                payment=_terms(asked),
            )
        )
        return pb.IssueProformaResponse(document=_ids_only(answer.document))

    @step("SendProforma")
    async def send_proforma(self, request: pb.SendProformaRequest) -> pb.SendProformaResponse:
        """Send the proforma by email; the link for paying online goes through here alone, never into the history.

        What is debited carries no link.
        """
        proforma = await self._document(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(proforma.account_id))
        if not request.HasField("debit_on"):
            request.pay_url = (await self._asked(proforma)).pay_url
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
            }
        issued = await self._invoicing.IssueInvoice(
            pb.IssueInvoiceRequest(
                order_id=request.order_id,
                period=_period_of(request),
                account_id=sold.account_id,
                language=sold.language,
                party=sold.party,
                lines=map(_with_days(sold), sold.lines),
                totals=sold.totals,
                tax_treatment=sold.tax_treatment,
                proforma_number=sold.proforma_number,
                **how,
            )
        )
        return pb.IssueInvoiceResponse(document=_ids_only(issued.document))

    @step("IssueAdvanceInvoice")
    async def issue_advance_invoice(self, request: pb.IssueAdvanceInvoiceRequest) -> pb.IssueAdvanceInvoiceResponse:
        """Issue the invoice of a part payment; the money's id is all that the workflow gives."""
        entry = await self._money(request.money_entry_id)
        of = payments_pb2.GetPaymentRequestRequest(payment_request_id=entry.advance.payment_request_id)
        asked = (await self._payments.GetPaymentRequest(of)).payment_request
        issued = await self._part_payment(await self._sold(asked), asked, entry)
        return pb.IssueAdvanceInvoiceResponse(document=_ids_only(issued))

    @step("CreditAdvanceInvoice")
    async def credit_advance_invoice(self, request: pb.IssueCreditNoteRequest) -> pb.IssueCreditNoteResponse:
        """Credit what is left of a part payment's invoice, whose money did not pay; its id is all that is given.

        The answer has no document where nothing is left, where it counts as never issued, or where an invoice deducts
        it: then the sale was invoiced before it was paid, and its price is due whatever becomes of this money.
        """
        invoice = await self._document(request.invoice_id)
        left = invoice.totals.gross.minor - invoice.credited.minor
        if left <= 0 or invoice.deducted_by or invoice.transmission_state == pb.TRANSMISSION_STATE_GIVEN_UP:
            return pb.IssueCreditNoteResponse()
        entry = await self._money(invoice.money_entry_id)
        reason, method = _RETURNED.get(entry.settlement, _NOT_THEIRS)
        if entry.settlement == payments_pb2.MONEY_SETTLEMENT_REFUNDED:
            asked = payments_pb2.GetRefundRequest(refund_id=entry.settled_to)
            method = _MADE_BY.get((await self._payments.GetRefund(asked)).refund.means, method)
        answer = await self._invoicing.IssueCreditNote(
            pb.IssueCreditNoteRequest(
                credit_id=str(derive("advance_credit", invoice.money_entry_id)),
                invoice_id=invoice.document_id,
                reason=reason,
                gross=common_pb2.Money(minor=left, currency=invoice.totals.gross.currency),
                cause_date=to_date(rome_date(from_timestamp(entry.settled_at))),
                refund_method=method,
            )
        )
        return pb.IssueCreditNoteResponse(document=_ids_only(answer.document))

    @step("NotePaymentOnInvoice")
    async def record_invoice_paid(self, request: pb.RecordInvoicePaidRequest) -> pb.RecordInvoicePaidResponse:
        """Note that an invoice that was issued unpaid is paid."""
        answer = await self._invoicing.RecordInvoicePaid(request)
        return pb.RecordInvoicePaidResponse(document=_ids_only(answer.document))

    @step("SendInvoice")
    async def send_invoice(self, request: pb.SendInvoiceRequest) -> pb.SendInvoiceResponse:
        """Send the courtesy invoice by email."""
        invoice = await self._document(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(invoice.account_id))
        return await self._invoicing.SendInvoice(request)

    @step("SendCorrectedInvoice")
    async def send_corrected_invoice(self, request: pb.SendCorrectedInvoiceRequest) -> pb.SendCorrectedInvoiceResponse:
        """Send the courtesy invoice with corrected data by email, where one is due."""
        invoice = await self._document(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(invoice.account_id))
        return await self._invoicing.SendCorrectedInvoice(request)

    @step("IssueCreditNote")
    async def issue_credit_note(self, request: pb.IssueCreditNoteRequest) -> pb.IssueCreditNoteResponse:
        """Issue a credit note on an invoice; its id is all that the workflow gets."""
        answer = await self._invoicing.IssueCreditNote(request)
        return pb.IssueCreditNoteResponse(document=_ids_only(answer.document))

    @step("SendCreditNote")
    async def send_credit_note(self, request: pb.SendCreditNoteRequest) -> pb.SendCreditNoteResponse:
        """Send the credit note by email."""
        note = await self._document(request.document_id)
        request.recipient.CopyFrom(await self._contacts.of(note.account_id))
        return await self._invoicing.SendCreditNote(request)

    @step("GetTransmission")
    async def get_transmission(self, request: pb.GetTransmissionRequest) -> pb.GetTransmissionResponse:
        """Read where the e-invoice stands."""
        return await self._invoicing.GetTransmission(request)

    @step("TransmitInvoice")
    async def transmit(self, request: pb.TransmitInvoiceRequest) -> pb.TransmitInvoiceResponse:
        """Send the e-invoice to the SdI, unless it was sent already."""
        return await self._invoicing.TransmitInvoice(request, timeout=OUTSIDE_DEADLINE_SECONDS)

    @step("PrepareResend")
    async def prepare_resend(self, request: pb.PrepareResendRequest) -> pb.PrepareResendResponse:
        """Make the same e-invoice ready to be sent again."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._invoicing.PrepareResend(request)

    @step("PrepareResendWithCurrentProfile")
    async def prepare_resend_with_profile(self, request: pb.PrepareResendRequest) -> pb.PrepareResendResponse:
        """Make the e-invoice ready to be sent again with the customer's profile as it stands now."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        current = await self._invoicing.GetTransmission(pb.GetTransmissionRequest(invoice_id=request.invoice_id))
        profile = await self._ordering.GetBillingProfile(
            ordering_pb2.GetBillingProfileRequest(account_id=current.transmission.account_id)
        )
        request.party.CopyFrom(profile.profile)
        return await self._invoicing.PrepareResend(request)

    @step("GiveUpTransmission")
    async def give_up(self, request: pb.GiveUpTransmissionRequest) -> pb.GiveUpTransmissionResponse:
        """Give the transmission up by an admin's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._invoicing.GiveUpTransmission(request)

    @step("PollReceipts")
    async def poll_receipts(self, request: pb.PollReceiptsRequest) -> pb.PollReceiptsResponse:
        """Read the certified mailbox."""
        return await self._invoicing.PollReceipts(request, timeout=OUTSIDE_DEADLINE_SECONDS)

    async def _part_payment(
        self,
        sold: ordering_pb2.Order | ordering_pb2.Period,
        asked: payments_pb2.PaymentRequest,
        entry: payments_pb2.MoneyEntry,
    ) -> pb.Document:
        """Issue the invoice of a part payment of what was sold; the first one where there is one."""
        by_link = entry.money_source == payments_pb2.MONEY_SOURCE_STRIPE
        issued = await self._invoicing.IssueAdvanceInvoice(
            pb.IssueAdvanceInvoiceRequest(
                money_entry_id=entry.money_entry_id,
                order_id=asked.order_id,
                period=_period_of(asked),
                account_id=sold.account_id,
                language=sold.language,
                party=sold.party,
                lines=sold.lines,
                totals=sold.totals,
                tax_treatment=sold.tax_treatment,
                gross=entry.advance.amount,
                date=entry.available_on,
                method=common_pb2.PAYMENT_METHOD_ONLINE if by_link else common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
                payment_reference=entry.source_reference if by_link else asked.transfer.reference,
                proforma_number=asked.proforma_number,
            )
        )
        return issued.document

    async def _money(self, entry_id: str) -> payments_pb2.MoneyEntry:
        asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=entry_id)
        return (await self._payments.GetMoneyEntry(asked)).entry

    async def _sold(
        self, request: pb.IssueProformaRequest | pb.IssueInvoiceRequest | payments_pb2.PaymentRequest
    ) -> ordering_pb2.Order | ordering_pb2.Period:
        """What a document is for: both name the account, the party, the lines and the totals alike."""
        if request.HasField("period"):
            by_id = ordering_pb2.GetPeriodRequest(period_id=request.period.period_id)
            return (await self._ordering.GetPeriod(by_id)).period
        return (await self._ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=request.order_id))).order

    async def _asked(
        self, what: pb.Document | pb.IssueProformaRequest | pb.IssueInvoiceRequest
    ) -> payments_pb2.PaymentRequest:
        """The payment request of the order or period that a document is for."""
        return (await self._asked_with_advances(what)).payment_request

    async def _asked_with_advances(
        self, what: pb.Document | pb.IssueProformaRequest | pb.IssueInvoiceRequest
    ) -> payments_pb2.GetPaymentRequestResponse:
        """The same, with the part payments that are invoiced for themselves."""
        request = (
            payments_pb2.GetPaymentRequestRequest(period_id=what.period.period_id)
            if what.HasField("period")
            else payments_pb2.GetPaymentRequestRequest(order_id=what.order_id)
        )
        return await self._payments.GetPaymentRequest(request)

    async def _document(self, document_id: str) -> pb.Document:
        answer = await self._invoicing.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=document_id))
        return answer.document


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


def _with_days(sold: ordering_pb2.Order | ordering_pb2.Period) -> Callable[[common_pb2.Line], common_pb2.Line]:
    """Gives a line the days that are sold, where it names none: nature and quantity (DPR 633/1972, art. 21(2)(g))."""

    def dated(line: common_pb2.Line) -> common_pb2.Line:
        if line.HasField("period_start") or line.nature == _STAMP_DUTY:
            return line
        named = common_pb2.Line(period_start=sold.period_start, period_end=sold.period_end)
        named.MergeFrom(line)
        return named

    return dated


def _period_of(
    what: pb.Document | pb.IssueProformaRequest | pb.IssueInvoiceRequest | payments_pb2.PaymentRequest,
) -> common_pb2.PeriodRef | None:
    return what.period if what.HasField("period") else None


def _ids_only(document: pb.Document) -> pb.Document:
    return pb.Document(
        document_id=document.document_id,
        kind=document.kind,
        number=document.number,
        date=document.date,
        account_id=document.account_id,
        order_id=document.order_id,
        period=_period_of(document),
        transmission_state=document.transmission_state,
    )
