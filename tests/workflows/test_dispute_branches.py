"""The ways of a dispute before an operator, led by a script on the real Temporal server."""

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT
from tests.workflows.script import Answer, Script, refuse, running
from tests.workflows.test_money_branches import euro, settle
from workflows import names

ACCOUNT, ORDER, REQUEST, INVOICE, NOTE, SUBSCRIPTION, PERIOD = (str(uuid4()) for _ in range(7))
TODAY = common_pb2.Date(year=2026, month=3, day=2)
PAID = pb.PaymentRequest(
    payment_request_id=REQUEST, order_id=ORDER, account_id=ACCOUNT, amount=euro(10_000),
    state=pb.PAYMENT_REQUEST_STATE_PAID, proforma_number="P2026/17",
)  # fmt: skip
PAID_PERIOD = pb.PaymentRequest(
    payment_request_id=REQUEST, account_id=ACCOUNT, amount=euro(10_000), state=pb.PAYMENT_REQUEST_STATE_PAID,
    period=common_pb2.PeriodRef(period_id=PERIOD, subscription_id=SUBSCRIPTION, number=3),
)  # fmt: skip


def a_dispute(state: pb.DisputeState = pb.DISPUTE_STATE_LOST, **changes: Any) -> pb.MoneyEntry:
    """A dispute over what had paid an order."""
    usual: dict[str, Any] = {
        "provider_reference": "dp_17", "charge_reference": "pi_17", "state": state, "reason": "fraudulent",
        "amount": euro(10_000), "withdrawn": euro(10_000), "fee": euro(2_000), "opened_at": MOMENT,
        "payment_request_id": REQUEST, "account_id": ACCOUNT,
    }  # fmt: skip
    if state == pb.DISPUTE_STATE_LOST:
        usual["closed_on"] = TODAY
    return pb.MoneyEntry(
        money_entry_id=str(uuid4()), reason=pb.MONEY_ENTRY_REASON_DISPUTED, amount=euro(-10_000),
        money_source=pb.MONEY_SOURCE_STRIPE, created_at=MOMENT, suggestions=[REQUEST],
        dispute=pb.Dispute(**{**usual, **changes}),
    )  # fmt: skip


def world(entry: pb.MoneyEntry, paid: pb.PaymentRequest = PAID, *, cancelled: bool = True, **answers: Any) -> Script:
    """Payments, ordering and invoicing around one dispute."""

    def decide(asked: pb.DecideDisputeRequest) -> pb.DecideDisputeResponse:
        entry.dispute.decision = asked.decision
        return pb.DecideDisputeResponse(entry=entry)

    def credited(asked: pb.RecordDisputeCreditNoteRequest) -> Any:
        entry.settled_to = asked.credit_note_id
        return settle(entry, pb.MONEY_SETTLEMENT_CREDIT_NOTE, pb.RecordDisputeCreditNoteResponse(entry=entry))

    note = invoicing_pb2.Document(document_id=NOTE, number="2026/18")
    subscription = ordering_pb2.Subscription(
        subscription_id=SUBSCRIPTION, state=ordering_pb2.SUBSCRIPTION_STATE_ACTIVE,
        end=ordering_pb2.SUBSCRIPTION_END_CANCELLED if cancelled else ordering_pb2.SUBSCRIPTION_END_UNSPECIFIED,
    )  # fmt: skip

    def cancel(_: object) -> ordering_pb2.CancelSubscriptionResponse:
        subscription.end = ordering_pb2.SUBSCRIPTION_END_CANCELLED
        subscription.ends_at.CopyFrom(MOMENT)
        return ordering_pb2.CancelSubscriptionResponse(subscription=subscription)

    usual: dict[str, Any] = {
        "GetMoneyEntry": lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=[paid]),
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=ordering_pb2.Order(invoice_id=INVOICE)),
        "GetPeriod": lambda _: ordering_pb2.GetPeriodResponse(period=ordering_pb2.Period(invoice_id=INVOICE)),
        "DecideDispute": decide,
        "IssueCreditNote": lambda _: invoicing_pb2.IssueCreditNoteResponse(document=note),
        "RecordDisputeCreditNote": credited,
        "GetSubscription": lambda _: ordering_pb2.GetSubscriptionResponse(subscription=subscription),
        "CancelSubscription": cancel,
        "SetMoneyAside": lambda _: settle(entry, pb.MONEY_SETTLEMENT_SET_ASIDE, pb.SetMoneyAsideResponse(entry=entry)),
    }
    return Script({**usual, **answers})


async def test_an_open_dispute_tells_over_what_it_is_and_until_when_evidence_is_given_at_the_provider(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute(pb.DISPUTE_STATE_NEEDS_RESPONSE, evidence_by=Timestamp(seconds=1_772_500_000))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, world(entry), entry.money_entry_id) as run:
        shown = await run.details(f"casella show invoice {INVOICE}")
        for told in (
            "### NeedsOperator", "dispute dp_17 over EUR 100.00 (fraudulent), needs response", "2026-03-03",
            "EUR 100.00 withdrawn, fee EUR 20.00", "evidence in the provider's dashboard", f"of order {ORDER}",
        ):  # fmt: skip
            assert told in shown
        assert "What you may do" not in shown
        entry.dispute.state = pb.DISPUTE_STATE_UNDER_REVIEW
        await run.handle.signal(names.MONEY_CHANGED)
        await run.details("### Disputed")
        entry.dispute.state = pb.DISPUTE_STATE_WON
        entry.settlement = pb.MONEY_SETTLEMENT_KEPT
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "kept"


async def test_an_inquiry_names_the_command_of_its_refund_says_when_its_day_has_passed_and_what_was_refunded(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute(pb.DISPUTE_STATE_INQUIRY, withdrawn=euro(0), evidence_by=Timestamp(seconds=1_772_500_000))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, world(entry), entry.money_entry_id) as run:
        shown = await run.details(f"`casella invoice credit {INVOICE} --cause agreement --refund online")
        assert "has passed" not in shown
        entry.dispute.evidence_over = True
        await run.handle.signal(names.LOOK_AGAIN)
        shown = await run.details("the day for an answer has passed")
        assert "### NeedsOperator" in shown
        entry.dispute.refunded.CopyFrom(euro(10_000))
        await run.handle.signal(names.LOOK_AGAIN)
        shown = await run.details("### Disputed")
        assert "EUR 100.00 of the payment is refunded here, and nothing is left to be done" in shown


@pytest.mark.parametrize(
    ("update", "data", "says"),
    [
        ("claim", {}, "not lost"),
        ("credit_note", {}, "not lost"),
        ("terminate", {}, "not lost"),
        ("set_aside", {}, "not lost"),
        ("credit", {"account_id": ACCOUNT}, "not lost"),
        ("assign", {"proforma_number": "P2026/17"}, "taken back"),
        ("refund", {}, "taken back"),
        ("credit_note", {"cause": "withdrawal"}, "cause: one of"),
    ],
)
async def test_while_the_payers_bank_has_not_decided_nothing_is_decided(
    temporal: TestNamespace, update: str, data: dict[str, Any], says: str
) -> None:
    entry = a_dispute(pb.DISPUTE_STATE_UNDER_REVIEW)
    script = world(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### Disputed")
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        assert says in str(failed.value.cause)
    assert {name for name, _ in script.asked} == {"GetMoneyEntry", "GetOrder"}


@pytest.mark.parametrize("paid", [PAID, PAID_PERIOD])
@pytest.mark.parametrize(
    ("cause", "reason"),
    [("dispute", invoicing_pb2.CREDIT_REASON_DISPUTE), ("agreement", invoicing_pb2.CREDIT_REASON_AGREEMENT)],
)
async def test_a_credit_note_is_issued_for_what_was_withdrawn_and_settles_it(
    temporal: TestNamespace, cause: str, reason: int, paid: pb.PaymentRequest
) -> None:
    entry = a_dispute()
    script = world(entry, paid)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": cause, "reason_code": "customer_was_right"})
        assert await run.end() == "credit note"
        assert "credit note 2026/18 issued" in await run.details("### CreditNote")
    (asked,) = script.requests("IssueCreditNote")
    assert (asked.invoice_id, asked.reason, asked.gross, asked.cause_date) == (INVOICE, reason, euro(10_000), TODAY)
    (settled,) = script.requests("RecordDisputeCreditNote")
    assert (settled.money_entry_id, settled.credit_note_id) == (entry.money_entry_id, NOTE)


async def test_a_credit_note_that_is_refused_parks_and_may_become_a_claim(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, IssueCreditNote=lambda _: refuse(errors_pb2.REASON_CREDIT_TOO_LATE, "more than a year ago"))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": "agreement", "reason_code": "agreed"})
        shown = await run.details("Refused was: issue the credit note")
        assert "`claim`" in shown
        assert "`credit_note`" in shown
        await run.handle.execute_update("claim", {"reason_code": "service_was_given"})
        shown = await run.details("### Claim")
        assert "`claim`" not in shown
        await run.handle.execute_update("set_aside", {"reason_code": "paid_by_transfer"})
        assert await run.end() == "set aside"


async def test_a_credit_note_that_is_asked_for_again_is_the_same_one(temporal: TestNamespace) -> None:
    entry = a_dispute()
    settles, tried = world(entry).answers["RecordDisputeCreditNote"], []

    def refused_at_first(request: Any) -> Any:
        tried.append(request)
        return settles(request) if len(tried) > 1 else refuse(errors_pb2.REASON_MONEY_SETTLED, "not yet")

    script = world(entry, RecordDisputeCreditNote=refused_at_first)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": "agreement", "reason_code": "agreed"})
        await run.details("Refused was: settle the dispute by its credit note")
        await run.handle.execute_update("retry", {"reason_code": "cause_mended"})
        assert await run.end() == "credit note"
    first, second = script.requests("IssueCreditNote")
    assert first.credit_id == second.credit_id


async def test_the_contract_ends_by_an_operators_word_and_the_money_is_decided_about_besides(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute()
    script = world(entry, cancelled=False)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        assert "cancelled the subscription (chargeback)" in await run.details("the dispute is lost")
        with pytest.raises(WorkflowUpdateFailedError) as twice:
            await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        assert "the subscription ends already, at 20" in str(twice.value.cause)
        await run.handle.execute_update("claim", {"reason_code": "service_was_given"})
        await run.details("### Claim")
    (asked,) = script.requests("CancelSubscription")
    assert (asked.subscription_id, asked.steering.reason_code) == (SUBSCRIPTION, "chargeback")


async def test_no_credit_note_says_that_the_contract_has_ended_while_it_goes_on(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, cancelled=False)
    credit = {"cause": "dispute", "reason_code": "customer_was_right"}
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update("credit_note", credit)
        assert "the contract goes on" in str(failed.value.cause)
        assert "`terminate` first" in str(failed.value.cause)
        assert "it goes on" in await run.details("an update was refused")
        assert script.requests("DecideDispute") == []
        await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        await run.handle.execute_update("credit_note", credit)
        assert await run.end() == "credit note"
    (asked,) = script.requests("IssueCreditNote")
    assert asked.reason == invoicing_pb2.CREDIT_REASON_DISPUTE


async def test_by_agreement_the_invoice_is_credited_and_the_contract_goes_on(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, cancelled=False)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": "agreement", "reason_code": "agreed"})
        assert await run.end() == "credit note"


@pytest.mark.parametrize(
    "without",
    [
        lambda _: refuse(errors_pb2.REASON_NOT_FOUND, "no contract"),
        lambda _: ordering_pb2.GetSubscriptionResponse(
            subscription=ordering_pb2.Subscription(state=ordering_pb2.SUBSCRIPTION_STATE_ENDED)
        ),
    ],
)
async def test_where_no_contract_runs_a_dispute_is_cause_enough(temporal: TestNamespace, without: Answer) -> None:
    entry = a_dispute()
    script = world(entry, GetSubscription=without)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": "dispute", "reason_code": "customer_was_right"})
        assert await run.end() == "credit note"


async def test_a_lost_dispute_over_money_that_had_paid_nothing_names_no_contract_and_no_invoice(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute(payment_request_id="", account_id="")
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, world(entry), entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        for update, says in (("credit_note", "no invoice"), ("terminate", "whose contract")):
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await run.handle.execute_update(update, {"reason_code": "checked"})
            assert says in str(failed.value.cause)
        await run.handle.execute_update("set_aside", {"reason_code": "written_off"})
        assert await run.end() == "set aside"


async def test_a_credit_note_waits_for_an_invoice_that_is_still_to_come(temporal: TestNamespace) -> None:
    entry, order = a_dispute(), ordering_pb2.Order()
    script = world(entry, GetOrder=lambda _: ordering_pb2.GetOrderResponse(order=order))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"reason_code": "customer_was_right"})
        await run.details("the invoice, which is still to come")
        order.invoice_id = INVOICE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "credit note"
