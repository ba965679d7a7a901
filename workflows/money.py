"""Money: money that pays nothing by itself, until an operator decides; where it is refunded, until it has left.

What may be decided stands in `workflows.money_settling`, of a dispute in `workflows.money_dispute`; how money goes back
in `workflows.money_return`. Short money that waits too long is invoiced as a part payment (`workflows.part_payment`).
"""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from google.protobuf.timestamp_pb2 import Timestamp

    from casella.common.v1.common_pb2 import Subject
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, wording_money, wording_settling
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import Details
    from workflows.money_email import MoneyEmail
    from workflows.money_settling import MoneySettling
    from workflows.part_payment import PartPayment
    from workflows.steps import quickly


@workflow.defn(name=names.MONEY)
class Money(PartPayment, MoneyEmail, MoneySettling):
    """Waits until it is settled, invoices and credits a part payment, and sees a refund out."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the entry's id."""
        super().__init__(Details(f"Money entry {subject.id}", f"casella show money {subject.id}"))
        self.entry_id = subject.id
        self.invoice_id = self.credited_by = ""

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the money with this entry's id until it is settled."""
        return await self.follow(self.proceed)

    async def proceed(self) -> str:
        """The process."""
        while not (entry := await self.read_and_invoice()).settlement or await self.refund_is_under_way(entry):
            if self.is_to_be_credited(entry):
                await self.credit_the_invoice(entry.dispute)
            else:
                await self.wait_for_decision(entry.advance)
        await self.credit_part_payment(entry)
        await self.tell_withdrawal(entry)
        end = wording_settling.ENDS[entry.settlement]
        await workflow.wait_condition(workflow.all_handlers_finished)  # an update tells of itself
        if entry.settlement == pb.MONEY_SETTLEMENT_TAKEN_BACK:
            self.details.happened(wording_money.taken_back(entry, refunding=self.refunding), once=True)
        elif entry.settlement == pb.MONEY_SETTLEMENT_REFUNDED or not (self.decided or self.was_settled):
            self.details.happened(end)
        self.details.stands(end.title().replace(" ", ""), "nothing: the money is settled")
        return end

    @workflow.signal(name=names.MONEY_CHANGED, description="The money waits, or something became of it: look at it.")
    def money_changed(self) -> None:
        """Payments has a row for this workflow."""
        self.look_again()

    async def read(self) -> pb.MoneyEntry:
        """The entry's row as it stands; while it waits, shown with what it may be for, and told to the customer."""
        self.listen()
        request = pb.GetMoneyEntryRequest(money_entry_id=self.entry_id)
        answer = await quickly(PaymentsSteps.get_money_entry, request, "read the money entry")
        if self.entry is None and answer.entry.settlement:
            self.was_settled = True
            self.details.happened(f"before this run: {wording_money.settled(answer.entry)}")
        self.entry, self.candidates = answer.entry, answer.candidates
        self.details.knows(wording_money.money_that_came(answer.entry))
        if not answer.entry.settlement:
            await self.read_withdrawal(answer.entry, answer.candidates)
            if answer.entry.HasField("dispute") and self.may_decide(answer.entry.dispute):
                await self.read_service(answer.entry.dispute)
            self.show_waiting(answer.candidates)
            if answer.entry.HasField("dispute") and await self.learn_of_invoice(answer.entry.dispute):
                self.show_waiting(answer.candidates)
        if answer.entry.HasField("email_due") and self.withdrawn is None:
            await self.tell_customer(answer.entry.email_due)
        return answer.entry

    def show_waiting(self, candidates: Sequence[pb.PaymentRequest]) -> None:
        """Tell the operator since when it waits, what it may be for, what it holds, and what may be done."""
        entry = self.waiting_entry()
        accounts = {each.account_id for each in candidates}
        if len(accounts) == 1:
            self.details.concerns(account=candidates[0].account_id, order=candidates[0].order_id)
        offered = wording_settling.offered(entry, candidates)
        if entry.HasField("dispute"):
            self.show_dispute(entry.dispute, offered)
            return
        due: Timestamp | None = entry.advance.due_at if entry.advance.HasField("wait") else None
        withdrawn = ""
        if self.withdrawn is not None:
            withdrawn, due = self.told_of_withdrawal(self.withdrawn), self.withdrawn.refund_late_at
        told = [*wording_settling.waits(entry, candidates, withdrawn), *self.told_of_part_payment(entry.advance)]
        self.details.stands(names.NEEDS_OPERATOR, "; ".join(told), due, offered)
