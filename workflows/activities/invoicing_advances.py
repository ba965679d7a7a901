"""Activities about the invoices of part payments: issued once for each money, credited where it did not pay."""

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.ids import derive
from services.kit.wire import from_timestamp, to_date
from workflows.activities.calls import step
from workflows.activities.invoicing_client import InvoicingClient
from workflows.causes import period_of
from workflows.refund_methods import REFUND_METHODS

_RETURNED = {
    payments_pb2.MONEY_SETTLEMENT_REFUNDED: (pb.CREDIT_REASON_CONTRACT, pb.REFUND_METHOD_UNSPECIFIED),
    payments_pb2.MONEY_SETTLEMENT_CREDITED: (pb.CREDIT_REASON_CONTRACT, pb.REFUND_METHOD_ACCOUNT_CREDIT),
}
"""Why a part payment's invoice is credited and how it goes back, by what became of the money: the contract does not
come about, or not with this money (DPR 633/1972, art. 26(2))."""
_NOT_THEIRS = (pb.CREDIT_REASON_CORRECTION, pb.REFUND_METHOD_UNSPECIFIED)
"""Of money that was none of the customer's, or was for something else."""


class AdvanceActivities(InvoicingClient):
    """What is asked of invoicing about part payments."""

    @step("IssueAdvanceInvoice")
    async def issue_advance_invoice(self, request: pb.IssueAdvanceInvoiceRequest) -> pb.IssueAdvanceInvoiceResponse:
        """Issue the invoice of a part payment; the money's id is all that the workflow gives."""
        entry = await self._money(request.money_entry_id)
        of = payments_pb2.GetPaymentRequestRequest(payment_request_id=entry.advance.payment_request_id)
        asked = (await self._payments.GetPaymentRequest(of)).payment_request
        issued = await self._part_payment(await self._sold(asked), asked, entry)
        return pb.IssueAdvanceInvoiceResponse(document=self._issued(issued))

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
        cause_date = to_date(rome_date(from_timestamp(entry.settled_at)))
        if entry.settlement == payments_pb2.MONEY_SETTLEMENT_REFUNDED:
            asked = payments_pb2.GetRefundRequest(refund_id=entry.settled_to)
            refund = (await self._payments.GetRefund(asked)).refund
            method = REFUND_METHODS.get(refund.means, method)
            if refund.withdrawal_order_id:
                reason, cause_date = pb.CREDIT_REASON_WITHDRAWAL, await self._withdrawn_on(refund.withdrawal_order_id)
        answer = await self._invoicing.IssueCreditNote(
            pb.IssueCreditNoteRequest(
                credit_id=str(derive("advance_credit", invoice.money_entry_id)),
                invoice_id=invoice.document_id,
                reason=reason,
                gross=common_pb2.Money(minor=left, currency=invoice.totals.gross.currency),
                cause_date=cause_date,
                refund_method=method,
            )
        )
        return pb.IssueCreditNoteResponse(document=self._issued(answer.document))

    async def _withdrawn_on(self, order_id: str) -> common_pb2.Date:
        """The day of the withdrawal from an order."""
        asked = ordering_pb2.GetWithdrawalRequest(order_id=order_id)
        return (await self._ordering.GetWithdrawal(asked)).withdrawal.noticed_on

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
                period=period_of(asked),
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
