"""The invoice of a period: when it is paid, or before that once its price has accrued; there is never a second one."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.invoicing.v1 import invoicing_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.renewal_debit import RenewalDebit
    from workflows.steps import quickly


class RenewalInvoice(RenewalDebit):
    """How a period is invoiced."""

    async def invoice_accrued(self, period: pb.Period) -> None:
        """Issue the invoice of a period that is unpaid; where nothing confirms the VAT number, it alone waits."""
        if period.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE:
            answer = await self.ask_for_tax("confirm the tax before the invoice of what has accrued; asks VIES")
            if answer.next != pb.TAX_NEXT_SETTLED:
                return
        self.details.happened("the period is unpaid and its price has accrued: it is invoiced", once=True)
        invoice = await self.issue_invoice()
        await self.email_courtesy_invoice(invoice)
        await self.note_invoice(invoice.document_id)

    async def invoice_paid(self, period: pb.Period, payment: payments_pb2.PaymentRequest) -> None:
        """Issue the invoice of a paid period; the one that it has already learns of the payment."""
        if period.invoice_id:
            if period.HasField("invoice_at"):
                await self.tell_invoice(period.invoice_id, payment)
                await self.note_invoice(period.invoice_id)
            return
        await self.confirm_tax(period)
        invoice = await self.issue_invoice()
        await self.email_courtesy_invoice(invoice)
        await self.note_invoice(invoice.document_id)  # last: with it nothing is left to do

    async def tell_invoice(self, invoice_id: str, payment: payments_pb2.PaymentRequest) -> None:
        """The invoice that was issued unpaid is paid now."""
        request = invoicing_pb2.RecordInvoicePaidRequest(document_id=invoice_id, paid_on=payment.available_on)
        answer = await quickly(InvoicingSteps.record_invoice_paid, request, "note the payment on the invoice")
        self.details.happened(f"invoice {answer.document.number}, issued before, is paid", once=True)
