"""What an operator decides about a withdrawal whose refund or credit note stands still."""

from collections.abc import Sequence
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2 as pb
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import Details
    from workflows.steering import NO_DATA, Why, check_offered, steering
    from workflows.steps import Response, Step
    from workflows.withdrawal_pending import Pending, is_half
    from workflows.withdrawal_steps import WithdrawalSteps

Decision = TypeVar(
    "Decision",
    pb.RenewWithdrawalRefundRequest,
    pb.RecordWithdrawalRefundRequest,
    pb.RecordWithdrawalCreditNoteRequest,
)
"""What an operator decides about a refund that stands still."""
_AGAIN = 'asks for the same refund anew: `{"reason_code": "mistaken_cancellation"}`'
OUTSIDE = (
    "notes that the customer has the money already, by a way that Casella does not see; payments makes no refund then: "
    '`{"reason_code": "paid_by_hand"}`'
)
_GIVEN_UP = "REASON_TRANSMISSION_STATE"
"""Invoicing credits no invoice that was given up: it counts as never issued."""
_EXCEEDS = "REASON_CREDIT_EXCEEDS_INVOICE"
"""Another credit note has taken what is left."""
_NO_NOTE = 'goes on without a credit note: `{"reason_code": "invoice_given_up"}`'
_CREDITED = (
    "goes on without a credit note, because another one has credited it; what is still to be credited credit first, by "
    '`casella invoice credit`: `{"reason_code": "credited_already"}`'
)
WITHOUT_NOTE = {_GIVEN_UP: _NO_NOTE, _EXCEEDS: _CREDITED}
"""Why a credit note may be refused for good, and what an operator may do then."""


class WithdrawalDecisions(WithdrawalSteps):
    """Which decisions make sense now, and how they are carried to ordering."""

    def __init__(self, details: Details) -> None:
        """Begin with nothing to decide."""
        super().__init__(details)
        self.offered: dict[str, str] = {}
        self.stuck: list[pb.WithdrawalRefund] = []

    def remedies(self) -> dict[str, str]:
        """What helps where a refund or a credit note was refused."""
        return self.offered

    def offers(self, updates: dict[str, str] | None = None, stuck: Sequence[pb.WithdrawalRefund] = ()) -> None:
        """Say which updates make sense now, and of which refunds they speak; the others go on by themselves."""
        self.offered, self.stuck = updates or {}, list(stuck)

    def offers_for_cancelled(self, cancelled: Sequence[Pending]) -> None:
        """Say what may be done about refunds that were given up at payments."""
        again = {} if any(is_half(each, refund) for each, refund in cancelled) else {"refund_again": _AGAIN}
        stuck = {each.refund_id: each for each, _ in cancelled}
        wait = all(each.money_entry_id for each, _ in cancelled)
        outside = {} if wait else {"refund_made_outside": OUTSIDE}
        self.offers({**again, **outside}, list(stuck.values()))

    @workflow.update(
        description="Asks anew for a refund that was cancelled at payments; the sum stays. "
        'Data: {"reason_code": "mistaken_cancellation"}'
    )
    async def refund_again(self, why: Why = NO_DATA) -> str:
        """Replace the refunds that were given up, by an operator's decision."""
        request = pb.RenewWithdrawalRefundRequest
        await self._decide(OrderingSteps.renew_withdrawal_refund, request, "replace the cancelled refund", why)
        return self._decided(f"asked for the refund anew ({why.reason_code})", "the refund is asked for anew")

    @refund_again.validator
    def _may_refund_again(self, why: Why = NO_DATA) -> None:
        check_offered("refund_again", why, self.offered, "withdrawal")

    @workflow.update(
        description="Notes that the customer has the money already, by a way that Casella does not see, such as a "
        'transfer by hand; payments makes no refund then. Data: {"reason_code": "paid_by_hand"}'
    )
    async def refund_made_outside(self, why: Why = NO_DATA) -> str:
        """Note refunds as made, by an operator's word."""
        request = pb.RecordWithdrawalRefundRequest
        self.stuck = [each for each in self.stuck if not each.money_entry_id]  # that is set aside where it waits
        await self._decide(OrderingSteps.record_withdrawal_refund, request, "note the refund as made outside", why)
        return self._decided(
            f"noted the refund as made outside Casella ({why.reason_code})", "noted; the credit note follows"
        )

    @refund_made_outside.validator
    def _may_note_refund(self, why: Why = NO_DATA) -> None:
        check_offered("refund_made_outside", why, self.offered, "withdrawal")

    @workflow.update(
        description="Goes on without a credit note, because the invoice was given up and counts as never issued, or "
        'another credit note has credited it. Data: {"reason_code": "invoice_given_up"}'
    )
    async def no_credit_note(self, why: Why = NO_DATA) -> str:
        """Note that no credit note is due, by an operator's decision."""
        request = pb.RecordWithdrawalCreditNoteRequest
        await self._decide(OrderingSteps.record_withdrawal_credit_note, request, "note that none is due", why)
        return self._decided(
            f"decided that no credit note is due ({why.reason_code})", "it goes on without a credit note"
        )

    @no_credit_note.validator
    def _may_go_without(self, why: Why = NO_DATA) -> None:
        check_offered("no_credit_note", why, self.offered, "withdrawal")

    async def _decide(self, step: Step[Decision, Response], request: type[Decision], what: str, why: Why) -> None:
        """Carry an operator's decision to ordering for every refund that stands still."""
        for each in self.stuck:
            decision = request(order_id=self.order_id, refund_id=each.refund_id, steering=steering(why))
            await self.steer(step, decision, what)

    def _decided(self, deed: str, result: str) -> str:
        self.details.steered(deed)
        self.look_again()
        return result
