"""What an operator decides about money that waits: it pays something, becomes credit, goes back, or is none of theirs.

Of two operators who decide at once payments lets one win. What may be decided of a dispute stands in
`workflows.money_dispute`.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.payments.v1 import payments_pb2 as pb
    from services.kit.money import written
    from workflows import wording, wording_money
    from workflows.activities.payments import PaymentsSteps
    from workflows.money_dispute import DisputeProcess
    from workflows.money_return import MoneyReturn
    from workflows.steering import NO_DATA, Why, Wrong, check_why, request_id, steering
    from workflows.steering_money import (
        NO_ACCOUNT,
        NO_ASSIGNMENT,
        NO_PAYOUT,
        NO_RETURN,
        Assignment,
        ForAccount,
        Payout,
        Returning,
        check_assignment,
        check_for_account,
        check_payout,
        check_returning,
        fees_of,
        optional_day,
    )
    from workflows.waiting_money import TAKES_BACK, has_arrived, may_be_payout
    from workflows.wording_settling import ENDS, offered


class MoneySettling(MoneyReturn, DisputeProcess):
    """Money that waits, as far as an operator settles it."""

    decided = False
    """Whether an update has settled it in this run."""

    def waiting_entry(self) -> pb.MoneyEntry:
        """The entry, while it waits.

        Raises:
            Wrong: It has not been read yet, or is settled.
        """
        if self.entry is None:
            raise Wrong("the money is still being read: send it again in a moment")
        if self.entry.settlement:
            raise Wrong(f"the money is settled already: it is {ENDS[self.entry.settlement]}")
        return self.entry

    def remedies(self) -> dict[str, str]:
        """What an operator may do about waiting money helps after a refusal, too."""
        if self.entry is None or self.entry.settlement:
            return {}
        if self.entry.HasField("dispute"):
            return super().remedies()
        return offered(self.entry, self.candidates)

    @workflow.update(
        description="Pays a payment request with the money, and with short money that waits for the same; what is left "
        'over becomes credit of its account. "payment_request_id" may stand in place of the proforma\'s number. '
        '"accept_shortfall": true lets a little less pay, within the policy\'s tolerance; "booked_on": "2026-11-24" '
        'gives a day to money without one; "accept_late": true lets it pay after the last day for its invoice, which '
        'is late for good then; "accept_other": true lets it pay another one than it names. '
        'Data: {"proforma_number": "NUMBER", "reason_code": "payer_confirmed"}'
    )
    async def assign(self, assignment: Assignment = NO_ASSIGNMENT) -> str:
        """Give it to a payment request."""
        request = pb.AssignMoneyRequest(
            request_id=request_id(),
            money_entry_id=self.entry_id,
            accept_shortfall=assignment.accept_shortfall,
            accept_late=assignment.accept_late,
            accept_other=assignment.accept_other,
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
            result += f"; {written(answer.credited)} became credit of its account"
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
        result = f"the account has a credit of {written(answer.credit)} now"
        return self._settled(f"credited it to account {to.account_id} ({to.reason_code})", result)

    @workflow.update(
        description="Sends the money back to its payer: to card or PayPal at once, by transfer with the next file of "
        "`casella refund export`. Where other money of what it names was taken back, it may be the new payment of "
        'that: then only with "accept_taken_back": true. Data: {"reason_code": "not_for_us"}'
    )
    async def refund(self, why: Returning = NO_RETURN) -> str:
        """Send it back."""
        request = pb.RequestRefundRequest(
            refund_id=request_id(), money_entry_id=self.entry_id, reason_code=why.reason_code, steering=steering(why),
            accept_taken_back=why.accept_taken_back,
        )  # fmt: skip
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

    @workflow.update(
        description="Books the money as a payout of the payment provider to our bank account: out of what lies at the "
        "provider, with the fees that it kept, which may be left out. More than lies there by the ledger is "
        'refused, unless "accept_more": true; `casella bank unbook` takes back what was booked by mistake. '
        'Data: {"fees": "12.34", "reason_code": "stripe_payout"}'
    )
    async def payout(self, payout: Payout = NO_PAYOUT) -> str:
        """Book it out of what lies at the provider."""
        request = pb.BookPayoutRequest(
            request_id=request_id(), money_entry_id=self.entry_id, fees=fees_of(payout), steering=steering(payout),
            accept_more=payout.accept_more,
        )  # fmt: skip
        await self.steer(PaymentsSteps.book_payout, request, "book the payout")
        result = "booked as a payout of the payment provider"
        if request.HasField("fees"):
            result += f", which kept {written(request.fees)}"
        result += f"; a mistake is undone by `casella bank unbook {self.entry_id}`"
        return self._settled(f"{result} ({payout.reason_code})", result)

    @assign.validator
    def _may_assign(self, assignment: Assignment = NO_ASSIGNMENT) -> None:
        check_assignment(assignment)
        if self.waiting_entry().reason in TAKES_BACK:
            raise Wrong("this is money that was taken back: it pays nothing. There are credit and set_aside")
        self._check_is_here()

    @credit.validator
    def _may_credit(self, to: ForAccount = NO_ACCOUNT) -> None:
        check_for_account(to)
        self._may_settle()
        self._check_is_here()

    @refund.validator
    def _may_refund(self, why: Returning = NO_RETURN) -> None:
        check_returning(why)
        entry = self.waiting_entry()
        if entry.reason in TAKES_BACK:
            raise Wrong("this is money that was taken back: there is nothing to refund. There are credit and set_aside")
        self._check_is_here()
        if not has_arrived(entry):
            raise Wrong(
                "no statement has told of this money yet: import it, or take the record back with "
                "`casella bank withdraw`"
            )
        if entry.perhaps_gone_back_by:
            raise Wrong(
                f"a debit of the same amount waits ({entry.perhaps_gone_back_by}) of which the restored rows know "
                "nothing: where it is the refund of this money, set both aside; where it is not, set the debit aside "
                "first"
            )

    @set_aside.validator
    def _may_set_aside(self, why: Why = NO_DATA) -> None:
        check_why(why)
        self._may_settle()

    @payout.validator
    def _may_be_payout(self, payout: Payout = NO_PAYOUT) -> None:
        check_payout(payout)
        if not may_be_payout(self.waiting_entry()):
            raise Wrong(
                "only money of a bank statement that names no payment request and was not taken back is a payout"
            )

    def _check_is_here(self) -> None:
        """Refuse what only money that is still ours could do.

        Raises:
            Wrong: The bank or the provider took it back.
        """
        if self.waiting_entry().taken_back_by:
            raise Wrong("the bank took this money back: it pays nothing. There is set_aside")

    def _may_settle(self) -> None:
        if self.waiting_entry().HasField("dispute"):
            self.lost_dispute()

    def _settled(self, deed: str, result: str) -> str:
        self.decided = True
        self.details.steered(deed)
        self.look_again()
        return result
