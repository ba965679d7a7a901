"""A dispute over a payment by card or PayPal: the payer's bank decides it, and what follows a loss an operator.

The payment stays paid and the invoice stands meanwhile. Evidence is given in the provider's dashboard, not here. What
the bank took back of what a transfer had paid is lost from the beginning, and decided about likewise.
"""

import uuid
from abc import abstractmethod

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.invoicing.v1 import invoicing_pb2
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, retries, wording, wording_disputes, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.causes import period_of
    from workflows.dispute_steps import DisputeSteps
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id
    from workflows.steering import steering as steering_of
    from workflows.steering_money import NO_CREDITING, Crediting, check_crediting
    from workflows.steps import quickly

_CREDITED = {
    pb.DISPUTE_DECISION_CREDIT_NOTE: invoicing_pb2.CREDIT_REASON_DISPUTE,
    pb.DISPUTE_DECISION_CREDIT_NOTE_AGREED: invoicing_pb2.CREDIT_REASON_AGREEMENT,
}
_DECISIONS = {
    "dispute": pb.DISPUTE_DECISION_CREDIT_NOTE,
    "agreement": pb.DISPUTE_DECISION_CREDIT_NOTE_AGREED,
}


class DisputeProcess(DisputeSteps):
    """What a dispute adds to the process of money that waits."""

    entry: pb.MoneyEntry | None

    @abstractmethod
    def waiting_entry(self) -> pb.MoneyEntry:
        """The entry, while it waits.

        Raises:
            Wrong: It has not been read yet, or is settled.
        """

    def show_dispute(self, dispute: pb.Dispute, updates: dict[str, str]) -> None:
        """Tell the operator how a dispute stands, what it is over, and what may be done once it is lost.

        Args:
            dispute: As payments tells it.
            updates: What any entry of the queue may be settled by.
        """
        over = [f"it is over {wording_money.candidate(each)}" for each in self.candidates]
        twice = wording_disputes.gone_twice(dispute, self.paid_by(dispute))
        if self.credited_by:
            over.append(wording_disputes.decides(self.credited_by, dispute, twice))
        if self.invoice_id:
            over.append(f"its invoice: `casella show invoice {self.invoice_id}`")
        if dispute.amount_differs:
            over.append(wording_disputes.differs(dispute))
        if self.may_decide(dispute) and self.service is not None:
            over.append(wording_disputes.served(self.service))
        state, coming = wording_disputes.standing(
            dispute, self.invoice_id or "INVOICE", withdrawn=bool(self.credited_by), twice=twice
        )
        offered = {}
        if self.may_decide(dispute):
            ending = {} if self.credited_by else {**self._crediting(), **wording_disputes.terminating(self.service)}
            offered = {"claim": wording_disputes.CLAIM, **ending, **updates}
            if dispute.decision == pb.DISPUTE_DECISION_CLAIM:
                del offered["claim"]
        due = dispute.evidence_by if dispute.HasField("evidence_by") else None
        self.details.stands(state, "; ".join([coming, *over]), due, updates=offered)

    def may_decide(self, dispute: pb.Dispute) -> bool:
        """Whether the payer's bank has decided for the payer, and money is gone that counts as no refund."""
        return dispute.state == pb.DISPUTE_STATE_LOST and wording.beyond_refunds(dispute).minor > 0

    def is_to_be_credited(self, entry: pb.MoneyEntry) -> bool:
        """Whether an operator has decided for a credit note that is not recorded yet, and no withdrawal issues it."""
        decided = self.may_decide(entry.dispute) and entry.dispute.decision in _CREDITED
        return not entry.settlement and decided and not self.credited_by

    async def credit_the_invoice(self, dispute: pb.Dispute) -> None:
        """The credit note for what was withdrawn, once; it settles the money."""
        self.details.stands("Crediting", "the credit note on the invoice", updates=self.remedies())
        if not self.invoice_id:
            self.details.stands(
                names.NEEDS_OPERATOR, "the invoice, which is still to come; asked for again", updates=self.remedies()
            )
            await self.wait(retries.LOOK_AGAIN, "ask again for the invoice that is to be credited")
            return
        request = invoicing_pb2.IssueCreditNoteRequest(
            credit_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.entry_id}/credit_note")),
            invoice_id=self.invoice_id,
            reason=_CREDITED[dispute.decision],
            gross=dispute.withdrawn,
            cause_date=dispute.closed_on,
        )
        note = (await quickly(InvoicingSteps.issue_credit_note, request, "issue the credit note")).document
        goes_on = names.e_invoice_id(note.document_id)
        self.details.happened(f"credit note {note.number} issued: it goes on as {goes_on}", once=True)
        settled = pb.RecordDisputeCreditNoteRequest(money_entry_id=self.entry_id, credit_note_id=note.document_id)
        await quickly(PaymentsSteps.record_dispute_credit_note, settled, "settle the dispute by its credit note")

    def remedies(self) -> dict[str, str]:
        """Where the credit note is refused, another decision helps."""
        if self.entry is None or not self.is_to_be_credited(self.entry):
            return {}
        return {"claim": wording_disputes.CLAIM, **self._crediting()}

    def _crediting(self) -> dict[str, str]:
        return {"credit_note": wording_disputes.crediting(self.service)}

    @workflow.update(
        description="After a lost dispute, or where the bank took back what had paid: the customer still owes the "
        "money, which waits as a claim until it is paid and made good by credit, or decided otherwise. "
        'Data: {"reason_code": "service_was_given"}'
    )
    async def claim(self, why: Why = NO_DATA) -> str:
        """Keep it as a claim."""
        await self.decide(pb.DISPUTE_DECISION_CLAIM, why)
        return "it waits as a claim"

    @workflow.update(
        description="As `claim`: issues a credit note on the invoice for what was taken. The cause is "
        '"dispute" once the service has ended with it (terminate first), or "agreement" within a year of the invoice. '
        "The money is settled then, and this workflow ends. "
        'Data: {"cause": "dispute", "reason_code": "customer_was_right"}'
    )
    async def credit_note(self, crediting: Crediting = NO_CREDITING) -> str:
        """Credit the invoice."""
        await self._check_not_withdrawn("credit the invoice")
        if crediting.cause == "dispute":
            await self._check_ended()
        await self.decide(_DECISIONS[crediting.cause], crediting)
        return "the credit note follows"

    @workflow.update(
        description="As `claim`: ends what the payment had paid for. A contract ends at once, or where other "
        "payments pay for the present days with those, and can be read for the closing days; nobody can take that "
        "back. An addition to an annual contract ends alone. The money is decided about besides. "
        'Data: {"reason_code": "chargeback"}'
    )
    async def terminate(self, why: Why = NO_DATA) -> str:
        """End what nobody has paid for."""
        await self._check_not_withdrawn("end what nobody has paid for")
        paid = self._paid_by_disputed()
        service = await self.read_service_now(paid)
        if not service.HasField("would_end_at"):
            raise Wrong(wording_disputes.cannot_be_ended(service))
        request = ordering_pb2.TerminateServiceRequest(
            request_id=request_id(), order_id=paid.order_id, period=period_of(paid), steering=steering_of(why),
            money_entry_id=self.entry_id,
        )  # fmt: skip
        answer = await self.steer(OrderingSteps.terminate_service, request, "end what nobody has paid for")
        self.could_write(answer)
        self.service = answer.service
        await self.take_back_addition(answer.service)
        ended = f"{wording_disputes.brought(answer.service)}: {wording_disputes.served(answer.service)}"
        self.details.steered(f"ended {ended} ({why.reason_code})")
        self.look_again()
        return f"ended {ended}. Decide about the money as well"

    @claim.validator
    def _may_claim(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self.lost_dispute()

    @credit_note.validator
    def _may_credit_note(self, crediting: Crediting = NO_CREDITING) -> None:
        check_crediting(crediting)
        if not self.lost_dispute().payment_request_id:
            raise Wrong("the payment had paid nothing, so there is no invoice to credit. There are claim and set_aside")
        self._refuse_if_withdrawn()

    @terminate.validator
    def _may_terminate(self, why: Why = NO_DATA) -> None:
        check_why(why)
        if not self.lost_dispute().account_id:
            raise Wrong("the payment had paid nothing, so it is not known whose contract it was")
        self._refuse_if_withdrawn()

    def lost_dispute(self) -> pb.Dispute:
        """The dispute of the entry, if it is to be decided about.

        Raises:
            Wrong: There is none, or the payer's bank has not decided for the payer.
        """
        entry = self.waiting_entry()
        if not entry.HasField("dispute"):
            raise Wrong("this is no dispute over a payment, and takes back nothing that had paid")
        if not self.may_decide(entry.dispute):
            raise Wrong(
                "the dispute is not lost: evidence is given at the provider, and the payer's bank decides first"
            )
        return entry.dispute

    def _paid_by_disputed(self) -> pb.PaymentRequest:
        """What the payment of the lost dispute had paid.

        Raises:
            Wrong: It is not known.
        """
        paid = self.paid_by(self.lost_dispute())
        if paid is None:
            raise Wrong("it is not known what the payment had paid: look at `casella show money`")
        return paid

    async def _check_not_withdrawn(self, what: str) -> None:
        """Refuse what a withdrawal decides that was given after the page was written.

        Raises:
            Wrong: The consumer has withdrawn.
        """
        await self.read_crediting_withdrawal()
        if self.credited_by:
            self.details.happened(f"an update was refused: {what}: the consumer has withdrawn")
            self.look_again()
            self._refuse_if_withdrawn()

    def _refuse_if_withdrawn(self) -> None:
        if self.credited_by:
            dispute = self.waiting_entry().dispute
            twice = wording_disputes.gone_twice(dispute, self.paid_by(dispute))
            decides = wording_disputes.decides(self.credited_by, dispute, twice)
            raise Wrong(f"{decides}. There are claim, credit and set_aside")

    async def _check_ended(self) -> None:
        """Refuse what says that the contract has ended while it is served (DPR 633/1972, art. 26(2)).

        Raises:
            Wrong: It has not ended.
        """
        service = await self.read_service_now(self._paid_by_disputed())
        if not service.ended:
            self.details.happened("an update was refused: credit the invoice as of an ended contract: it is served")
            raise Wrong(wording_disputes.still_served(service))
