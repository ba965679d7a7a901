"""Each branch of a withdrawal's workflow that money, a hold or a person decides, led by a script on the real server."""

import json
from dataclasses import dataclass, field
from datetime import UTC

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT
from tests.workflows.reading import texts
from tests.workflows.script import Answer, Run, Script, refuse, running
from workflows import names
from workflows.details import DUE_AT

SOON = Duration(nanos=50_000_000)
STEPS = (
    "SuspendAccount", "SendWithdrawalReceipt", "RequestRefund", "RecordWithdrawalRefund", "IssueCreditNote",
    "RecordWithdrawalCreditNote", "CloseAccount",
)  # fmt: skip
STEPS_OF_AN_ADDITION = list(STEPS[1:-1])
WHY = {"reason_code": "looked_at"}
DAY = common_pb2.Date(year=2026, month=11, day=5)


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


def refund_of(**more: object) -> pb.WithdrawalRefund:
    """A refund of 26.48 of 26.84 euro; 4 days of a year stay owed."""
    made = pb.WithdrawalRefund(
        refund_id=str(new_id()), invoice_id=str(new_id()), credit_id=str(new_id()),
        paid=euro(2684), owed=euro(36), amount=euro(2648), served_from=DAY, served_to=DAY, days_of_term=365,
        refund_by=DAY,
    )  # fmt: skip
    for name, value in more.items():
        setattr(made, name, value)
    return made


def payout_of(minor: int, state: payments_pb2.RefundState = payments_pb2.REFUND_STATE_DONE) -> payments_pb2.Refund:
    """The transfer that pays out what account credit had paid."""
    return payments_pb2.Refund(
        refund_id=str(new_id()), state=state, means=payments_pb2.REFUND_MEANS_BANK_TRANSFER, amount=euro(minor),
        failure="iban_missing" if state == payments_pb2.REFUND_STATE_FAILED else "", account_id="ACCOUNT",
    )  # fmt: skip


@dataclass
class Told:
    """What the services say of one withdrawal; a test changes it while the workflow runs."""

    order_id: str = field(default_factory=lambda: str(new_id()))
    refunds: list[pb.WithdrawalRefund] = field(default_factory=list)
    order: pb.OrderState = pb.ORDER_STATE_FULFILLED
    closing: bool = True
    closed: bool = False
    purge_due: bool = False
    receipt: bool = False
    late_in: Duration = field(default_factory=lambda: Duration(seconds=10 * 86400))
    near: bool = False
    state: payments_pb2.RefundState = payments_pb2.REFUND_STATE_DONE
    means: payments_pb2.RefundMeans = payments_pb2.REFUND_MEANS_STRIPE
    payout: payments_pb2.Refund | None = None
    """The refund that pays out what account credit had paid."""
    taken_back_by: str = ""
    """The money entry by which the bank took back what had paid."""
    taken_by: str = ""
    """The money entry of the dispute that has taken the money."""
    evidence_by: Timestamp | None = None
    account_id: str = field(default_factory=lambda: str(new_id()))

    def __post_init__(self) -> None:
        if not self.refunds and self.order == pb.ORDER_STATE_FULFILLED:
            self.refunds = [refund_of(order_id=self.order_id)]

    def withdrawal(self) -> pb.Withdrawal:
        """The row as it stands."""
        return pb.Withdrawal(
            order_id=self.order_id, account_id=self.account_id, noticed_on=DAY, refund_by=DAY, refunds=self.refunds,
            receipt_at=MOMENT if self.receipt else None,
        )  # fmt: skip

    def advance(self, _: object) -> pb.AdvanceWithdrawalResponse:
        """What ordering's own rules say comes next."""
        answer = pb.AdvanceWithdrawalResponse(
            withdrawal=self.withdrawal(), order_state=self.order, refund_late_at=MOMENT,
            refund_late_in=self.late_in, refund_near=self.near,
        )  # fmt: skip
        if self.closing and self.order == pb.ORDER_STATE_FULFILLED:
            state = pb.SUBSCRIPTION_STATE_ENDED if self.closed else pb.SUBSCRIPTION_STATE_CLOSING
            answer.subscription.CopyFrom(pb.Subscription(state=state, end=pb.SUBSCRIPTION_END_WITHDRAWN))
        if any(each.money_entry_id and not each.HasField("refunded_at") for each in self.refunds):
            answer.next = pb.WITHDRAWAL_NEXT_REFUND_DUE
        elif self.order == pb.ORDER_STATE_OPEN:
            answer.next, answer.due = pb.WITHDRAWAL_NEXT_WAIT, "order_end"
        elif self.order == pb.ORDER_STATE_PAID:
            answer.next, answer.due = pb.WITHDRAWAL_NEXT_WAIT, "invoice"
        elif not all(each.HasField("refunded_at") for each in self.refunds):
            answer.next = pb.WITHDRAWAL_NEXT_REFUND_DUE
        elif not all(each.credit_note_id or each.credit_waived or each.money_entry_id for each in self.refunds):
            answer.next = pb.WITHDRAWAL_NEXT_CREDIT_NOTE_DUE
        elif self.order != pb.ORDER_STATE_FULFILLED or self.closed:
            answer.next = pb.WITHDRAWAL_NEXT_NOT_OPEN
        elif self.purge_due:
            answer.next = pb.WITHDRAWAL_NEXT_CLOSE_DUE
        else:
            answer.next, answer.due = pb.WITHDRAWAL_NEXT_WAIT, "purge"
            answer.due_at.CopyFrom(MOMENT)
            answer.wait.CopyFrom(LONG)
        return answer

    def script(self, **changes: Answer) -> Script:
        """The services."""
        note = invoicing.Document(document_id=str(new_id()), number="2026/9", account_id=self.account_id)
        order = pb.Order(order_id=self.order_id, account_id=self.account_id)
        order.party.last_name = "Zenobia"
        answers: dict[str, Answer] = {
            "AdvanceWithdrawal": self.advance,
            "SendWithdrawalReceipt": self.received,
            "GetOrder": lambda _: pb.GetOrderResponse(order=order),
            "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@b.example")),
            "SuspendAccount": lambda _: mailboxes_pb2.SuspendAccountResponse(),
            "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(
                payment_request=payments_pb2.PaymentRequest(payment_request_id=str(new_id()))
            ),
            "RequestRefund": self.requested,
            "GetRefund": lambda request: payments_pb2.GetRefundResponse(refund=self.refund(request.refund_id)),
            "RecordWithdrawalRefund": self.refunded,
            "RecordWithdrawalRefundFailure": self.failed,
            "RenewWithdrawalRefund": self.renewed,
            "IssueCreditNote": lambda _: invoicing.IssueCreditNoteResponse(document=note),
            "RecordWithdrawalCreditNote": self.credited,
            "GetWaitingMoney": lambda _: payments_pb2.GetWaitingMoneyResponse(),
            "CloseAccount": self.account_closed,
        }  # fmt: skip
        return Script(answers | changes)

    def received(self, _: object) -> pb.SendWithdrawalReceiptResponse:
        """The receipt is written."""
        self.receipt = True
        return pb.SendWithdrawalReceiptResponse(withdrawal=self.withdrawal())

    def refund(self, refund_id: str) -> payments_pb2.Refund:
        """A refund as payments has it."""
        if self.payout is not None and refund_id == self.payout.refund_id:
            return self.payout
        return payments_pb2.Refund(
            credited=self.payout.amount if self.payout else euro(0),
            paid_out_by=self.payout.refund_id if self.payout else "",
            refund_id=refund_id, state=self.state, means=self.means, amount=euro(2648), failure="iban_missing",
            message_id="MSG1", dispute_entry_id=self.taken_by, dispute_evidence_by=self.evidence_by,
            taken_back_by=self.taken_back_by, iban="IT60X0542811101000000123456", holder="Zenobia",
        )  # fmt: skip

    def requested(self, request: payments_pb2.RequestRefundRequest) -> payments_pb2.RequestRefundResponse:
        """Asked again it is the same refund."""
        return payments_pb2.RequestRefundResponse(refund=self.refund(request.refund_id))

    def refunded(self, request: pb.RecordWithdrawalRefundRequest) -> pb.RecordWithdrawalRefundResponse:
        """The refund is noted."""
        found = self._find(request.refund_id)
        found.refunded_at.CopyFrom(MOMENT)
        found.made_outside, found.settled_otherwise = request.HasField("steering"), request.settled_otherwise
        return pb.RecordWithdrawalRefundResponse(withdrawal=self.withdrawal())

    def failed(self, request: pb.RecordWithdrawalRefundFailureRequest) -> pb.RecordWithdrawalRefundFailureResponse:
        """The refund is owed again."""
        self._find(request.refund_id).ClearField("refunded_at")
        return pb.RecordWithdrawalRefundFailureResponse(withdrawal=self.withdrawal())

    def renewed(self, request: pb.RenewWithdrawalRefundRequest) -> pb.RenewWithdrawalRefundResponse:
        """The refund is replaced; payments knows nothing of the new one yet."""
        self._find(request.refund_id).refund_id = str(new_id())
        self.state = payments_pb2.REFUND_STATE_DONE
        return pb.RenewWithdrawalRefundResponse(withdrawal=self.withdrawal())

    def credited(self, request: pb.RecordWithdrawalCreditNoteRequest) -> pb.RecordWithdrawalCreditNoteResponse:
        """The credit note is noted, or that none is due."""
        found = self._find(request.refund_id)
        found.credit_note_id, found.credit_waived = request.credit_note_id, not request.credit_note_id
        return pb.RecordWithdrawalCreditNoteResponse(withdrawal=self.withdrawal())

    def account_closed(self, _: object) -> pb.CloseAccountResponse:
        """The purge has begun."""
        self.closed = True
        return pb.CloseAccountResponse()

    def _find(self, refund_id: str) -> pb.WithdrawalRefund:
        return next(each for each in self.refunds if each.refund_id == refund_id)


async def ended(told: Told, run: Run) -> str:
    """The closing days are over; how the run ends."""
    await run.details("### Closing")
    told.purge_due = True
    await run.handle.signal(names.WITHDRAWAL_CHANGED)
    return await run.end()


def once_each(script: Script) -> list[str]:
    made = script.order_of(*STEPS)
    return [step for number, step in enumerate(made) if step not in made[:number]]


async def test_service_stopped_receipt_refund_credit_note_closing_in_this_order(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### Closing")
        for words in ("EUR 26.84 paid, EUR 0.36 owed, EUR 26.48 refunded", "credit note 2026/9 issued"):
            assert words in shown
        assert await ended(told, run) == "done"
    assert once_each(script) == list(STEPS)
    assert script.order_of(*STEPS) == list(STEPS)  # nothing twice
    [asked], [note] = script.requests("RequestRefund"), script.requests("IssueCreditNote")
    [refund] = told.refunds
    assert (asked.refund_id, asked.amount, asked.withdrawal_order_id) == (
        refund.refund_id, refund.amount, told.order_id,
    )  # fmt: skip
    assert (note.credit_id, note.invoice_id, note.gross, note.reason) == (
        refund.credit_id, refund.invoice_id, refund.amount, invoicing.CREDIT_REASON_WITHDRAWAL,
    )  # fmt: skip
    assert (note.cause_date, note.refund_method) == (DAY, invoicing.REFUND_METHOD_ONLINE)
    assert (note.served.first_day, note.served.days_of_term) == (DAY, 365)
    [closed] = script.requests("CloseAccount")
    assert closed.reason == pb.CLOSURE_REASON_SUBSCRIPTION_ENDED


async def test_what_was_accepted_as_missing_is_credited_beside_the_refund_and_refunded_to_nobody(
    temporal: TestNamespace,
) -> None:
    """16.00 of 19.76 had paid; 0.05 stay owed."""
    told = Told()
    [refund] = told.refunds
    for name, minor in (("paid", 1600), ("owed", 5), ("amount", 1595), ("remitted", 376)):
        getattr(refund, name).CopyFrom(euro(minor))
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### Closing")
        assert "EUR 16.00 paid, EUR 3.76 accepted as missing, EUR 0.05 owed, EUR 15.95 refunded" in shown
        assert await ended(told, run) == "done"
    [asked], [note] = script.requests("RequestRefund"), script.requests("IssueCreditNote")
    assert (asked.amount, note.gross, note.remitted) == (euro(1595), euro(1971), euro(376))


async def test_before_the_payment_it_waits_for_the_orders_end_and_leaves_the_account_alone(
    temporal: TestNamespace,
) -> None:
    told = Told(order=pb.ORDER_STATE_OPEN)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("payments decides between its cancellation and a payment")
        told.order = pb.ORDER_STATE_CANCELLED
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        assert await run.end() == "done"
    assert once_each(script) == ["SendWithdrawalReceipt"]


async def test_a_payment_that_wins_is_refunded_once_it_is_invoiced(temporal: TestNamespace) -> None:
    told = Told(order=pb.ORDER_STATE_OPEN)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("### Noticed")
        told.order = pb.ORDER_STATE_PAID
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        await run.details("the invoice of what was paid")
        told.order, told.refunds = pb.ORDER_STATE_FULFILLED, [refund_of(order_id=told.order_id)]
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        assert await ended(told, run) == "done"
    assert once_each(script) == [STEPS[1], STEPS[0], *STEPS[2:]]


async def test_a_transfer_is_waited_for_until_the_bank_has_made_it(temporal: TestNamespace) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_REQUESTED, means=payments_pb2.REFUND_MEANS_BANK_TRANSFER)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "which the law wants by 2026-11-05: EUR 26.48, a transfer that waits for your approval" in shown
        assert f"- `casella refund approve {told.refunds[0].refund_id} --reason withdrawal` puts" in shown
        assert "what begins with `casella` is a command" in shown
        assert "EUR 0.36 owed, EUR 26.48 to be refunded" in shown
        due = (await run.handle.describe()).typed_search_attributes.get(DUE_AT)
        assert due == MOMENT.ToDatetime(tzinfo=UTC)
        for state, words in (
            (payments_pb2.REFUND_STATE_APPROVED, "waits for the next file for the bank"),
            (payments_pb2.REFUND_STATE_SENT, "on its way to the bank"),
        ):
            told.state = state
            await run.handle.signal(names.REFUND_CHANGED)
            shown = await run.details(words)
            assert "### Refunding" in shown
            assert ("`casella refund export FILE`" in shown) is (state == payments_pb2.REFUND_STATE_APPROVED)
            assert "casella refund approve" not in shown
        told.late_in = Duration()
        await run.handle.signal(names.LOOK_AGAIN)
        shown = await run.details("which the law wanted by 2026-11-05: that day has passed")
        told_of = [line for line in shown.splitlines() if f"refund {told.refunds[0].refund_id}" in line]
        assert [line.split(": ", 1)[-1] for line in told_of[-2:]] == ["approved", "in file MSG1 for the bank"]
        assert script.requests("IssueCreditNote") == []  # it follows the refund
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        await run.details("EUR 26.48 refunded")
        assert await ended(told, run) == "done"
    assert len({request.refund_id for request in script.requests("RequestRefund")}) == 1
    [note] = script.requests("IssueCreditNote")
    assert note.refund_method == invoicing.REFUND_METHOD_BANK_TRANSFER


async def test_a_transfer_that_no_file_has_is_a_persons_case_once_the_laws_day_is_near(
    temporal: TestNamespace,
) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_APPROVED, means=payments_pb2.REFUND_MEANS_BANK_TRANSFER)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("### Refunding")
        told.near = True
        await run.handle.signal(names.LOOK_AGAIN)
        assert "`casella refund export FILE`" in await run.details("### NeedsOperator")
        told.state = payments_pb2.REFUND_STATE_SENT  # the bank has it: there is nothing to do but to wait
        await run.handle.signal(names.REFUND_CHANGED)
        await run.details("### Refunding")
        told.taken_back_by = "018f"
        await run.handle.signal(names.LOOK_AGAIN)
        shown = await run.details("### NeedsOperator")
        assert "ON ITS WAY ALTHOUGH the bank took that money back (`money:018f`): keep the bank from executing" in shown
        assert "file MSG1" in shown


async def test_a_failed_refund_is_an_operators_case_until_payments_has_made_it(temporal: TestNamespace) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_FAILED, means=payments_pb2.REFUND_MEANS_BANK_TRANSFER)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert f"refund {told.refunds[0].refund_id}: failed (iban_missing)" in shown
        assert f"- `casella refund retry {told.refunds[0].refund_id} --reason withdrawal` tries it again" in shown
        assert f"FAILED (iban_missing): `casella refund retry {told.refunds[0].refund_id}` tries it again" in shown
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("refund_again", WHY)
        assert "may be done with it: nothing" in str(refused.value.cause)
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await ended(told, run) == "done"
    assert script.requests("RenewWithdrawalRefund") == []


async def test_what_credit_had_paid_is_waited_for_beside_the_refund_and_the_credit_note_names_both_ways(
    temporal: TestNamespace,
) -> None:
    """Paid by card and account credit: nothing is noted as made before both parts are with the customer."""
    told = Told(payout=payout_of(869, payments_pb2.REFUND_STATE_FAILED))
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert told.payout is not None
        assert f"EUR 8.69, FAILED (iban_missing): `casella refund retry {told.payout.refund_id}`" in shown
        assert f"- `casella refund retry {told.payout.refund_id} --reason withdrawal` tries it again" in shown
        assert "EUR 26.48 to be refunded" in shown
        assert script.requests("RecordWithdrawalRefund") == []
        told.payout.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        await run.details("### Closing")
        told.payout.state = payments_pb2.REFUND_STATE_FAILED  # it comes back
        await run.handle.signal(names.REFUND_CHANGED)
        await run.details("came back: it is owed again")
        told.payout.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.gross, note.refund_method) == (euro(2648), invoicing.REFUND_METHOD_ONLINE)
    assert note.other_refund == invoicing.RefundPart(method=invoicing.REFUND_METHOD_BANK_TRANSFER, amount=euro(869))


async def test_every_refund_that_gives_back_a_part_of_a_payment_is_waited_for_and_told(
    temporal: TestNamespace,
) -> None:
    """A dispute took 8.77; 12.71 go back to the card, and 5.00, which credit had paid, by a transfer."""
    by_transfer, by_card = payout_of(500, payments_pb2.REFUND_STATE_REQUESTED), payout_of(1771)
    by_card.means, by_card.paid_out_by = payments_pb2.REFUND_MEANS_STRIPE, by_transfer.refund_id
    by_card.credited.CopyFrom(by_transfer.amount)
    told = Told(means=payments_pb2.REFUND_MEANS_CHARGEBACK, payout=by_card)

    def refund(asked: payments_pb2.GetRefundRequest) -> payments_pb2.GetRefundResponse:
        last = asked.refund_id == by_transfer.refund_id
        return payments_pb2.GetRefundResponse(refund=by_transfer if last else told.refund(asked.refund_id))

    script = told.script(GetRefund=refund)
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details(f"casella refund approve {by_transfer.refund_id}")
        assert script.requests("RecordWithdrawalRefund") == []
        by_transfer.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.gross, note.refund_method) == (euro(2648), invoicing.REFUND_METHOD_ONLINE)
    assert note.other_refund == invoicing.RefundPart(method=invoicing.REFUND_METHOD_BANK_TRANSFER, amount=euro(500))


@pytest.mark.parametrize(
    ("gone", "other", "method"),
    [
        (payments_pb2.REFUND_MEANS_CHARGEBACK, payments_pb2.REFUND_MEANS_STRIPE, invoicing.REFUND_METHOD_ONLINE),
        (
            payments_pb2.REFUND_MEANS_TAKEN_BACK,
            payments_pb2.REFUND_MEANS_BANK_TRANSFER,
            invoicing.REFUND_METHOD_BANK_TRANSFER,
        ),
    ],
)
async def test_of_what_a_bank_has_returned_the_credit_note_says_so_and_of_the_rest_how_it_goes_back(
    temporal: TestNamespace,
    gone: payments_pb2.RefundMeans,
    other: payments_pb2.RefundMeans,
    method: invoicing.RefundMethod,
) -> None:
    told = Told(means=gone, payout=payout_of(1771))
    assert told.payout is not None
    told.payout.means = other
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.gross, note.refund_method) == (euro(2648), invoicing.REFUND_METHOD_RETURNED)
    assert note.other_refund == invoicing.RefundPart(method=method, amount=euro(1771))


async def test_a_payout_of_credit_that_was_given_up_is_owed_until_it_is_noted_as_made_outside(
    temporal: TestNamespace,
) -> None:
    told = Told(payout=payout_of(869, payments_pb2.REFUND_STATE_CANCELLED))
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "- `casella refund credit ACCOUNT --reason withdrawal` pays out the credit" in shown
        assert "`refund_again`" not in shown
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("refund_again", WHY)
        assert "may be done with it: refund_made_outside" in str(refused.value.cause)
        await run.handle.execute_update("refund_made_outside", WHY)
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.refund_method, note.HasField("other_refund")) == (invoicing.REFUND_METHOD_UNSPECIFIED, False)


async def test_what_credit_alone_had_paid_and_a_transfer_pays_out_is_credited_as_transferred(
    temporal: TestNamespace,
) -> None:
    told = Told(means=payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT, payout=payout_of(2648))
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.refund_method, note.HasField("other_refund")) == (invoicing.REFUND_METHOD_BANK_TRANSFER, False)


async def test_a_refund_that_comes_back_after_it_was_made_and_credited_is_an_operators_case_again(
    temporal: TestNamespace,
) -> None:
    told = Told(means=payments_pb2.REFUND_MEANS_BANK_TRANSFER)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("### Closing")
        told.state = payments_pb2.REFUND_STATE_FAILED
        await run.handle.signal(names.REFUND_CHANGED)
        shown = await run.details("### NeedsOperator")
        assert "came back: it is owed again" in shown
        assert f"`casella refund retry {told.refunds[0].refund_id}` tries it again" in shown
        told.state = payments_pb2.REFUND_STATE_CANCELLED
        await run.handle.signal(names.REFUND_CHANGED)
        assert "`refund_made_outside`" in await run.details("`refund_again`")
        await run.handle.execute_update("refund_made_outside", WHY)
        assert await ended(told, run) == "done"
    assert len(script.requests("RecordWithdrawalRefundFailure")) == 1
    assert len(script.requests("IssueCreditNote")) == 1


async def test_a_run_that_begins_after_the_end_finds_a_refund_that_came_back(temporal: TestNamespace) -> None:
    told = Told(closed=True, state=payments_pb2.REFUND_STATE_FAILED)
    told.refunds = [refund_of(order_id=told.order_id, credit_note_id=str(new_id()))]
    told.refunds[0].refunded_at.CopyFrom(MOMENT)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.REFUND_CHANGED, script, told.order_id) as run:
        await run.details("### NeedsOperator")
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await run.end() == "done"


async def test_a_cancelled_refund_is_asked_for_anew_and_no_other_one(temporal: TestNamespace) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_CANCELLED)
    other = refund_of(period_id=str(new_id()))
    told.refunds.append(other)
    first = told.refunds[0].refund_id

    def requested(request: payments_pb2.RequestRefundRequest) -> payments_pb2.RequestRefundResponse:
        answer = told.requested(request)
        if request.refund_id == other.refund_id:
            answer.refund.state = payments_pb2.REFUND_STATE_SENT
        return answer

    script = told.script(RequestRefund=requested)
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "CANCELLED at payments, but still owed" in shown
        assert f"refund {first}: cancelled at payments" in shown
        assert "`refund_again`" in shown
        await run.handle.execute_update("refund_again", WHY)
        await run.details("### Refunding")
    assert [request.refund_id for request in script.requests("RenewWithdrawalRefund")] == [first]
    asked = script.requests("RenewWithdrawalRefund")[0].steering
    assert (asked.reason_code, bool(asked.actor)) == ("looked_at", True)
    assert {request.refund_id for request in script.requests("RequestRefund")} == {
        first, told.refunds[0].refund_id, other.refund_id,
    }  # fmt: skip


async def test_what_payments_refuses_to_refund_an_operator_notes_as_made_outside(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script(RequestRefund=lambda _: refuse(errors_pb2.REASON_REFUND_TOO_MUCH, "charged back"))
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "charged back" in shown
        assert "`retry`" in shown
        assert "`refund_made_outside`" in shown
        script.answers = {
            **script.answers, "GetRefund": lambda _: refuse(errors_pb2.REASON_NOT_FOUND),
        }  # fmt: skip
        await run.handle.execute_update("refund_made_outside", WHY)
        shown = await run.details("### Closing")
        assert "credit note 2026/9 issued" in shown
        assert "an operator noted the refund as made outside Casella (looked_at)" in shown
        assert await ended(told, run) == "done"
    [noted] = script.requests("RecordWithdrawalRefund")
    assert noted.steering.reason_code == "looked_at"
    [note] = script.requests("IssueCreditNote")
    assert note.refund_method == invoicing.REFUND_METHOD_UNSPECIFIED


async def test_an_invoice_that_was_given_up_needs_no_credit_note_by_an_operators_decision(
    temporal: TestNamespace,
) -> None:
    told = Told()
    script = told.script(IssueCreditNote=lambda _: refuse(errors_pb2.REASON_TRANSMISSION_STATE, "was given up"))
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "`no_credit_note`" in shown
        assert "`refund_made_outside`" not in shown
        await run.handle.execute_update("no_credit_note", WHY)
        assert await ended(told, run) == "done"
    [waived] = script.requests("RecordWithdrawalCreditNote")
    assert (waived.credit_note_id, waived.steering.reason_code) == ("", "looked_at")


async def test_what_another_credit_note_has_credited_needs_none_by_an_operators_decision(
    temporal: TestNamespace,
) -> None:
    told = Told()
    script = told.script(IssueCreditNote=lambda _: refuse(errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE, "less is left"))
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "- `no_credit_note` goes on without a credit note, because another one has credited it" in shown
        await run.handle.execute_update("no_credit_note", {"reason_code": "credited_already"})
        assert await ended(told, run) == "done"
    [waived] = script.requests("RecordWithdrawalCreditNote")
    assert (waived.credit_note_id, waived.steering.reason_code) == ("", "credited_already")


async def test_what_a_dispute_has_taken_is_waited_for_and_lost_it_is_the_refund(temporal: TestNamespace) -> None:
    told = Told(means=payments_pb2.REFUND_MEANS_CHARGEBACK, state=payments_pb2.REFUND_STATE_REQUESTED)
    told.taken_by, told.evidence_by = "ENTRY", Timestamp(seconds=1_772_500_000)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### Refunding")
        assert "taken by the dispute that `money:ENTRY` follows: it waits for the payer's bank, by 2026-03-03" in shown
        assert "Accepted in the provider's dashboard it is lost at once" in shown
        assert f"refund {told.refunds[0].refund_id}: taken by a dispute" in shown
        told.evidence_by = None
        told.near = True
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        assert "it waits for the payer's bank, which may take months" in await run.details("### NeedsOperator")
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await ended(told, run) == "done"
    [note] = script.requests("IssueCreditNote")
    assert (note.gross, note.refund_method) == (euro(2648), invoicing.REFUND_METHOD_RETURNED)


async def test_a_dispute_that_is_won_lets_the_refund_leave_and_the_credit_note_follows(temporal: TestNamespace) -> None:
    told = Told(means=payments_pb2.REFUND_MEANS_CHARGEBACK, state=payments_pb2.REFUND_STATE_REQUESTED)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("### Refunding")
        told.means, told.state = payments_pb2.REFUND_MEANS_STRIPE, payments_pb2.REFUND_STATE_SENT
        await run.handle.signal(names.REFUND_CHANGED)
        await run.details("on its way to card or PayPal")
        assert script.requests("IssueCreditNote") == []
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await ended(told, run) == "done"


async def test_another_refusal_of_the_credit_note_is_mended_and_tried_again(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script(IssueCreditNote=lambda _: refuse(errors_pb2.REASON_NOT_FOUND, "no such invoice"))
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "`no_credit_note`" not in shown
        script.answers = told.script().answers
        await run.handle.execute_update("retry", {"reason_code": "cause_mended"})
        assert await ended(told, run) == "done"
    assert len({request.credit_id for request in script.requests("IssueCreditNote")}) == 1
    assert len(script.requests("RecordWithdrawalRefund")) == 1


async def test_a_run_that_begins_again_from_the_top_refunds_and_credits_nothing_twice(temporal: TestNamespace) -> None:
    told = Told()
    script = told.script()
    for _ in range(2):
        async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
            await run.details("### Closing")  # then it is terminated
    assert [len(script.requests(name)) for name in ("RequestRefund", "IssueCreditNote", "SendWithdrawalReceipt")] == [
        1, 1, 1,
    ]  # fmt: skip
    suspended = [request.cause for request in script.requests("SuspendAccount")]
    assert suspended == [mailboxes_pb2.SUSPENSION_CAUSE_WITHDRAWN] * 2  # harmless


async def test_a_run_that_dies_between_refund_and_note_asks_for_the_same_refund_and_the_same_credit(
    temporal: TestNamespace,
) -> None:
    told = Told()
    for lost in ("RecordWithdrawalRefund", "RecordWithdrawalCreditNote"):
        script = told.script(**{lost: lambda _: refuse(errors_pb2.REASON_NOT_FOUND, "lost")})
        async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
            await run.details("### NeedsOperator")
        before = script
        script = told.script()
        async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
            await run.details("### Closing")
        asked, id_name = ("RequestRefund", "refund_id") if "Refund" in lost else ("IssueCreditNote", "credit_id")
        assert {getattr(each, id_name) for each in before.requests(asked)} == {
            getattr(each, id_name) for each in script.requests(asked)
        }
        told.refunds[0].ClearField("credit_note_id")


async def test_a_legal_hold_or_waiting_money_holds_the_closing(temporal: TestNamespace) -> None:
    told = Told(purge_due=True)
    held = True

    def close(request: object) -> object:
        return refuse(errors_pb2.REASON_LEGAL_HOLD) if held else told.account_closed(request)

    script = told.script(CloseAccount=close)
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        shown = await run.details("### Held")
        assert f"casella hold release {told.account_id}" in shown
        held = False
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        assert await run.end() == "done"


async def test_a_wrong_argument_changes_nothing(temporal: TestNamespace) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_CANCELLED)
    script = told.script()
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        await run.details("### NeedsOperator")
        for data in ({}, {"reason_code": "Because!"}, {"reason_code": "looked_at", "iban": "IT60"}):
            with pytest.raises(WorkflowUpdateFailedError):
                await run.handle.execute_update("refund_again", data)
    assert script.requests("RenewWithdrawalRefund") == []


async def test_nothing_of_the_customer_stands_in_the_history(temporal: TestNamespace) -> None:
    told = Told(state=payments_pb2.REFUND_STATE_FAILED)
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, told.script(), told.order_id) as run:
        await run.details("### NeedsOperator")
        history = json.loads((await run.handle.fetch_history()).to_json())
    marks = ("Zenobia", "IT60X05", "a@b.example")
    assert [text for text in texts(history) if any(mark in text for mark in marks)] == []


async def test_a_withdrawn_addition_takes_its_places_with_it_and_closes_no_account(temporal: TestNamespace) -> None:
    told = Told(closing=False)

    def advance(request: object) -> pb.AdvanceWithdrawalResponse:
        answer = told.advance(request)
        answer.added_items.add(size=mailboxes_pb2.MAILBOX_SIZE_25_GB, quantity=2, options=["archive"])
        if answer.next == pb.WITHDRAWAL_NEXT_WAIT:
            answer.next = pb.WITHDRAWAL_NEXT_NOT_OPEN
        return answer

    script = told.script(AdvanceWithdrawal=advance, TakeBackPlaces=lambda _: mailboxes_pb2.TakeBackPlacesResponse())
    async with running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id) as run:
        assert await run.end() == "done"
        shown = await run.details("### Done")
    assert "the added places are taken back; the contract goes on without them" in shown
    [request] = script.requests("TakeBackPlaces")
    assert (request.account_id, request.order_id) == (told.account_id, told.order_id)
    assert [(entry.size, entry.mailboxes) for entry in request.sizes] == [(mailboxes_pb2.MAILBOX_SIZE_25_GB, 2)]
    assert [(entry.mailboxes, list(entry.options)) for entry in request.ordered] == [(2, ["archive"])]
    assert once_each(script) == STEPS_OF_AN_ADDITION
