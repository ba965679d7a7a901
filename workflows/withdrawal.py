"""Withdrawal: from a consumer's notice to the refund, its credit note, and the closing of the account."""

from collections.abc import Sequence
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names, retries, wording, wording_due, wording_money
    from workflows.activities.ordering import OrderingSteps
    from workflows.details import NEEDS_OPERATOR, Details
    from workflows.steering import NO_DATA, Why, check_offered, steering
    from workflows.steps import Response, Step, StepRefused
    from workflows.withdrawal_steps import WithdrawalSteps, is_settled_otherwise

Decision = TypeVar(
    "Decision",
    pb.RenewWithdrawalRefundRequest,
    pb.RecordWithdrawalRefundRequest,
    pb.RecordWithdrawalCreditNoteRequest,
)
"""What an operator decides about a refund that stands still."""
_GIVEN_UP = "REASON_TRANSMISSION_STATE"
"""Invoicing credits no invoice that was given up: it counts as never issued."""
_AGAIN = 'asks for the same refund anew: `{"reason_code": "mistaken_cancellation"}`'
_OUTSIDE = (
    "notes that the customer has the money already, by a way that Casella does not see; payments makes no refund then: "
    '`{"reason_code": "paid_by_hand"}`'
)
_APPROVE = "puts the transfer on the list for the bank"
_RETRY = "tries it again; `--iban IBAN --holder NAME` beside the rest sends it to another account"
_PAY_OUT = (
    "pays out the credit, which is the account's again; `--iban IBAN --holder NAME` names where to. Then note it with "
    "`refund_made_outside`"
)
_EXPORT = "then writes the file for the bank with what is approved"
_EXCEEDS = "REASON_CREDIT_EXCEEDS_INVOICE"
"""Another credit note has taken what is left."""
_NO_NOTE = 'goes on without a credit note: `{"reason_code": "invoice_given_up"}`'
_CREDITED = (
    "goes on without a credit note, because another one has credited it; what is still to be credited credit first, by "
    '`casella invoice credit`: `{"reason_code": "credited_already"}`'
)
_WITHOUT_NOTE = {_GIVEN_UP: _NO_NOTE, _EXCEEDS: _CREDITED}
"""Why a credit note may be refused for good, and what an operator may do then."""
Pending = tuple[pb.WithdrawalRefund, payments_pb2.Refund]
"""A refund that is owed, and how it stands at payments."""


@workflow.defn(name=names.WITHDRAWAL)
class Withdrawal(WithdrawalSteps):
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
        self.offered: dict[str, str] = {}
        self.stuck: list[pb.WithdrawalRefund] = []

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
            await self.suspend_sending(due.withdrawal.account_id)
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
                self.offers({"refund_made_outside": _OUTSIDE}, [each])  # where payments refuses it
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
                    if refused.reason in _WITHOUT_NOTE:
                        self.offers({"no_credit_note": _WITHOUT_NOTE[refused.reason]}, [each])
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

    def remedies(self) -> dict[str, str]:
        """What helps where a refund or a credit note was refused."""
        return self.offered

    def offers(self, updates: dict[str, str] | None = None, stuck: Sequence[pb.WithdrawalRefund] = ()) -> None:
        """Say which updates make sense now, and of which refunds they speak; the others go on by themselves."""
        self.offered, self.stuck = updates or {}, list(stuck)

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
        shown = "; ".join([*(wording_money.refund(refund) for _, refund in pending), *map(_to_be_decided, undecided)])
        given_up = [(each, refund) for each, refund in pending if refund.state == payments_pb2.REFUND_STATE_CANCELLED]
        if given_up:
            again = {} if any(_is_half(each, refund) for each, refund in given_up) else {"refund_again": _AGAIN}
            stuck = {each.refund_id: each for each, _ in given_up}
            waits = [each.money_entry_id for each, _ in given_up if each.money_entry_id]
            outside = {"refund_made_outside": _OUTSIDE} if len(waits) < len(given_up) else {}
            self.offers({**again, **outside}, list(stuck.values()))
            shown += "".join(f"; or decide at `{names.money_id(each)}`, where it waits again" for each in waits)
        late = not due.refund_late_in.ToTimedelta()
        wanted = "wanted by {}: that day has passed" if late else "wants by {}"
        yours = undecided or any(_waits_for_operator(refund, near=due.refund_near) for _, refund in pending)
        self.details.stands(
            NEEDS_OPERATOR if yours else "Refunding",
            f"the refund, which the law {wanted.format(wording.date(self.refund_by()))}: {shown}",
            due.refund_late_at,
            {**_commands(pending), **_pay_out(given_up), **self.offered},
        )


def _to_be_decided(entry: payments_pb2.MoneyEntry) -> str:
    """Money that an operator alone sends back, and how."""
    if doubt := wording_money.doubt(entry):
        how = f"decide at `{names.money_id(entry.money_entry_id)}`: {doubt}"
    elif entry.money_source == payments_pb2.MONEY_SOURCE_ANNOUNCED:
        how = "no statement has it yet: import it, or take the record back with `casella bank withdraw`"
    else:
        how = f"look at it, and send it back by `refund` at `{names.money_id(entry.money_entry_id)}`"
    return f"{wording_money.waiting(entry)}: {how}"


def _waits_for_operator(refund: payments_pb2.Refund, *, near: bool) -> bool:
    """Whether nothing moves a refund on but a person here; files are made now and then, until the law's day is near.

    By then a dispute that has taken the money is to be accepted: nothing else gives it back in time.
    """
    unexported = refund.state == payments_pb2.REFUND_STATE_APPROVED
    return (
        (near and (unexported or _is_taken(refund)))
        or _to_be_approved(refund)
        or refund.state
        in {
            payments_pb2.REFUND_STATE_FAILED,
            payments_pb2.REFUND_STATE_CANCELLED,
        }
    )


def _is_half(each: pb.WithdrawalRefund, refund: payments_pb2.Refund) -> bool:
    """Whether another refund gives back the rest of the same payment: then the whole is not asked for anew."""
    return bool(refund.paid_out_by) or _pays_credit_out(each, refund)


def _pays_credit_out(each: pb.WithdrawalRefund, refund: payments_pb2.Refund) -> bool:
    return not each.money_entry_id and refund.refund_id != each.refund_id


def _pay_out(given_up: Sequence[Pending]) -> dict[str, str]:
    """What pays credit out whose own refund was given up: it is the account's again."""
    accounts = {refund.account_id for each, refund in given_up if _pays_credit_out(each, refund)}
    return {f"casella refund credit {account} --reason withdrawal": _PAY_OUT for account in sorted(accounts)}


def _is_taken(refund: payments_pb2.Refund) -> bool:
    """Whether a dispute has taken the money, about which the payer's bank has not decided."""
    chargeback = refund.means == payments_pb2.REFUND_MEANS_CHARGEBACK
    return chargeback and refund.state == payments_pb2.REFUND_STATE_REQUESTED


def _to_be_approved(refund: payments_pb2.Refund) -> bool:
    transfer = refund.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER
    return transfer and refund.state == payments_pb2.REFUND_STATE_REQUESTED


def _commands(pending: Sequence[Pending]) -> dict[str, str]:
    """What moves transfers on that wait here; payments wakes the process once it is done."""
    to_approve = " ".join(refund.refund_id for _, refund in pending if _to_be_approved(refund))
    approved = any(refund.state == payments_pb2.REFUND_STATE_APPROVED for _, refund in pending)
    failed = [refund.refund_id for _, refund in pending if refund.state == payments_pb2.REFUND_STATE_FAILED]
    return {
        **{f"casella refund retry {each} --reason withdrawal": _RETRY for each in failed},
        **({f"casella refund approve {to_approve} --reason withdrawal": _APPROVE} if to_approve else {}),
        **({"casella refund export FILE": _EXPORT} if to_approve or approved else {}),
    }
