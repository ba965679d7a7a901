"""The ways of a dispute before an operator, led by a script on the real Temporal server."""

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT
from tests.workflows.script import Script, refuse, running
from tests.workflows.test_money_branches import euro, settle
from workflows import names, wording_disputes

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


GOES_ON = ordering_pb2.ServiceEnd(account_id=ACCOUNT, would_end_at=MOMENT, would_end_at_once=True)
ENDED = ordering_pb2.ServiceEnd(account_id=ACCOUNT, ended=True, ends_at=MOMENT)
NOW, LATER_ON = "2026-11-18 11:06 UTC", "2027-12-28 13:20 UTC"
LATER = Timestamp(seconds=1_830_000_000)


def world(
    entry: pb.MoneyEntry,
    paid: pb.PaymentRequest = PAID,
    *,
    service: ordering_pb2.ServiceEnd = ENDED,
    terminated: ordering_pb2.ServiceEnd = ENDED,
    **answers: Any,
) -> Script:
    """Payments, ordering and invoicing around one dispute; how the service stands, and how once it is terminated."""
    stands = ordering_pb2.ServiceEnd()
    stands.CopyFrom(service)

    def decide(asked: pb.DecideDisputeRequest) -> pb.DecideDisputeResponse:
        entry.dispute.decision = asked.decision
        return pb.DecideDisputeResponse(entry=entry)

    def credited(asked: pb.RecordDisputeCreditNoteRequest) -> Any:
        entry.settled_to = asked.credit_note_id
        return settle(entry, pb.MONEY_SETTLEMENT_CREDIT_NOTE, pb.RecordDisputeCreditNoteResponse(entry=entry))

    note = invoicing_pb2.Document(document_id=NOTE, number="2026/18")

    def terminate(_: object) -> ordering_pb2.TerminateServiceResponse:
        stands.CopyFrom(terminated)
        return ordering_pb2.TerminateServiceResponse(service=stands)

    usual: dict[str, Any] = {
        "GetMoneyEntry": lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=[paid]),
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=ordering_pb2.Order(invoice_id=INVOICE)),
        "FindInvoiceWithdrawal": lambda _: ordering_pb2.FindInvoiceWithdrawalResponse(),
        "GetPeriod": lambda _: ordering_pb2.GetPeriodResponse(period=ordering_pb2.Period(invoice_id=INVOICE)),
        "DecideDispute": decide,
        "IssueCreditNote": lambda _: invoicing_pb2.IssueCreditNoteResponse(document=note),
        "RecordDisputeCreditNote": credited,
        "GetServiceEnd": lambda _: ordering_pb2.GetServiceEndResponse(service=stands),
        "TerminateService": terminate,
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "TakeBackPlaces": lambda _: mailboxes_pb2.TakeBackPlacesResponse(),
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
    assert {name for name, _ in script.asked} == {"GetMoneyEntry", "GetOrder", "FindInvoiceWithdrawal"}


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


async def refused(run: Any, update: str, data: dict[str, Any], says: str) -> None:
    """An update must be refused with this sentence."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await run.handle.execute_update(update, {"reason_code": "checked", **data})
    assert says in str(failed.value.cause)


@pytest.mark.parametrize("paid", [PAID, PAID_PERIOD])
async def test_the_contract_ends_at_once_by_an_operators_word_and_the_money_is_decided_about_besides(
    temporal: TestNamespace, paid: pb.PaymentRequest
) -> None:
    entry = a_dispute()
    ending = ordering_pb2.ServiceEnd(account_id=ACCOUNT, ending=True, ends_at=MOMENT)
    script = world(entry, paid, service=GOES_ON, terminated=ending)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert "ends the contract, at once, which nobody can take back" in await run.details("the service goes on")
        told = await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        assert told == f"ended the contract: the service ends now, at {NOW}. Decide about the money as well"
        shown = await run.details(f"the service ends now, at {NOW} (chargeback)")
        assert "`terminate`: " not in shown
        await refused(run, "terminate", {}, f"the service ends now, at {NOW} already")
        await refused(run, "credit_note", {}, "is just being stopped: send it again in a moment")
        ended = ordering_pb2.GetServiceEndResponse(service=ENDED)
        script.answers = {**script.answers, "GetServiceEnd": lambda _: ended}
        await run.handle.signal(names.MONEY_CHANGED)
        await run.details("because the contract has ended with it")
        await run.handle.execute_update("claim", {"reason_code": "service_was_given"})
        await run.details("### Claim")
    (asked,) = script.requests("TerminateService")
    assert (asked.order_id, asked.period, asked.steering.reason_code) == (paid.order_id, paid.period, "chargeback")
    assert asked.money_entry_id == entry.money_entry_id
    assert script.requests("TakeBackPlaces") == []


async def test_no_credit_note_says_that_the_contract_has_ended_while_it_is_served(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, service=GOES_ON)
    credit = {"cause": "dispute", "reason_code": "customer_was_right"}
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert '`{"cause": "agreement", "reason_code": "customer_agrees"}`' in await run.details("the dispute is lost")
        await refused(run, "credit_note", credit, "the service goes on, and with this cause the note says that it has")
        await refused(run, "credit_note", credit, "`terminate` first, which ends it at once, or credit by agreement")
        assert "it is served" in await run.details("an update was refused")
        assert script.requests("DecideDispute") == []
        await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        await run.handle.execute_update("credit_note", credit)
        assert await run.end() == "credit note"
    (asked,) = script.requests("IssueCreditNote")
    assert asked.reason == invoicing_pb2.CREDIT_REASON_DISPUTE


NOT_FULFILLED = "the order is not fulfilled yet: send it again in a moment"


@pytest.mark.parametrize(
    ("service", "terminate", "credit"),
    [
        (
            ordering_pb2.ServiceEnd(ends_at=LATER),
            f"the service ends at {LATER_ON} already",
            f"the service ends at {LATER_ON}, and with this cause the note says that it has ended: send it again once",
        ),
        (
            ordering_pb2.ServiceEnd(addition=True, renewed=True),
            "which ends with the contract alone",
            "what the order added is renewed with its contract and goes on",
        ),
        (ordering_pb2.ServiceEnd(), NOT_FULFILLED, NOT_FULFILLED),
    ],
)
async def test_where_nothing_is_to_be_ended_both_say_why(
    temporal: TestNamespace, service: ordering_pb2.ServiceEnd, terminate: str, credit: str
) -> None:
    entry = a_dispute()
    script = world(entry, service=service)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert "nobody can take back" not in await run.details("the dispute is lost")
        await refused(run, "terminate", {}, terminate)
        await refused(run, "credit_note", {}, credit)
    assert script.requests("TerminateService") == script.requests("DecideDispute") == []


async def test_days_that_other_payments_pay_for_are_named_before_and_after(temporal: TestNamespace) -> None:
    entry = a_dispute()
    until = ordering_pb2.ServiceEnd(would_end_at=LATER)
    script = world(entry, service=until, terminated=ordering_pb2.ServiceEnd(ends_at=LATER))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert f"ends the contract, at {LATER_ON}, which nobody" in await run.details("the dispute is lost")
        told = await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        assert f"the service ends at {LATER_ON}" in str(told)


ADDED = ordering_pb2.MailboxItem(size=mailboxes_pb2.MAILBOX_SIZE_25_GB, quantity=2)
ADDITION_ENDED = ordering_pb2.ServiceEnd(
    account_id=ACCOUNT, ended=True, ends_at=MOMENT, addition=True, take_back=[ADDED], order_id=ORDER
)


async def test_an_addition_ends_alone_and_its_places_are_taken_back_once(temporal: TestNamespace) -> None:
    entry = a_dispute()
    before = ordering_pb2.ServiceEnd(account_id=ACCOUNT, would_end_at=MOMENT, would_end_at_once=True, addition=True)
    script = world(entry, service=before, terminated=ADDITION_ENDED)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        assert "ends what the order added to its contract, which goes on" in await run.details("the dispute is lost")
        told = await run.handle.execute_update("terminate", {"reason_code": "chargeback"})
        assert "what the order added to its contract, which goes on: the service has ended at" in str(told)
        await run.details("the added places are taken back")
        await run.handle.execute_update("credit_note", {"reason_code": "customer_was_right"})
        assert await run.end() == "credit note"
    (taken,) = script.requests("TakeBackPlaces")
    assert (taken.account_id, taken.order_id, taken.sizes[0].mailboxes) == (ACCOUNT, ORDER, 2)


async def test_a_run_that_begins_after_the_end_of_an_addition_takes_its_places_back(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, service=ADDITION_ENDED)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the added places are taken back")
        await run.handle.execute_update("set_aside", {"reason_code": "written_off"})
        assert await run.end() == "set aside"
    assert len(script.requests("TakeBackPlaces")) == 1


async def test_by_agreement_the_invoice_is_credited_and_the_contract_goes_on(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, service=GOES_ON)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        await run.handle.execute_update("credit_note", {"cause": "agreement", "reason_code": "agreed"})
        assert await run.end() == "credit note"


async def test_where_no_contract_ever_ran_a_dispute_is_cause_enough(temporal: TestNamespace) -> None:
    entry = a_dispute()
    script = world(entry, service=ordering_pb2.ServiceEnd(account_id=ACCOUNT, ended=True))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the service has ended")
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


def withdrawn(_: object) -> ordering_pb2.FindInvoiceWithdrawalResponse:
    """The consumer has withdrawn, and that decides about the invoice."""
    return ordering_pb2.FindInvoiceWithdrawalResponse(order_id=ORDER)


async def test_where_the_consumer_has_withdrawn_the_withdrawal_credits_the_invoice_and_the_rest_is_decided(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute(counted_as_refund=euro(9_995), decision=pb.DISPUTE_DECISION_CREDIT_NOTE)
    script = world(entry, FindInvoiceWithdrawal=withdrawn)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details(f"`withdrawal:{ORDER}` gives back the rest")
        for told in ("EUR 99.95 of it is the refund of the withdrawal", "it took EUR 0.05 more", "`claim`"):
            assert told in shown
        for update in ("credit_note", "terminate"):
            assert f"- `{update}`" not in shown
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await run.handle.execute_update(update, {"reason_code": "checked"})
            assert "the consumer has withdrawn" in str(failed.value.cause)
        await run.handle.execute_update("set_aside", {"reason_code": "written_off"})
        assert await run.end() == "set aside"
    assert script.requests("IssueCreditNote") == []
    assert script.requests("DecideDispute") == []


@pytest.mark.parametrize("update", ["credit_note", "terminate"])
async def test_a_withdrawal_that_the_page_does_not_know_yet_is_found_before_anything_is_decided(
    temporal: TestNamespace, update: str
) -> None:
    entry = a_dispute()
    script = world(entry, cancelled=False)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("the dispute is lost")
        script.answers = {**script.answers, "FindInvoiceWithdrawal": withdrawn}
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update(update, {"reason_code": "checked"})
        assert f"`withdrawal:{ORDER}`" in str(failed.value.cause)
        shown = await run.details("let it go first")
        assert "an update was refused" in shown
        entry.dispute.counted_as_refund.CopyFrom(euro(10_000))
        refund = pb.Refund(refund_id=str(uuid4()), state=pb.REFUND_STATE_DONE, means=pb.REFUND_MEANS_CHARGEBACK)
        script.answers = {**script.answers, "GetRefund": lambda _: pb.GetRefundResponse(refund=refund)}
        entry.settled_to = refund.refund_id
        settle(entry, pb.MONEY_SETTLEMENT_REFUNDED, None)
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"
    assert {name for name, _ in script.asked}.isdisjoint({"DecideDispute", "CancelSubscription", "IssueCreditNote"})


async def test_money_that_a_withdrawal_has_refunded_and_a_dispute_takes_again_has_gone_twice(
    temporal: TestNamespace,
) -> None:
    entry = a_dispute(pb.DISPUTE_STATE_NEEDS_RESPONSE, refunded=euro(9_995))
    script = world(entry, FindInvoiceWithdrawal=withdrawn)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("name that refund as evidence")
        assert "EUR 99.95 of the payment was refunded already, so the same money has gone twice" in shown
        assert f"`withdrawal:{ORDER}` gives back what it owes and issues the credit note" in shown
        assert "counts as given back" not in shown
        entry.dispute.state = pb.DISPUTE_STATE_LOST
        await run.handle.signal(names.MONEY_CHANGED)
        shown = await run.details("the same money has gone twice, and the customer owes it: `claim` it")
        assert "let it go first" not in shown
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update("credit_note", {"reason_code": "checked"})
        assert "counts as given back" not in str(failed.value.cause)
        assert "There are claim, credit and set_aside" in str(failed.value.cause)


@pytest.mark.parametrize(
    ("changes", "twice"),
    [
        pytest.param({"refunded": euro(9_995)}, 9_995, id="all"),
        pytest.param({"refunded": euro(9_995), "withdrawn": euro(500)}, 495, id="a part of it"),
        pytest.param({"refunded": euro(9_500), "withdrawn": euro(500)}, None, id="what was left"),
        pytest.param({}, None, id="nothing refunded"),
        pytest.param({"refunded": euro(9_995), "withdrawn": euro(0)}, None, id="nothing withdrawn"),
    ],
)
def test_only_what_a_dispute_takes_beyond_what_is_left_of_the_payment_has_gone_twice(
    changes: dict[str, Any], twice: int | None
) -> None:
    dispute = a_dispute(**changes).dispute
    assert wording_disputes.gone_twice(dispute, PAID) == (None if twice is None else euro(twice))


async def test_an_open_dispute_over_what_is_owed_back_is_to_be_accepted(temporal: TestNamespace) -> None:
    entry = a_dispute(pb.DISPUTE_STATE_NEEDS_RESPONSE, counted_as_refund=euro(9_995))
    script = world(entry, FindInvoiceWithdrawal=withdrawn)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("accept the dispute in the provider's dashboard")
        assert "EUR 100.00 withdrawn, of which EUR 99.95 counts as a withdrawal's refund" in shown
        assert "### NeedsOperator" in shown
        entry.dispute.state = pb.DISPUTE_STATE_UNDER_REVIEW
        await run.handle.signal(names.MONEY_CHANGED)
        assert "which may take months: lost, EUR 99.95" in await run.details("### Disputed")


def taken_back(**changes: Any) -> pb.MoneyEntry:
    """What the bank took back of what had paid an order."""
    entry = a_dispute(source=pb.MONEY_SOURCE_BANK, fee=euro(0), reason="", provider_reference="", **changes)
    entry.reason, entry.money_source = pb.MONEY_ENTRY_REASON_REVERSED, pb.MONEY_SOURCE_BANK
    return entry


async def test_what_the_bank_took_back_of_what_had_paid_is_claimed_and_set_aside(temporal: TestNamespace) -> None:
    entry = taken_back()
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, world(entry), entry.money_entry_id) as run:
        shown = await run.details("the bank took back what had paid, and the invoice stands: decide")
        for told in ("### NeedsOperator", "was taken back by bank transfer", f"casella show invoice {INVOICE}"):
            assert told in shown
        for update in ("claim", "credit_note", "credit", "set_aside"):
            assert f"`{update}`" in shown
        await run.handle.execute_update("claim", {"reason_code": "service_was_given"})
        await run.details("### Claim")
        await run.handle.execute_update("set_aside", {"reason_code": "paid_by_transfer"})
        assert await run.end() == "set aside"


async def test_what_the_bank_took_back_ends_the_service_and_then_its_credit_note_settles_it(
    temporal: TestNamespace,
) -> None:
    entry = taken_back()
    script = world(entry, service=GOES_ON)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("`terminate`")
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("credit_note", {"cause": "dispute", "reason_code": "unpaid"})
        await run.handle.execute_update("terminate", {"reason_code": "unpaid"})
        await run.handle.execute_update("credit_note", {"cause": "dispute", "reason_code": "unpaid"})
        assert await run.end() == "credit note"
    (asked,) = script.requests("IssueCreditNote")
    assert (asked.invoice_id, asked.gross, asked.cause_date) == (INVOICE, euro(10_000), TODAY)


async def test_beside_a_withdrawal_what_the_bank_took_back_is_its_refund_once_it_is_set_aside(
    temporal: TestNamespace,
) -> None:
    entry = taken_back()
    found = ordering_pb2.FindInvoiceWithdrawalResponse(order_id=ORDER)
    script = world(entry, FindInvoiceWithdrawal=lambda _: found)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("`set_aside` lets it be the refund of the withdrawal")
        assert "counts as given back once you have set it aside" in shown
        assert "`credit_note`" not in shown
        for refused, data in (("credit_note", {"cause": "dispute"}), ("terminate", {})):
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await run.handle.execute_update(refused, {**data, "reason_code": "unpaid"})
            assert "the consumer has withdrawn" in str(failed.value.cause)
        await run.handle.execute_update("set_aside", {"reason_code": "withdrawn"})
        assert await run.end() == "set aside"
