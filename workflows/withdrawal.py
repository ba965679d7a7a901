"""Withdrawal: from a consumer's notice to the refund, its credit note, and the closing of the account."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.common.v1.common_pb2 import Subject
    from casella.mailboxes.v1.mailboxes_pb2 import SUSPENSION_CAUSE_WITHDRAWN
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, retries, wording, wording_due, wording_money
    from workflows.details import Details
    from workflows.steps import StepRefused
    from workflows.withdrawal_decisions import OUTSIDE, WITHOUT_NOTE, WithdrawalDecisions
    from workflows.withdrawal_pending import Pending, commands, pay_out, to_be_decided, waits_for_operator
    from workflows.withdrawal_steps import is_settled_otherwise


@workflow.defn(name=names.WITHDRAWAL)
class Withdrawal(WithdrawalDecisions):
    """Stops the service, waits until it is known what was paid, gives it back, and sees the account out."""

    taken_back = False
    """Whether the places that a withdrawn addition brought were taken back."""
    stopped = False
    """Whether sending was stopped because the consumer has withdrawn."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the order's id."""
        super().__init__(Details(f"Withdrawal from order {subject.id}", f"casella show order {subject.id}"))
        self.order_id = subject.id
        self.withdrawal = pb.Withdrawal()
        self.told = {}

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the withdrawal from the order with this id to its end."""
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        self.offers()
        while True:
            self.listen()
            due = await self.do_what_is_due()
            if await self.found_failed(due.withdrawal):
                continue
            self.withdrawal = due.withdrawal
            await self.stop_service(due)
            await self.take_back_addition(due)
            if not due.withdrawal.HasField("receipt_at"):
                await self.send_receipt()
            match due.next:
                case pb.WITHDRAWAL_NEXT_WAIT:
                    await self.wait_for(due)
                case pb.WITHDRAWAL_NEXT_REFUND_DUE:
                    await self.refund(due)
                case pb.WITHDRAWAL_NEXT_CREDIT_NOTE_DUE:
                    await self.credit(due.withdrawal)
                case pb.WITHDRAWAL_NEXT_CLOSE_DUE:
                    await self.close_account(due.withdrawal.account_id)
                case _:
                    return self.end()

    async def stop_service(self, due: pb.AdvanceWithdrawalResponse) -> None:
        """What is there can be read and exported until the closing days are over, and sends nothing."""
        closing = due.subscription.state == pb.SUBSCRIPTION_STATE_CLOSING
        if closing and due.subscription.end == pb.SUBSCRIPTION_END_WITHDRAWN and not self.stopped:
            await self.suspend_sending(due.withdrawal.account_id, SUSPENSION_CAUSE_WITHDRAWN)
            self.details.happened("the service has ended: mailboxes can be read until the account is closed", once=True)
            self.stopped = True

    async def take_back_addition(self, due: pb.AdvanceWithdrawalResponse) -> None:
        """A withdrawn addition takes its places with it; the annual contract to which it was added goes on."""
        if due.added_items and due.order_state == pb.ORDER_STATE_FULFILLED and not self.taken_back:
            await self.take_back_places(due.withdrawal.account_id, self.order_id, due.added_items)
            self.details.happened("the added places are taken back; the contract goes on without them", once=True)
            self.taken_back = True

    async def wait_for(self, due: pb.AdvanceWithdrawalResponse) -> None:
        """Wait for news of what was paid, or for the end of the closing days."""
        coming = wording_due.on_withdrawal(due.due)
        self.details.stands("Closing" if due.HasField("due_at") else "Noticed", coming, due.due_at)
        if due.HasField("due_at"):
            await self.wait(due.wait, coming)
        else:
            await self.wait(retries.LOOK_AGAIN, f"look again; coming: {coming}")

    async def refund(self, due: pb.AdvanceWithdrawalResponse) -> None:
        """Give back what is not owed, and wait until it is with the customer."""
        pending = list[Pending]()
        undecided = list[payments_pb2.MoneyEntry]()
        for each in due.withdrawal.refunds:
            if each.HasField("refunded_at"):
                continue
            if each.money_entry_id:
                entry = await self.read_money(each)
                if is_settled_otherwise(entry):
                    await self.note_otherwise(each, entry)
                    continue
                parts = await self.send_money_back(each, entry)
                if not parts:
                    undecided.append(entry)
                    continue
            else:
                self.offers({"refund_made_outside": OUTSIDE}, [each])  # where payments refuses it
                parts = await self.ask_for_refund(each)
                self.offers()
            left = [(each, part) for part in parts if part.state != payments_pb2.REFUND_STATE_DONE]
            if not left:
                await self.note_refund(each)
            pending += left
        if pending or undecided:
            self.show_pending(due, pending, undecided)
            late_in = due.refund_late_in.ToTimedelta() or retries.LOOK_AGAIN
            await self.wait(min(late_in, retries.LOOK_AGAIN), "look again whether the refund was made")
            self.offers()

    async def found_failed(self, withdrawal: pb.Withdrawal) -> bool:
        """Whether a refund that was made came back: then it is owed again, whatever came after it."""
        failed = [
            each
            for each in withdrawal.refunds
            if each.HasField("refunded_at")
            and not (each.made_outside or each.settled_otherwise)
            and await self.has_failed(each)
        ]
        for each in failed:
            await self.note_failure(each)
        return bool(failed)

    async def credit(self, withdrawal: pb.Withdrawal) -> None:
        """The credit note of each refund, which follows it; the workflow of its e-invoice emails it."""
        for each in withdrawal.refunds:
            if not (each.credit_note_id or each.credit_waived or each.money_entry_id):
                try:
                    note = await self.issue_credit_note(withdrawal, each)
                except StepRefused as refused:
                    if refused.reason in WITHOUT_NOTE:
                        self.offers({"no_credit_note": WITHOUT_NOTE[refused.reason]}, [each])
                    raise
                await self.note_credit_note(each, note)  # last: with it nothing is owed

    def end(self) -> str:
        """Say how it ended."""
        made = any(not each.settled_otherwise for each in self.withdrawal.refunds)
        refunded = ", what was paid and is not owed is refunded" if made else ""
        self.details.happened(f"the withdrawal is done{refunded}", once=True)
        self.details.stands("Done", "nothing: the withdrawal is done")
        return "done"

    @workflow.signal(
        name=names.WITHDRAWAL_CHANGED, description="What the withdrawal waits for has changed: look again."
    )
    def withdrawal_changed(self) -> None:
        """The notice was given, or a payment for the contract was decided."""
        self.look_again()

    @workflow.signal(name=names.REFUND_CHANGED, description="Its refund has changed: look again.")
    def refund_changed(self) -> None:
        """Payments knows more of the refund."""
        self.look_again()

    def refund_by(self) -> common_pb2.Date:
        """The last day for the first refund that is owed."""
        owed = [each.refund_by for each in self.withdrawal.refunds if not each.HasField("refunded_at")]
        return min(owed, key=lambda day: (day.year, day.month, day.day))

    def show_pending(
        self,
        due: pb.AdvanceWithdrawalResponse,
        pending: Sequence[Pending],
        undecided: Sequence[payments_pb2.MoneyEntry] = (),
    ) -> None:
        """Tell the operator which refund is not with the customer yet, and whose turn it is."""
        shown = "; ".join([*(wording_money.refund(refund) for _, refund in pending), *map(to_be_decided, undecided)])
        given_up = [(each, refund) for each, refund in pending if refund.state == payments_pb2.REFUND_STATE_CANCELLED]
        if given_up:
            self.offers_for_cancelled(given_up)
            waits = [each.money_entry_id for each, _ in given_up if each.money_entry_id]
            shown += "".join(f"; or decide at `{names.money_id(each)}`, where it waits again" for each in waits)
        late = not due.refund_late_in.ToTimedelta()
        wanted = "wanted by {}: that day has passed" if late else "wants by {}"
        yours = undecided or any(waits_for_operator(refund, near=due.refund_near) for _, refund in pending)
        self.details.stands(
            names.NEEDS_OPERATOR if yours else "Refunding",
            f"the refund, which the law {wanted.format(wording.date(self.refund_by()))}: {shown}",
            due.refund_late_at,
            {**commands(pending), **pay_out(given_up), **self.offered},
        )
