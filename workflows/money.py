"""Money: money that pays nothing by itself, until an operator decides; where it is refunded, until it has left.

Short money that waits too long is invoiced as a part payment meanwhile (`workflows.part_payment`).
"""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from google.protobuf.timestamp_pb2 import Timestamp

    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows import names, wording, wording_money
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.details import NEEDS_OPERATOR, Details
    from workflows.money_dispute import DisputeProcess
    from workflows.money_email import MoneyEmail
    from workflows.part_payment import PartPayment
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering
    from workflows.steering_money import (
        NO_ACCOUNT,
        NO_ASSIGNMENT,
        Assignment,
        ForAccount,
        check_assignment,
        check_for_account,
        optional_day,
    )
    from workflows.steps import quickly
    from workflows.waiting_money import waiting_money

_ENDS = {
    pb.MONEY_SETTLEMENT_ASSIGNED: "assigned",
    pb.MONEY_SETTLEMENT_CREDITED: "credited",
    pb.MONEY_SETTLEMENT_REFUNDED: "refunded",
    pb.MONEY_SETTLEMENT_SET_ASIDE: "set aside",
    pb.MONEY_SETTLEMENT_WITHDRAWN: "withdrawn",
    pb.MONEY_SETTLEMENT_KEPT: "kept",
    pb.MONEY_SETTLEMENT_CREDIT_NOTE: "credit note",
    pb.MONEY_SETTLEMENT_TAKEN_BACK: "taken back",
}
_DISPUTED = pb.MONEY_ENTRY_REASON_DISPUTED
_TAKEN_BACK = (pb.MONEY_ENTRY_REASON_REVERSED, _DISPUTED)
_CREDIT = 'makes it credit of an account: `{{"account_id": "{}", "reason_code": "customer_agrees"}}`'
_LOWER = 'lowers the credit that an account has of it: `{{"account_id": "{}", "reason_code": "taken_back"}}`'
_REFUND = 'sends it back to its payer: `{"reason_code": "not_for_us"}`'
_SET_ASIDE = (
    "takes it out of the queue, where it is none of the customers' or is settled outside: "
    '`{"reason_code": "not_from_a_customer"}`'
)
_ANY_NUMBER, _ANY_ACCOUNT = "NUMBER", "ACCOUNT"
"""What stands in an example where nothing tells which is right: no proforma and no account has such a name."""
_ASSIGN = (
    "pays that payment request with it, and with short money that waits for it; the rest becomes credit. "
    '`"accept_shortfall": true` lets a little less pay, `"booked_on": "2026-11-24"` gives a day to money without one, '
    '`"accept_late": true` lets it pay after the last day for its invoice: '
    '`{{"proforma_number": "{}", "reason_code": "payer_confirmed"}}`'
)


@workflow.defn(name=names.MONEY)
class Money(PartPayment, MoneyEmail, DisputeProcess):
    """Waits for ``assign``, ``credit``, ``refund`` or ``set_aside``; of a dispute see ``workflows.money_dispute``."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin with the entry's id."""
        super().__init__(Details(f"Money entry {subject.id}", f"casella show money {subject.id}"))
        self.entry_id = subject.id
        self.invoice_id = self.credited_by = ""
        self.decided = False
        self.withdrawn: ordering_pb2.RecordWithdrawalMoneyResponse | None = None
        """The withdrawal from what it names, as read last; None where there is none."""
        self.was_settled = False
        """Whether it was settled before this run began, which then tells what its row knows of that."""
        self.refunding = False
        """Whether it was to go back when it was read last."""

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
        end = _ENDS[entry.settlement]
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

    async def read_withdrawal(self, entry: pb.MoneyEntry, candidates: Sequence[pb.PaymentRequest]) -> None:
        """Whether the consumer has withdrawn from what the money names: then the withdrawal owes it."""
        self.withdrawn = None
        decided = [each for each in candidates if each.state != pb.PAYMENT_REQUEST_STATE_OPEN]
        money = waiting_money(entry, decided)
        if entry.reason in _TAKEN_BACK or entry.taken_back_by or not (money.order_ids or money.period_ids):
            return
        request = ordering_pb2.RecordWithdrawalMoneyRequest(money=money)
        what = "ask whether the consumer has withdrawn from what it names"
        answer = await quickly(OrderingSteps.record_withdrawal_money, request, what)
        if answer.HasField("withdrawal"):
            self.withdrawn = answer

    def show_waiting(self, candidates: Sequence[pb.PaymentRequest]) -> None:
        """Tell the operator since when it waits, what it may be for, what it holds, and what may be done."""
        entry = self.waiting_entry()
        open_ones = [each for each in candidates if each.state == pb.PAYMENT_REQUEST_STATE_OPEN]
        accounts = {each.account_id for each in candidates}
        if len(accounts) == 1:
            self.details.concerns(account=candidates[0].account_id, order=candidates[0].order_id)
        named = [each for each in candidates if each.payment_request_id in entry.named]
        names_open = any(each in open_ones for each in named or candidates)
        if entry.reason == _DISPUTED:
            self.show_dispute(entry.dispute, self.offered(entry, candidates, open_ones))
            return
        told = [f"nothing by itself: it waits for your decision since {wording.day(entry.created_at)}"]
        if doubt := wording_money.doubt(entry):
            told.append(doubt)
        if self.withdrawn is not None:
            told[0] = f"{self.told_of_withdrawal(self.withdrawn)}; it waits since {wording.day(entry.created_at)}"
        elif entry.HasField("invoice_by") and names_open:
            told.append(f"should it pay what it names, the invoice is due by {wording.date(entry.invoice_by)}")
        others = [each for each in candidates if each not in open_ones]
        told += [f"it may be for {wording_money.candidate(each)}" for each in [*open_ones, *others]]
        if entry.money_source == pb.MONEY_SOURCE_ANNOUNCED:
            told.append("it was recorded by hand; recorded by mistake, `casella bank withdraw` takes it back")
        elif names_open and entry.reason not in _TAKEN_BACK and not entry.taken_back_by:
            told.append("an open order or period that it names by reference or number does not expire meanwhile")
        if entry.reason not in _TAKEN_BACK and not entry.taken_back_by:
            told += map(_held, sorted({each.account_id for each in named}))
        told += self.told_of_part_payment(entry.advance)
        due: Timestamp | None = entry.advance.due_at if entry.advance.HasField("wait") else None
        if self.withdrawn is not None:
            due = self.withdrawn.refund_late_at
        self.details.stands(NEEDS_OPERATOR, "; ".join(told), due, self.offered(entry, candidates, open_ones))

    def told_of_withdrawal(self, withdrawn: ordering_pb2.RecordWithdrawalMoneyResponse) -> str:
        """From what the consumer has withdrawn, who sends the money back, and by when."""
        theirs = [each for each in withdrawn.withdrawal.refunds if each.money_entry_id == self.entry_id]
        by = wording.date(theirs[0].refund_by)
        goes_on = names.withdrawal_id(withdrawn.withdrawal.order_id)
        return (
            f"the consumer has withdrawn from what it names: it must be back by {by} (consumer code, art. 56(1)). "
            f"`{goes_on}` sends it back, or says what that waits for"
        )

    def offered(
        self, entry: pb.MoneyEntry, candidates: Sequence[pb.PaymentRequest], open_ones: Sequence[pb.PaymentRequest]
    ) -> dict[str, str]:
        """The updates that make sense for this money, with data that fit it."""
        named = [each for each in candidates if each.payment_request_id in entry.named]
        accounts = {each.account_id for each in named or candidates}
        account = accounts.pop() if len(accounts) == 1 else _ANY_ACCOUNT
        if entry.reason in _TAKEN_BACK:
            return {"credit": _LOWER.format(account), "set_aside": _SET_ASIDE}
        if entry.taken_back_by:
            return {"set_aside": _SET_ASIDE}
        theirs = [each.proforma_number for each in open_ones if each.account_id == account and each.proforma_number]
        number = theirs[0] if theirs else _ANY_NUMBER
        updates = {"assign": _ASSIGN.format(number), "credit": _CREDIT.format(account)}
        if entry.money_source != pb.MONEY_SOURCE_ANNOUNCED:
            updates["refund"] = _REFUND
        return {**updates, "set_aside": _SET_ASIDE}

    def remedies(self) -> dict[str, str]:
        """What an operator may do about waiting money helps after a refusal, too."""
        if self.entry is None or self.entry.settlement:
            return {}
        if self.entry.reason == _DISPUTED:
            return super().remedies()
        open_ones = [each for each in self.candidates if each.state == pb.PAYMENT_REQUEST_STATE_OPEN]
        return self.offered(self.entry, self.candidates, open_ones)

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
        doubt = wording_money.doubt(entry)
        if refund.state == pb.REFUND_STATE_FAILED and doubt:
            self.details.stands(
                NEEDS_OPERATOR,
                f"nothing by itself: {doubt}. The refund has failed ({refund.failure}): "
                f"`casella refund cancel {refund.refund_id}` gives it up, which settles the two entries together",
            )
        elif refund.state == pb.REFUND_STATE_FAILED:
            self.details.stands(
                NEEDS_OPERATOR,
                f"{why}nothing by itself: the refund has failed ({refund.failure}). "
                f"`casella refund retry {refund.refund_id}` tries it again, where wanted to another account; "
                f"`casella refund cancel {refund.refund_id}` puts the money back into the queue",
                due,
            )
        elif refund.state != pb.REFUND_STATE_DONE:
            self.details.stands(
                "Refunding",
                f"{why}the refund leaves: {wording_money.refund(refund)}. Transfers leave by "
                "`casella refund export FILE`, and are done when a statement has them"
                + (f". BUT {doubt}" if doubt else ""),
                due,
            )
        return refund.state != pb.REFUND_STATE_DONE

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

    def waiting_entry(self) -> pb.MoneyEntry:
        """The entry, while it waits.

        Raises:
            Wrong: It has not been read yet, or is settled.
        """
        if self.entry is None:
            raise Wrong("the money is still being read: send it again in a moment")
        if self.entry.settlement:
            raise Wrong(f"the money is settled already: it is {_ENDS[self.entry.settlement]}")
        return self.entry

    @workflow.update(
        description="Pays a payment request with the money, and with short money that waits for the same; what is left "
        'over becomes credit of its account. "payment_request_id" may stand in place of the proforma\'s number. '
        '"accept_shortfall": true lets a little less pay, within the policy\'s tolerance; "booked_on": "2026-11-24" '
        'gives a day to money without one; "accept_late": true lets it pay after the last day for its invoice, which '
        'is late for good then. Data: {"proforma_number": "NUMBER", "reason_code": "payer_confirmed"}'
    )
    async def assign(self, assignment: Assignment = NO_ASSIGNMENT) -> str:
        """Give it to a payment request."""
        request = pb.AssignMoneyRequest(
            request_id=request_id(),
            money_entry_id=self.entry_id,
            accept_shortfall=assignment.accept_shortfall,
            accept_late=assignment.accept_late,
            booked_on=optional_day(assignment.booked_on),
            steering=steering(assignment),
        )
        if assignment.payment_request_id:
            request.payment_request_id = assignment.payment_request_id
        else:
            request.proforma_number = assignment.proforma_number
        answer = await self.steer(PaymentsSteps.assign_money, request, "give the money to a payment request")
        paid = answer.payment_request
        result = f"paid {wording_money.asked_by(paid)}"
        if answer.credited.minor:
            result += f"; {wording.amount(answer.credited)} became credit of its account"
        if answer.HasField("invoice_was_due"):
            result += f"; the last day for its invoice was {wording.date(answer.invoice_was_due)}: tell your accountant"
        return self._settled(f"assigned it ({assignment.reason_code}): {result}", result)

    @workflow.update(
        description="Makes the money credit of an account, which its next proforma uses; money that was taken back "
        'lowers the credit instead. Data: {"account_id": "0193a5b0-1111-7d55-9f3b-0242ac120002", '
        '"reason_code": "customer_agrees"}'
    )
    async def credit(self, to: ForAccount = NO_ACCOUNT) -> str:
        """Give it to an account."""
        request = pb.CreditMoneyRequest(
            request_id=request_id(), money_entry_id=self.entry_id, account_id=to.account_id, steering=steering(to)
        )
        answer = await self.steer(PaymentsSteps.credit_money, request, "make the money account credit")
        result = f"the account has a credit of {wording.amount(answer.credit)} now"
        return self._settled(f"credited it to account {to.account_id} ({to.reason_code})", result)

    @workflow.update(
        description="Sends the money back to its payer: to card or PayPal at once, by transfer with the next file of "
        '`casella refund export`. Data: {"reason_code": "not_for_us"}'
    )
    async def refund(self, why: Why = NO_DATA) -> str:
        """Send it back."""
        request = pb.RequestRefundRequest(
            refund_id=request_id(), money_entry_id=self.entry_id, reason_code=why.reason_code, steering=steering(why)
        )
        if self.withdrawn is not None:
            request.withdrawal_order_id = self.withdrawn.withdrawal.order_id
        answer = await self.steer(PaymentsSteps.request_refund, request, "refund the money")
        return self._settled(f"refunds it ({why.reason_code})", wording_money.refund(answer.refund))

    @workflow.update(
        description="Takes the money out of the queue, where it is none of the customers' or was settled outside of "
        'Casella; it is booked as set aside. Data: {"reason_code": "not_from_a_customer"}'
    )
    async def set_aside(self, why: Why = NO_DATA) -> str:
        """Take it out of the queue."""
        request = pb.SetMoneyAsideRequest(request_id=request_id(), money_entry_id=self.entry_id, steering=steering(why))
        await self.steer(PaymentsSteps.set_money_aside, request, "set the money aside")
        return self._settled(f"set it aside ({why.reason_code})", "set aside")

    @assign.validator
    def _may_assign(self, assignment: Assignment = NO_ASSIGNMENT) -> None:
        check_assignment(assignment)
        if self.waiting_entry().reason in _TAKEN_BACK:
            raise Wrong("this is money that was taken back: it pays nothing. There are credit and set_aside")
        self._check_is_here()

    @credit.validator
    def _may_credit(self, to: ForAccount = NO_ACCOUNT) -> None:
        check_for_account(to)
        self._may_settle()
        self._check_is_here()

    @refund.validator
    def _may_refund(self, why: Why = NO_DATA) -> None:
        check_why(why)
        entry = self.waiting_entry()
        if entry.reason in _TAKEN_BACK:
            raise Wrong("this is money that was taken back: there is nothing to refund. There are credit and set_aside")
        self._check_is_here()
        if entry.money_source == pb.MONEY_SOURCE_ANNOUNCED:
            raise Wrong(
                "no statement has told of this money yet: import it, or take the record back with "
                "`casella bank withdraw`"
            )

    @set_aside.validator
    def _may_set_aside(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._may_settle()

    def _check_is_here(self) -> None:
        """Refuse what only money that is still ours could do.

        Raises:
            Wrong: The bank or the provider took it back.
        """
        if self.waiting_entry().taken_back_by:
            raise Wrong("the bank took this money back: it pays nothing. There is set_aside")

    def _may_settle(self) -> None:
        if self.waiting_entry().reason == _DISPUTED:
            self.lost_dispute()

    def _settled(self, deed: str, result: str) -> str:
        self.decided = True
        self.details.steered(deed)
        self.look_again()
        return result


def _held(account_id: str) -> str:
    """What money that names something of an account holds of it, until it is settled."""
    return (
        f"until it is settled it holds the purge of account {account_id}, where that has not begun, by at most "
        "`ordering.hold_days` days, and its erasure"
    )
