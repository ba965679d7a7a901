"""A dispute over a payment by card or PayPal: the payer's bank decides it, and what follows a loss an operator.

The payment stays paid and the invoice stands meanwhile. Evidence is given in the provider's dashboard, not here.
"""

import uuid
from abc import abstractmethod
from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.invoicing.v1 import invoicing_pb2
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, retries, wording, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import NEEDS_OPERATOR
    from workflows.service_end import ServiceEnd
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
_CLAIM = 'keeps it as a claim, which the customer still owes: `{"reason_code": "service_was_given"}`'
_CREDIT_NOTE = (
    "issues a credit note on the invoice for what was withdrawn, because the contract has ended with it; with "
    '`"cause": "agreement"` because it was agreed: `{"reason_code": "customer_was_right"}`'
)
_CREDIT_AGREED = (
    "issues a credit note on the invoice for what was withdrawn, because it was agreed; because the contract has ended "
    'only once it has: `{"cause": "agreement", "reason_code": "customer_agrees"}`'
)
_TERMINATE = (
    'ends {}, {}, which nobody can take back; decide about the money after it: `{{"reason_code": "chargeback"}}`'
)
_DECIDES = (
    "the consumer has withdrawn: what the dispute takes counts as given back, and `{}` gives back the rest and issues "
    "the credit note"
)
_CONTRACT, _ADDITION = "the contract", "what the order added to its contract, which goes on"
_SAYS_ENDED = "with this cause the note says that it has ended"
_AGREED = 'credit by agreement: `"cause": "agreement"`'
_IN_A_MOMENT = "send it again in a moment"


class DisputeProcess(ServiceEnd):
    """What a dispute adds to the process of money that waits."""

    entry_id: str
    entry: pb.MoneyEntry | None
    candidates: Sequence[pb.PaymentRequest]
    invoice_id: str
    """Of what the disputed payment had paid; empty until it is known."""
    credited_by: str
    """The order whose withdrawal decides how much of that invoice is credited; empty where none does."""
    service: ordering_pb2.ServiceEnd | None = None
    """Of what it had paid, as read last; None until then, and where it is not known what that is."""
    places_taken = False
    """Whether the places of an addition that was terminated are taken back."""

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
        if self.credited_by:
            over.append(_DECIDES.format(names.withdrawal_id(self.credited_by)))
        if self.invoice_id:
            over.append(f"its invoice: `casella show invoice {self.invoice_id}`")
        if dispute.amount_differs:
            over.append("MORE IS DISPUTED THAN THE PAYMENT HAD BROUGHT, or in another currency: look at the provider")
        if self.may_decide(dispute) and self.service is not None:
            over.append(_served(self.service))
        state, coming = _standing(dispute, self.invoice_id or "INVOICE", withdrawn=bool(self.credited_by))
        offered = {}
        if self.may_decide(dispute):
            ending = {} if self.credited_by else {"credit_note": self._crediting(), **self._terminating()}
            offered = {"claim": _CLAIM, **ending, **updates}
            if dispute.decision == pb.DISPUTE_DECISION_CLAIM:
                del offered["claim"]
        due = dispute.evidence_by if dispute.HasField("evidence_by") else None
        self.details.stands(state, "; ".join([coming, *over]), due, updates=offered)

    def may_decide(self, dispute: pb.Dispute) -> bool:
        """Whether the payer's bank has decided for the payer, and money is gone that counts as no refund."""
        return dispute.state == pb.DISPUTE_STATE_LOST and dispute.withdrawn.minor > dispute.counted_as_refund.minor

    def is_to_be_credited(self, entry: pb.MoneyEntry) -> bool:
        """Whether an operator has decided for a credit note that is not recorded yet, and no withdrawal issues it."""
        decided = self.may_decide(entry.dispute) and entry.dispute.decision in _CREDITED
        return not entry.settlement and decided and not self.credited_by

    async def credit_the_invoice(self, dispute: pb.Dispute) -> None:
        """The credit note for what was withdrawn, once; it settles the money."""
        self.details.stands("Crediting", "the credit note on the invoice", updates=self.remedies())
        if not self.invoice_id:
            self.details.stands(
                NEEDS_OPERATOR, "the invoice, which is still to come; asked for again", updates=self.remedies()
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
        return {"claim": _CLAIM, "credit_note": self._crediting()}

    def _crediting(self) -> str:
        """What the credit note may say as the service stands."""
        return _CREDIT_NOTE if self.service is not None and self.service.ended else _CREDIT_AGREED

    def _terminating(self) -> dict[str, str]:
        """The termination, where there is something for it to end."""
        service = self.service
        if service is None or not service.HasField("would_end_at"):
            return {}
        ends = "at once" if service.would_end_at_once else f"at {wording.day(service.would_end_at)}"
        return {"terminate": _TERMINATE.format(_ADDITION if service.addition else _CONTRACT, ends)}

    def _paid(self, dispute: pb.Dispute) -> pb.PaymentRequest | None:
        """What the disputed payment had paid; None where it is not known."""
        paid = (each for each in self.candidates if each.payment_request_id == dispute.payment_request_id)
        return next(paid, None)

    async def read_service(self, dispute: pb.Dispute) -> None:
        """Until when it is served what the disputed payment had paid; the end of an addition is carried out."""
        paid = self._paid(dispute)
        if paid is not None:
            asked = _end_of(paid)
            self.service = (await quickly(OrderingSteps.get_service_end, asked, "read until when it is served")).service
            await self._take_back_addition(self.service)

    async def _take_back_addition(self, service: ordering_pb2.ServiceEnd) -> None:
        """The places that an addition brought go with it; the annual contract to which it was added goes on."""
        if service.take_back and not self.places_taken:
            await self.take_back_places(service.account_id, service.order_id, service.take_back)
            self.details.happened("the added places are taken back; the contract goes on without them", once=True)
            self.places_taken = True

    async def learn_of_invoice(self, dispute: pb.Dispute) -> bool:
        """Read the invoice, and whether a withdrawal decides about it; whether that is news."""
        known = (self.invoice_id, self.credited_by)
        await self.read_invoice(dispute)
        await self.read_crediting_withdrawal()
        return known != (self.invoice_id, self.credited_by)

    async def read_crediting_withdrawal(self) -> None:
        """Whether the consumer has withdrawn from what the invoice is for."""
        if self.invoice_id:
            asked = ordering_pb2.FindInvoiceWithdrawalRequest(invoice_id=self.invoice_id)
            what = "read whether the consumer has withdrawn"
            self.credited_by = (await quickly(OrderingSteps.find_invoice_withdrawal, asked, what)).order_id

    async def read_invoice(self, dispute: pb.Dispute) -> str:
        """The invoice of what the disputed payment had paid; empty where there is none, or none yet."""
        paid = self._paid(dispute)
        if paid is not None and not self.invoice_id:
            if paid.HasField("period"):
                period = ordering_pb2.GetPeriodRequest(period_id=paid.period.period_id)
                found = (await quickly(OrderingSteps.get_period, period, "read the period's invoice")).period
                self.invoice_id = found.invoice_id
            else:
                order = ordering_pb2.GetOrderRequest(order_id=paid.order_id)
                sold = (await quickly(OrderingSteps.get_order, order, "read the order's invoice")).order
                self.invoice_id = sold.invoice_id
        return self.invoice_id

    @workflow.update(
        description="After a lost dispute: the customer still owes the money, which waits as a claim until it is paid "
        'and set aside, or decided otherwise. Data: {"reason_code": "service_was_given"}'
    )
    async def claim(self, why: Why = NO_DATA) -> str:
        """Keep it as a claim."""
        await self._decide(pb.DISPUTE_DECISION_CLAIM, why)
        return "it waits as a claim"

    @workflow.update(
        description="After a lost dispute: issues a credit note on the invoice for what was withdrawn. The cause is "
        '"dispute" once the service has ended with it (terminate first), or "agreement" within a year of the invoice. '
        "The money is settled then, and this workflow ends. "
        'Data: {"cause": "dispute", "reason_code": "customer_was_right"}'
    )
    async def credit_note(self, crediting: Crediting = NO_CREDITING) -> str:
        """Credit the invoice."""
        await self._check_not_withdrawn("credit the invoice")
        if crediting.cause == "dispute":
            await self._check_ended()
        await self._decide(_DECISIONS[crediting.cause], crediting)
        return "the credit note follows"

    @workflow.update(
        description="After a lost dispute: ends what the payment had paid for. A contract ends at once, or where other "
        "payments pay for the present days with those, and can be read for the closing days; nobody can take that "
        "back. An addition to an annual contract ends alone. The money is decided about besides. "
        'Data: {"reason_code": "chargeback"}'
    )
    async def terminate(self, why: Why = NO_DATA) -> str:
        """End what nobody has paid for."""
        await self._check_not_withdrawn("end what nobody has paid for")
        paid = self._paid_by_disputed()
        service = await self._read_service_now(paid)
        if not service.HasField("would_end_at"):
            raise Wrong(_cannot_be_ended(service))
        request = ordering_pb2.TerminateServiceRequest(request_id=request_id(), steering=steering_of(why))
        if paid.HasField("period"):
            request.period.CopyFrom(paid.period)
        else:
            request.order_id = paid.order_id
        answer = await self.steer(OrderingSteps.terminate_service, request, "end what nobody has paid for")
        self.could_write(answer)
        self.service = answer.service
        await self._take_back_addition(answer.service)
        ended = f"{_ADDITION if answer.service.addition else _CONTRACT}: {_served(answer.service)}"
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
        if entry.reason != pb.MONEY_ENTRY_REASON_DISPUTED:
            raise Wrong("this is no dispute over a payment")
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
        paid = self._paid(self.lost_dispute())
        if paid is None:
            raise Wrong("it is not known what the payment had paid: look at `casella show money`")
        return paid

    async def _read_service_now(self, paid: pb.PaymentRequest) -> ordering_pb2.ServiceEnd:
        answer = await self.steer(OrderingSteps.get_service_end, _end_of(paid), "read until when it is served")
        self.service = answer.service
        return answer.service

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
            decides = _DECIDES.format(names.withdrawal_id(self.credited_by))
            raise Wrong(f"{decides}. There are claim, credit and set_aside")

    async def _check_ended(self) -> None:
        """Refuse what says that the contract has ended while it is served (DPR 633/1972, art. 26(2)).

        Raises:
            Wrong: It has not ended.
        """
        service = await self._read_service_now(self._paid_by_disputed())
        if not service.ended:
            self.details.happened("an update was refused: credit the invoice as of an ended contract: it is served")
            raise Wrong(_is_served(service))

    async def _decide(self, decision: pb.DisputeDecision, why: Why) -> None:
        request = pb.DecideDisputeRequest(
            request_id=request_id(), money_entry_id=self.entry_id, decision=decision, steering=steering_of(why)
        )
        await self.steer(PaymentsSteps.decide_dispute, request, "decide about the lost dispute")
        name = pb.DisputeDecision.Name(decision).removeprefix("DISPUTE_DECISION_").lower().replace("_", " ")
        self.details.steered(f"decided: {name} ({why.reason_code})")
        self.look_again()


def _end_of(paid: pb.PaymentRequest) -> ordering_pb2.GetServiceEndRequest:
    if paid.HasField("period"):
        return ordering_pb2.GetServiceEndRequest(period=paid.period)
    return ordering_pb2.GetServiceEndRequest(order_id=paid.order_id)


def _served(service: ordering_pb2.ServiceEnd) -> str:
    """Until when it is served what the disputed payment had paid."""
    at = f" at {wording.day(service.ends_at)}" if service.HasField("ends_at") else ""
    if service.ended:
        return f"the service has ended{at}"
    if service.ending:
        return f"the service ends now,{at}"
    return f"the service ends{at}" if at else "the service goes on"


def _cannot_be_ended(service: ordering_pb2.ServiceEnd) -> str:
    """Why a termination would change nothing."""
    if service.renewed:
        return (
            "the contract's renewal was asked for with what the order added, which ends with the contract alone: keep "
            f"the money as a claim, or {_AGREED}"
        )
    if service.ended or service.HasField("ends_at"):
        return f"{_served(service)} already"
    return f"the order is not fulfilled yet: {_IN_A_MOMENT}"


def _is_served(service: ordering_pb2.ServiceEnd) -> str:
    """Why no credit note may say that it has ended, and what leads there."""
    if service.ending:
        return f"{_served(service)}, and is just being stopped: {_IN_A_MOMENT}"
    if service.HasField("would_end_at"):
        ends = "at once" if service.would_end_at_once else f"at {wording.day(service.would_end_at)}"
        return f"{_served(service)}, and {_SAYS_ENDED}: `terminate` first, which ends it {ends}, or {_AGREED}"
    if service.HasField("ends_at"):
        return f"{_served(service)}, and {_SAYS_ENDED}: send it again once it has, or {_AGREED}"
    if service.renewed:
        return f"what the order added is renewed with its contract and goes on, and {_SAYS_ENDED}: {_AGREED}"
    return f"the order is not fulfilled yet: {_IN_A_MOMENT}"


def _standing(dispute: pb.Dispute, invoice: str, *, withdrawn: bool) -> tuple[str, str]:
    """Where a dispute stands, and what comes next.

    Args:
        dispute: The dispute.
        invoice: The invoice's id.
        withdrawn: A withdrawal decides about that invoice.
    """
    match dispute.state:
        case pb.DISPUTE_STATE_INQUIRY:
            return _inquiry(dispute, invoice)
        case pb.DISPUTE_STATE_NEEDS_RESPONSE | pb.DISPUTE_STATE_UNDER_REVIEW if dispute.counted_as_refund.minor:
            return _counted(dispute)
        case pb.DISPUTE_STATE_NEEDS_RESPONSE:
            over = "the day for it has passed: see there how it stands"
            return NEEDS_OPERATOR, (
                "give evidence in the provider's dashboard in time: without it the dispute is lost"
                f"{f'; {over}' if dispute.evidence_over else ''}"
            )
        case pb.DISPUTE_STATE_UNDER_REVIEW:
            return "Disputed", "the decision of the payer's bank, which may take months"
        case pb.DISPUTE_STATE_LOST if dispute.withdrawn.minor > 0:
            return _lost(dispute, withdrawn=withdrawn)
        case _:
            return "Disputed", "the money's way at the provider, of which its next event tells"


def _lost(dispute: pb.Dispute, *, withdrawn: bool) -> tuple[str, str]:
    """The same of one that is lost: what it took is gone."""
    counted = dispute.counted_as_refund
    if dispute.decision == pb.DISPUTE_DECISION_CLAIM:
        return "Claim", (
            "nothing by itself: the customer owes it. Once it is paid it comes to the queue by itself: set both "
            "aside then"
        )
    if counted.minor:
        rest = common_pb2.Money(minor=dispute.withdrawn.minor - counted.minor, currency=counted.currency)
        return NEEDS_OPERATOR, (
            f"nothing by itself: the dispute is lost. {wording.amount(counted)} of it is the refund of the withdrawal; "
            f"it took {wording.amount(rest)} more, which the customer still owes: decide about that"
        )
    if withdrawn:
        return NEEDS_OPERATOR, (
            "the withdrawal, which counts what the dispute took as given back: let it go first. Where it has refunded "
            "already, decide"
        )
    return NEEDS_OPERATOR, "nothing by itself: the dispute is lost, and the invoice stands: decide"


def _counted(dispute: pb.Dispute) -> tuple[str, str]:
    """The same of one that has taken what a withdrawal gives back: to contest it is to keep the consumer waiting."""
    counted = wording.amount(dispute.counted_as_refund)
    ends = f"lost, {counted} of it is the refund of the withdrawal, which waits for it; won, that refund leaves"
    if dispute.state == pb.DISPUTE_STATE_UNDER_REVIEW:
        return "Disputed", f"the decision of the payer's bank, which may take months: {ends}"
    over = ": the day for evidence has passed, see there how it stands" if dispute.evidence_over else ""
    return NEEDS_OPERATOR, (
        f"accept the dispute in the provider's dashboard, where nothing is to be contested{over}: {ends}"
    )


def _inquiry(dispute: pb.Dispute, invoice: str) -> tuple[str, str]:
    """The same of a question that the payer's bank asks before it disputes: it may be refunded."""
    if dispute.refunded.minor >= dispute.amount.minor:
        return "Disputed", (
            f"the end of the inquiry, of which the provider tells: {wording.amount(dispute.refunded)} of the payment "
            "is refunded here, and nothing is left to be done"
        )
    answer = "answer it in the provider's dashboard"
    if dispute.evidence_over:
        answer = "the day for an answer has passed: see in the provider's dashboard how it stands"
    refund = f"`casella invoice credit {invoice} --cause agreement --refund online --reason inquiry`"
    return NEEDS_OPERATOR, (
        f"the payer's bank asks before it disputes, and nothing is withdrawn yet: {answer}, or refund the payment "
        f"there or here, by {refund}"
    )
