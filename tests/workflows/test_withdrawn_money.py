"""Money that paid nothing of what a consumer has withdrawn from: the withdrawal sends it back, its own page says so."""

from datetime import UTC
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT
from tests.workflows.script import Script, refuse, running
from tests.workflows.test_money_branches import CANDIDATE, ORDER, REQUEST, an_entry, payments, settle
from tests.workflows.test_withdrawal_branches import DAY, WHY, Told, euro, refund_of
from workflows import names
from workflows.details import DUE_AT

REFUNDED = payments_pb2.MONEY_SETTLEMENT_REFUNDED
SHORT, TWICE = payments_pb2.MONEY_ENTRY_REASON_SHORT, payments_pb2.MONEY_ENTRY_REASON_TWICE
BANK, STRIPE, ANNOUNCED = (
    payments_pb2.MONEY_SOURCE_BANK,
    payments_pb2.MONEY_SOURCE_STRIPE,
    payments_pb2.MONEY_SOURCE_ANNOUNCED,
)


class PartPaid(Told):
    """An unpaid order, of which a part was paid; payments' side of it, too."""

    entry: payments_pb2.MoneyEntry

    @classmethod
    def of(cls, **entry: Any) -> "PartPaid":
        told = cls(
            order=pb.ORDER_STATE_CANCELLED,
            state=payments_pb2.REFUND_STATE_REQUESTED,
            means=payments_pb2.REFUND_MEANS_BANK_TRANSFER,
        )
        told.entry = an_entry(**entry)
        told.refunds = [
            pb.WithdrawalRefund(
                refund_id=str(new_id()), money_entry_id=told.entry.money_entry_id, paid=euro(9000), owed=euro(0),
                amount=euro(9000), refund_by=DAY,
            )
        ]  # fmt: skip
        return told

    def played(self, **changes: Any) -> Script:
        """The services."""
        answers: dict[str, Any] = {
            "GetMoneyEntry": lambda _: payments_pb2.GetMoneyEntryResponse(entry=self.entry),
            "RequestRefund": self.asked_back,
        }
        return self.script(**answers | changes)

    def asked_back(self, request: payments_pb2.RequestRefundRequest) -> payments_pb2.RequestRefundResponse:
        """The money leaves the queue with its refund."""
        if self.state != payments_pb2.REFUND_STATE_CANCELLED:
            self.settled(REFUNDED, request.refund_id)
        return self.requested(request)

    def settled(self, settlement: payments_pb2.MoneySettlement, to: str = "") -> None:
        """The money has left the queue, or is there again."""
        self.entry.settlement, self.entry.settled_to = settlement, to


def withdrawal(temporal: TestNamespace, told: PartPaid, script: Script) -> Any:
    return running(temporal, names.WITHDRAWAL, names.WITHDRAWAL_CHANGED, script, told.order_id)


async def test_a_part_payment_goes_back_by_itself_and_the_withdrawal_is_not_done_before(
    temporal: TestNamespace,
) -> None:
    told = PartPaid.of()
    script = told.played()
    (part,) = told.refunds
    async with withdrawal(temporal, told, script) as run:
        shown = await run.details("### NeedsOperator")
        for words in (
            f"EUR 90.00 came and paid nothing ({names.money_id(part.money_entry_id)}), to be refunded by 2026-11-05",
            "the refund, which the law wants by 2026-11-05: EUR 26.48, a transfer that waits for your approval",
            f"- `casella refund approve {part.refund_id} --reason withdrawal` puts",
        ):
            assert words in shown
        assert (await run.handle.describe()).typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await run.end() == "done"
    (asked,) = script.requests("RequestRefund")
    assert (asked.refund_id, asked.money_entry_id, asked.payment_request_id, asked.withdrawal_order_id) == (
        part.refund_id, part.money_entry_id, "", told.order_id,
    )  # fmt: skip
    assert (asked.HasField("amount"), asked.HasField("steering")) == (False, False)
    assert script.order_of("SendWithdrawalReceipt", "RequestRefund") == ["SendWithdrawalReceipt", "RequestRefund"]
    assert script.requests("IssueCreditNote") == []


@pytest.mark.parametrize(
    ("reason", "source", "by_itself"),
    [
        (SHORT, BANK, True),
        (payments_pb2.MONEY_ENTRY_REASON_OVER, BANK, True),
        (payments_pb2.MONEY_ENTRY_REASON_LATE, BANK, True),
        (TWICE, STRIPE, True),
        (TWICE, BANK, False),  # perhaps the statement tells of what was recorded by hand
        (SHORT, ANNOUNCED, False),
        (payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS, BANK, False),
        (payments_pb2.MONEY_ENTRY_REASON_UNKNOWN, BANK, False),  # it names something else, too
        (payments_pb2.MONEY_ENTRY_REASON_CURRENCY, BANK, False),
    ],
)
async def test_what_a_person_must_look_at_is_not_sent_back_by_itself_but_told_with_its_day(
    temporal: TestNamespace,
    reason: payments_pb2.MoneyEntryReason,
    source: payments_pb2.MoneySource,
    by_itself: bool,  # noqa: FBT001
) -> None:
    told = PartPaid.of(reason=reason, money_source=source)
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        shown = await run.details("### NeedsOperator")
        assert bool(script.requests("RequestRefund")) is by_itself
        assert ("`casella bank withdraw`" in shown) is (source == ANNOUNCED)
        if not by_itself:
            assert names.money_id(told.entry.money_entry_id) in shown
            assert (await run.handle.describe()).typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
            told.settled(payments_pb2.MONEY_SETTLEMENT_SET_ASIDE)
            await run.handle.signal(names.WITHDRAWAL_CHANGED)
            assert await run.end() == "done"
            (noted,) = script.requests("RecordWithdrawalRefund")
            assert noted.settled_otherwise


async def test_a_part_that_was_recorded_by_hand_goes_back_by_itself_once_a_statement_has_confirmed_it(
    temporal: TestNamespace,
) -> None:
    told = PartPaid.of(money_source=ANNOUNCED)
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        await run.details("no statement has it yet: import it")
        told.entry.arrived = True
        await run.handle.signal(names.WITHDRAWAL_CHANGED)
        shown = await run.details("a transfer that waits for your approval")
        assert "`casella bank withdraw`" not in shown
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await run.end() == "done"
    (asked,) = script.requests("RequestRefund")
    assert asked.money_entry_id == told.entry.money_entry_id


async def test_the_refund_that_an_operator_has_asked_for_is_followed(temporal: TestNamespace) -> None:
    told = PartPaid.of()
    told.settled(REFUNDED, str(uuid4()))
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        await run.details(f"- `casella refund approve {told.entry.settled_to} --reason withdrawal`")
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await run.end() == "done"
    assert script.requests("RequestRefund") == []


async def test_money_about_which_somebody_decides_in_that_moment_is_looked_at_again(temporal: TestNamespace) -> None:
    told = PartPaid.of()

    def too_late(_: object) -> Any:
        told.settled(payments_pb2.MONEY_SETTLEMENT_ASSIGNED, str(uuid4()))
        return refuse(errors_pb2.REASON_MONEY_SETTLED)

    script = told.played(RequestRefund=too_late)
    async with withdrawal(temporal, told, script) as run:
        assert await run.end() == "done"
    (noted,) = script.requests("RecordWithdrawalRefund")
    assert noted.settled_otherwise


async def test_a_given_up_refund_of_money_is_asked_for_anew_or_decided_where_it_waits(temporal: TestNamespace) -> None:
    told = PartPaid.of()
    told.state = payments_pb2.REFUND_STATE_CANCELLED
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        shown = await run.details("`refund_again`")
        assert f"or decide at `{names.money_id(told.entry.money_entry_id)}`, where it waits again" in shown
        assert "`refund_made_outside`" not in shown
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("refund_made_outside", WHY)
        await run.handle.execute_update("refund_again", WHY)
        assert await run.end() == "done"
    first, second = {request.refund_id: request for request in script.requests("RequestRefund")}
    assert first != second


async def test_money_that_comes_back_is_owed_again(temporal: TestNamespace) -> None:
    told = PartPaid.of()
    told.state = payments_pb2.REFUND_STATE_FAILED
    told.refunds[0].refunded_at.CopyFrom(MOMENT)
    told.settled(REFUNDED, told.refunds[0].refund_id)
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        shown = await run.details("### NeedsOperator")
        assert "came back: it is owed again" in shown
        told.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.REFUND_CHANGED)
        assert await run.end() == "done"


async def test_what_was_paid_has_its_credit_note_and_the_money_beside_it_none(temporal: TestNamespace) -> None:
    told = PartPaid.of()
    told.order, told.closed, told.state = pb.ORDER_STATE_FULFILLED, True, payments_pb2.REFUND_STATE_DONE
    told.refunds = [refund_of(order_id=told.order_id), *told.refunds]
    script = told.played()
    async with withdrawal(temporal, told, script) as run:
        assert await run.end() == "done"
    assert len(script.requests("RecordWithdrawalRefund")) == 2
    (note,) = script.requests("IssueCreditNote")
    assert note.invoice_id == told.refunds[0].invoice_id


def withdrawn(entry: payments_pb2.MoneyEntry) -> pb.RecordWithdrawalMoneyResponse:
    """What ordering says of money that names a withdrawn order."""
    owed = pb.WithdrawalRefund(refund_id=str(uuid4()), money_entry_id=entry.money_entry_id, refund_by=DAY)
    return pb.RecordWithdrawalMoneyResponse(
        withdrawal=pb.Withdrawal(order_id=ORDER, refunds=[owed]), refund_late_at=MOMENT
    )


def closed() -> payments_pb2.PaymentRequest:
    asked = payments_pb2.PaymentRequest()
    asked.CopyFrom(CANDIDATE)
    asked.state = payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    return asked


ANNA = common_pb2.Recipient(name="Anna Rossi", email="anna@example.it", language=common_pb2.LANGUAGE_IT)


def late_money(**answers: Any) -> tuple[payments_pb2.MoneyEntry, Script]:
    """Money for a withdrawn order, of which the customer would be told by email were it not withdrawn."""
    entry = an_entry(
        reason=payments_pb2.MONEY_ENTRY_REASON_LATE, named=[REQUEST], suggestions=[],
        email_due=payments_pb2.MoneyEmail(payment_request_id=REQUEST), payer_iban="MT84MALT011000012345MTLCAST001S",
    )  # fmt: skip
    usual: dict[str, Any] = {
        "GetMoneyEntry": lambda _: payments_pb2.GetMoneyEntryResponse(entry=entry, candidates=[closed()]),
        "RecordWithdrawalMoney": lambda _: withdrawn(entry),
        "RecordWithdrawalRefund": lambda _: pb.RecordWithdrawalRefundResponse(),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=ANNA),
    }
    return entry, payments(entry, **usual | answers)


async def test_money_that_came_after_the_withdrawal_tells_it_and_names_it_with_the_day(
    temporal: TestNamespace,
) -> None:
    entry, script = late_money()
    refund = payments_pb2.Refund(
        refund_id=str(uuid4()), amount=euro(9000), state=payments_pb2.REFUND_STATE_REQUESTED, withdrawal_order_id=ORDER
    )
    script = Script({**script.answers, "GetRefund": lambda _: payments_pb2.GetRefundResponse(refund=refund)})
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        for words in ("must be back by 2026-11-05", f"`{names.withdrawal_id(ORDER)}` sends it back"):
            assert words in shown
        assert "the invoice is due by" not in shown
        assert (await run.handle.describe()).typed_search_attributes.get(DUE_AT) == MOMENT.ToDatetime(tzinfo=UTC)
        assert script.requests("SendMoneyEmail") == []
        entry.settlement, entry.settled_to = REFUNDED, refund.refund_id
        await run.handle.signal(names.MONEY_CHANGED)
        assert "must be back by 2026-11-05" in await run.details("### Refunding")
        refund.state = payments_pb2.REFUND_STATE_DONE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"
        history = str(await run.handle.fetch_history())
    looked, noted = script.requests("RecordWithdrawalMoney")[:2]
    for told in (looked.money, noted.money):
        assert (told.money_entry_id, list(told.order_ids), told.amount, told.came_on) == (
            entry.money_entry_id, [ORDER], entry.amount, entry.available_on,
        )  # fmt: skip
    assert (looked.only_look, looked.money.HasField("recipient"), noted.only_look) == (True, False, False)
    assert (noted.money.recipient, noted.money.iban_end, noted.money.by_card_or_paypal) == (ANNA, "001S", False)
    assert [mark for mark in ("001S", ANNA.email) if mark in history] == []


async def test_a_run_that_begins_while_the_money_is_on_its_way_names_the_withdrawal_too(
    temporal: TestNamespace,
) -> None:
    refund = payments_pb2.Refund(
        refund_id=str(uuid4()), amount=euro(9000), state=payments_pb2.REFUND_STATE_FAILED, withdrawal_order_id=ORDER
    )
    entry, script = late_money(GetRefund=lambda _: payments_pb2.GetRefundResponse(refund=refund))
    entry.settlement, entry.settled_to = REFUNDED, refund.refund_id
    entry.ClearField("email_due")  # nobody is told of money that is settled
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert "must be back by 2026-11-05" in await run.details("### NeedsOperator")


async def test_an_operators_refund_of_it_wakes_the_withdrawal_and_another_decision_is_told_to_it(
    temporal: TestNamespace,
) -> None:

    def aside(_: object) -> Any:
        return settle(entry, payments_pb2.MONEY_SETTLEMENT_SET_ASIDE, payments_pb2.SetMoneyAsideResponse())

    entry, script = late_money(
        RequestRefund=lambda _: refuse(errors_pb2.REASON_MONEY_SETTLED),
        SetMoneyAside=aside,
    )
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("must be back by")
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("refund", WHY)
        await run.handle.execute_update("set_aside", WHY)
        assert await run.end() == "set aside"
    (asked,) = script.requests("RequestRefund")
    assert asked.withdrawal_order_id == ORDER
    (noted,) = script.requests("RecordWithdrawalRefund")
    assert (noted.order_id, noted.settled_otherwise) == (ORDER, True)


async def test_who_may_have_sent_one_transfer_that_was_told_twice_is_told_of_no_refund(temporal: TestNamespace) -> None:
    entry, script = late_money()
    entry.perhaps_told_twice = True
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
    assert not script.requests("RecordWithdrawalMoney")[1].money.HasField("recipient")


async def test_money_for_what_is_open_or_is_only_suggested_asks_for_no_withdrawal(temporal: TestNamespace) -> None:
    for entry, candidate in ((an_entry(named=[REQUEST]), CANDIDATE), (an_entry(), closed())):
        answer = payments_pb2.GetMoneyEntryResponse(entry=entry, candidates=[candidate])
        script = payments(entry, GetMoneyEntry=lambda _, answer=answer: answer)
        async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
            await run.details("### NeedsOperator")
        assert script.requests("RecordWithdrawalMoney") == []
