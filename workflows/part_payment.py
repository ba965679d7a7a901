"""What money that waits does where it is a part payment: invoiced once it waits too long, then deducted or credited.

Where it pays what it names after all, the final invoice deducts it; otherwise a credit note gives it back.
"""

from abc import abstractmethod
from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.invoicing.v1 import invoicing_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, retries
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.process import Process
    from workflows.steps import quickly


class PartPayment(Process):
    """Money that waits, as far as it is invoiced as a part payment."""

    entry_id: str
    entry: pb.MoneyEntry | None = None
    """As read last."""
    candidates: Sequence[pb.PaymentRequest] = ()
    """What it may be for, as read last."""
    part_invoice: invoicing_pb2.Document | None = None

    @abstractmethod
    async def read(self) -> pb.MoneyEntry:
        """The entry's row as it stands; while it waits, shown with what it may be for."""

    @abstractmethod
    def show_waiting(self, candidates: Sequence[pb.PaymentRequest]) -> None:
        """Tell the operator that it waits."""

    async def read_and_invoice(self) -> pb.MoneyEntry:
        """The entry's row as it stands, after its part payment was invoiced where that was due."""
        entry = await self.read()
        if part_payment_is_due(entry):
            request = pb.DecideAdvanceRequest(money_entry_id=self.entry_id)
            answer = await quickly(PaymentsSteps.decide_advance, request, "decide that the part payment is invoiced")
            entry = self.entry = answer.entry
        if entry.advance.HasField("decided_at") and self.part_invoice is None:
            self.part_invoice = await self.issue_part_invoice()
            if not entry.settlement:
                self.show_waiting(self.candidates)
        return entry

    async def issue_part_invoice(self) -> invoicing_pb2.Document:
        """The invoice of the part payment with its number; its e-invoice, which emails it, starts with it.

        Where the whole was invoiced before it was paid, it is that invoice.
        """
        request = invoicing_pb2.IssueAdvanceInvoiceRequest(money_entry_id=self.entry_id)
        what = "issue the invoice of the part payment (TD02)"
        issued = (await quickly(InvoicingSteps.issue_advance_invoice, request, what)).document
        if issued.kind == invoicing_pb2.DOCUMENT_KIND_INVOICE:
            self.details.happened(
                f"invoice {issued.number} of the whole was issued before: there is none of the part payment", once=True
            )
            return issued
        goes_on = names.e_invoice_id(issued.document_id)
        self.details.happened(
            f"invoice {issued.number} of the part payment (TD02) issued: it goes on as {goes_on}", once=True
        )
        return issued

    async def credit_part_payment(self, entry: pb.MoneyEntry) -> None:
        """Credit the invoice of a part payment whose money did not pay what it names."""
        invoice, advance = self.part_invoice, entry.advance
        if invoice is None or advance.HasField("credited_at"):
            return
        of_the_part = invoice.kind != invoicing_pb2.DOCUMENT_KIND_INVOICE
        if entry.settlement == pb.MONEY_SETTLEMENT_ASSIGNED and entry.settled_to == advance.payment_request_id:
            if of_the_part:
                self.details.happened(f"the final invoice deducts invoice {invoice.number}", once=True)
            return
        if of_the_part:
            await self.issue_credit_note(invoice)
        await quickly(
            PaymentsSteps.record_advance_credited,
            pb.RecordAdvanceCreditedRequest(money_entry_id=self.entry_id),
            "note that nothing of the part payment is left to credit",
        )

    async def issue_credit_note(self, invoice: invoicing_pb2.Document) -> None:
        """The credit note on what is left of a part payment's invoice, where something is."""
        request = invoicing_pb2.IssueCreditNoteRequest(invoice_id=invoice.document_id)
        answer = await quickly(
            InvoicingSteps.credit_advance_invoice, request, "credit the invoice of the part payment (TD04)"
        )
        if answer.HasField("document"):
            goes_on = names.e_invoice_id(answer.document.document_id)
            self.details.happened(
                f"credit note {answer.document.number} on invoice {invoice.number} issued: it goes on as {goes_on}",
                once=True,
            )

    async def wait_for_decision(self, advance: pb.Advance) -> None:
        """Wait for news, a day at most, or until the part payment is to be invoiced."""
        if advance.HasField("wait") and advance.wait.ToTimedelta() <= retries.LOOK_AGAIN:
            await self.wait(advance.wait, "still not whole until then: invoice the part payment (TD02)")
        else:
            await self.wait(retries.LOOK_AGAIN, "look again whether somebody has decided")

    def told_of_part_payment(self, advance: pb.Advance) -> list[str]:
        """What an operator should know of it: when it is invoiced, or that it was."""
        if advance.HasField("wait"):
            return ["if it is not whole by then, it is invoiced as a part payment (TD02)"]
        if self.part_invoice is None:
            return []
        if self.part_invoice.kind == invoicing_pb2.DOCUMENT_KIND_INVOICE:
            return [f"invoice {self.part_invoice.number} was issued for the whole before: this money pays a part of it"]
        issued = f"invoice {self.part_invoice.number} was issued for this part payment"
        return [f"{issued}: by itself, the final invoice deducts it, or a credit note gives it back"]


def part_payment_is_due(entry: pb.MoneyEntry) -> bool:
    """Whether waiting money is to be invoiced as a part payment now, and payments has not decided so yet."""
    return entry.HasField("advance") and entry.advance.HasField("wait") and not entry.advance.wait.ToTimedelta()
