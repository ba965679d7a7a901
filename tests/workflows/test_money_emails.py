"""What the workflow of money that waits has the customer told, led by a script on the real Temporal server."""

from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT, an_order
from tests.workflows.script import Script, refuse, running
from tests.workflows.test_money_branches import ACCOUNT, CANDIDATE, REQUEST, an_entry, euro, payments
from workflows import names

ANNA = common_pb2.Recipient(email="anna@example.it", name="Anna Quattrocchi", language=common_pb2.LANGUAGE_IT)
PERIOD = common_pb2.PeriodRef(period_id="018f3c1e-0000-7000-8000-0000000000cc", subscription_id=REQUEST, number=3)


def to_be_told(*, late: bool = False) -> pb.MoneyEntry:
    """Money of which the customer is still to be told."""
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_LATE if late else pb.MONEY_ENTRY_REASON_SHORT)
    entry.email_due.CopyFrom(pb.MoneyEmail(payment_request_id=REQUEST, missing=None if late else euro(1_000)))
    return entry


def world(entry: pb.MoneyEntry, **answers: Any) -> Script:
    """Payments, which writes the email once; ordering, which knows until when; and trial, which knows whom."""

    def send(request: pb.SendMoneyEmailRequest) -> pb.SendMoneyEmailResponse:
        entry.ClearField("email_due")
        erased = request.recipient.erased
        return pb.SendMoneyEmailResponse(erased=erased, written=not erased and not request.account_closed)

    order = an_order()
    order.expires_at.CopyFrom(MOMENT)
    return payments(entry, **{
        "SendMoneyEmail": send,
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=order),
        "GetPeriod": lambda _: ordering_pb2.GetPeriodResponse(period=ordering_pb2.Period(due_at=MOMENT)),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=ANNA),
        **answers,
    })  # fmt: skip


async def end(run: Any) -> None:
    await run.handle.execute_update("set_aside", {"reason_code": "checked"})
    assert await run.end() == "set aside"


@pytest.mark.parametrize("period", [None, PERIOD])
async def test_the_customer_of_short_money_is_told_once_what_is_missing_and_until_when(
    temporal: TestNamespace, period: common_pb2.PeriodRef | None
) -> None:
    entry, asked = to_be_told(), pb.PaymentRequest()
    asked.CopyFrom(CANDIDATE)
    if period is not None:
        asked.ClearField("order_id")
        asked.period.CopyFrom(period)
    script = world(entry, GetMoneyEntry=lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=[asked]))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("the customer is told by email: EUR 10.00 is still missing, and how to pay it")
        assert "### NeedsOperator" in shown
        await run.handle.signal(names.MONEY_CHANGED)
        await end(run)
        history = str(await run.handle.fetch_history())
        for secret in ("anna@example.it", "Quattrocchi"):
            assert secret not in history
    (sent,) = script.requests("SendMoneyEmail")
    assert (sent.money_entry_id, sent.recipient, sent.payable_until) == (entry.money_entry_id, ANNA, MOMENT)
    assert [each.account_id for each in script.requests("GetContact")] == [ACCOUNT]


async def test_the_customer_of_late_money_is_told_without_a_day(temporal: TestNamespace) -> None:
    entry = to_be_told(late=True)
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the customer is told by email: it came too late")
        await end(run)
    (sent,) = script.requests("SendMoneyEmail")
    assert not sent.HasField("payable_until")


async def test_the_customer_whose_money_became_credit_is_told_before_the_process_ends(temporal: TestNamespace) -> None:
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_OVER)

    def credit(_: pb.CreditMoneyRequest) -> pb.CreditMoneyResponse:
        entry.settlement = pb.MONEY_SETTLEMENT_CREDITED
        entry.email_due.CopyFrom(pb.MoneyEmail(credited=euro(9_000), credited_account_id=ACCOUNT))
        return pb.CreditMoneyResponse(credit=euro(9_000))

    script = world(entry, CreditMoney=credit)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update("credit", {"account_id": ACCOUNT, "reason_code": "checked"})
        assert await run.end() == "credited"
        assert f"told by email: EUR 90.00 of it became credit of account {ACCOUNT}" in await run.details("### Credited")
        assert "anna@example.it" not in str(await run.handle.fetch_history())
    (sent,) = script.requests("SendMoneyEmail")
    assert (sent.recipient, sent.HasField("payable_until")) == (ANNA, False)


async def test_an_order_without_an_end_names_no_day(temporal: TestNamespace) -> None:
    entry = to_be_told()
    script = world(entry, GetOrder=lambda _: ordering_pb2.GetOrderResponse(order=ordering_pb2.Order()))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the customer is told by email")
        await end(run)
    (sent,) = script.requests("SendMoneyEmail")
    assert not sent.HasField("payable_until")


@pytest.mark.parametrize(
    ("answers", "recipient", "told"),
    [
        (
            {"GetContact": lambda _: refuse(errors_pb2.REASON_NOT_FOUND)},
            common_pb2.Recipient(erased=True), "nobody to write to any more",
        ),
        (
            {"GetStanding": lambda _: ordering_pb2.GetStandingResponse(closed=True)},
            common_pb2.Recipient(), "### NeedsOperator",
        ),
    ],
)  # fmt: skip
async def test_nobody_is_told_of_money_for_an_erased_or_closed_account(
    temporal: TestNamespace, answers: dict[str, Any], recipient: common_pb2.Recipient, told: str
) -> None:
    entry = to_be_told()
    script = world(entry, **answers)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details(told)
        await end(run)
        assert "told by email" not in await run.details("### SetAside")
    (sent,) = script.requests("SendMoneyEmail")
    assert sent.recipient == recipient
    assert sent.account_closed == ("GetStanding" in answers)


async def test_money_of_which_nobody_is_to_be_told_asks_for_no_email(temporal: TestNamespace) -> None:
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_UNKNOWN)
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await end(run)
    assert script.order_of("SendMoneyEmail", "GetContact") == []


async def test_a_reversal_that_is_settled_with_its_money_tells_the_customer_once_what_is_to_be_paid(
    temporal: TestNamespace,
) -> None:
    entry = an_entry(
        reason=pb.MONEY_ENTRY_REASON_REVERSED, takes_back=REQUEST, settlement=pb.MONEY_SETTLEMENT_TAKEN_BACK
    )
    due = pb.MoneyEmail(payment_request_id=REQUEST, missing=euro(10_000), taken_back=euro(9_000))
    entry.email_due.CopyFrom(due)
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert await run.end() == "taken back"
        shown = await run.details("### TakenBack")
    assert "by email: the bank took EUR 90.00 back that had come, and EUR 100.00 is to be paid" in shown
    (sent,) = script.requests("SendMoneyEmail")
    assert (sent.money_entry_id, sent.recipient.email) == (entry.money_entry_id, ANNA.email)
    assert sent.payable_until == MOMENT
