"""How money that waits goes back: by an operator's refund, and where the consumer has withdrawn, by the withdrawal."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from google.protobuf.timestamp_pb2 import Timestamp

    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, wording, wording_money
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.process import Process
    from workflows.steps import quickly
    from workflows.waiting_money import TAKES_BACK, waiting_money


class MoneyReturn(Process):
    """Money that waits, as far as it goes back."""

    entry_id: str
    candidates: Sequence[pb.PaymentRequest]
    withdrawn: ordering_pb2.RecordWithdrawalMoneyResponse | None = None
    """The withdrawal from what it names, as read last; None where there is none."""
    was_settled = False
    """Whether it was settled before this run began, which then tells what its row knows of that."""
    refunding = False
    """Whether it was to go back when it was read last."""

    async def read_withdrawal(self, entry: pb.MoneyEntry, candidates: Sequence[pb.PaymentRequest]) -> None:
        """Whether the consumer has withdrawn from what the money names: then the withdrawal owes it."""
        self.withdrawn = None
        decided = [each for each in candidates if each.state != pb.PAYMENT_REQUEST_STATE_OPEN]
        money = waiting_money(entry, decided)
        if entry.reason in TAKES_BACK or entry.taken_back_by or not (money.order_ids or money.period_ids):
            return
        request = ordering_pb2.RecordWithdrawalMoneyRequest(money=money)
        what = "ask whether the consumer has withdrawn from what it names"
        answer = await quickly(OrderingSteps.record_withdrawal_money, request, what)
        if answer.HasField("withdrawal"):
            self.withdrawn = answer

    async def refund_is_under_way(self, entry: pb.MoneyEntry) -> bool:
        """Whether the money is to go back and has not left yet; told to the operator."""
        if entry.settlement != pb.MONEY_SETTLEMENT_REFUNDED:
            return False
        self.refunding = True
        request = pb.GetRefundRequest(refund_id=entry.settled_to)
        refund = (await quickly(PaymentsSteps.get_refund, request, "read the refund")).refund
        if self.was_settled:
            self.details.happened(f"before this run: {wording_money.refund_asked(refund)}", once=True)
        why, due = await self.why_it_goes_back(entry, refund)
        self.show_refund(entry, refund, why, due)
        return refund.state != pb.REFUND_STATE_DONE

    def show_refund(self, entry: pb.MoneyEntry, refund: pb.Refund, why: str, due: Timestamp | None) -> None:
        """Tell the operator whose turn it is with money on its way back, and why it perhaps should not go."""
        twice = wording_money.refund_doubt(entry)
        if refund.state == pb.REFUND_STATE_FAILED and entry.taken_back_by:
            self.details.stands(
                names.NEEDS_OPERATOR,
                f"nothing by itself: the bank took this money back (entry {entry.taken_back_by}), and its refund has "
                f"failed ({refund.failure}): "
                f"`casella refund cancel {refund.refund_id}` gives it up, which settles the two entries together",
            )
        elif refund.state == pb.REFUND_STATE_FAILED:
            self.details.stands(
                names.NEEDS_OPERATOR,
                f"{why}nothing by itself: {twice}the refund has failed ({refund.failure}). "
                f"`casella refund retry {refund.refund_id}` tries it again, where wanted to another account; "
                f"`casella refund cancel {refund.refund_id}` puts the money back into the queue",
                due,
            )
        elif refund.state != pb.REFUND_STATE_DONE and entry.taken_back_by:
            self.details.stands(
                names.NEEDS_OPERATOR,
                f"nothing by itself: the bank took this money back (entry {entry.taken_back_by}), and its refund is on "
                f"its way all the same: {wording_money.refund(refund)}. {wording_money.stop_refund(refund)}",
            )
        elif refund.state != pb.REFUND_STATE_DONE:
            self.details.stands(
                "Refunding",
                f"{why}{twice}the refund leaves: {wording_money.refund(refund)}. Transfers leave by "
                "`casella refund export FILE`, and are done when a statement has them",
                due,
            )

    async def why_it_goes_back(self, entry: pb.MoneyEntry, refund: pb.Refund) -> tuple[str, Timestamp | None]:
        """The withdrawal because of which it goes back, and when its last day has passed; nothing without one."""
        if not refund.withdrawal_order_id or refund.state == pb.REFUND_STATE_DONE:
            return "", None
        if self.withdrawn is None:
            request = ordering_pb2.RecordWithdrawalMoneyRequest(money=waiting_money(entry, self.candidates))
            answer = await quickly(OrderingSteps.record_withdrawal_money, request, "read the withdrawal")
            self.withdrawn = answer if answer.HasField("withdrawal") else None
        if self.withdrawn is None:
            return "", None
        return f"{self.told_of_withdrawal(self.withdrawn)}; ", self.withdrawn.refund_late_at

    def told_of_withdrawal(self, withdrawn: ordering_pb2.RecordWithdrawalMoneyResponse) -> str:
        """From what the consumer has withdrawn, who sends the money back, and by when."""
        theirs = [each for each in withdrawn.withdrawal.refunds if each.money_entry_id == self.entry_id]
        by = wording.date(theirs[0].refund_by)
        goes_on = names.withdrawal_id(withdrawn.withdrawal.order_id)
        return (
            f"the consumer has withdrawn from what it names: it must be back by {by} (consumer code, art. 56(1)). "
            f"`{goes_on}` sends it back, or says what that waits for"
        )

    async def tell_withdrawal(self, entry: pb.MoneyEntry) -> None:
        """A withdrawal does not send money back that an operator gave to something else."""
        if self.withdrawn is None or entry.settlement == pb.MONEY_SETTLEMENT_REFUNDED:
            return
        withdrawal = self.withdrawn.withdrawal
        (theirs,) = (each for each in withdrawal.refunds if each.money_entry_id == self.entry_id)
        request = ordering_pb2.RecordWithdrawalRefundRequest(
            order_id=withdrawal.order_id, refund_id=theirs.refund_id, settled_otherwise=True
        )
        what = "tell the withdrawal that the money was settled otherwise"
        await quickly(OrderingSteps.record_withdrawal_refund, request, what)
