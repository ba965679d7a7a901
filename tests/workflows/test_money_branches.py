"""The ways of money that waits for an operator, led by a script on the real Temporal server."""

from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2 as pb
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import MOMENT
from tests.workflows.script import Script, refuse, running
from workflows import names, wording

ACCOUNT, ORDER, REQUEST = (str(uuid4()) for _ in range(3))
TODAY = common_pb2.Date(year=2026, month=3, day=2)


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


def an_entry(**changes: Any) -> pb.MoneyEntry:
    """Short money that names a proforma, with a payer of whom nothing may stand in a history."""
    usual: dict[str, Any] = {
        "money_entry_id": str(uuid4()), "reason": pb.MONEY_ENTRY_REASON_SHORT, "amount": euro(9_000),
        "available_on": TODAY, "money_source": pb.MONEY_SOURCE_BANK, "source_reference": "CRO-4711",
        "remittance": "da Zenobia", "payer_name": "Zenobia Quattrocchi", "payer_iban": "DE89370400440532013000",
        "created_at": MOMENT, "invoice_by": common_pb2.Date(year=2026, month=3, day=14), "suggestions": [REQUEST],
    }  # fmt: skip
    return pb.MoneyEntry(**{**usual, **changes})


CANDIDATE = pb.PaymentRequest(
    payment_request_id=REQUEST, order_id=ORDER, account_id=ACCOUNT, amount=euro(10_000),
    state=pb.PAYMENT_REQUEST_STATE_OPEN, proforma_number="P2026/17",
)  # fmt: skip


def payments(entry: pb.MoneyEntry, **answers: Any) -> Script:
    """Payments, whose entry a decision changes."""
    usual: dict[str, Any] = {
        "GetMoneyEntry": lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=[CANDIDATE]),
        "AssignMoney": lambda _: settle(
            entry, pb.MONEY_SETTLEMENT_ASSIGNED, pb.AssignMoneyResponse(payment_request=CANDIDATE, credited=euro(200))
        ),
        "CreditMoney": lambda _: settle(
            entry, pb.MONEY_SETTLEMENT_CREDITED, pb.CreditMoneyResponse(credit=euro(9_000))
        ),
        "BookPayout": lambda _: settle(entry, pb.MONEY_SETTLEMENT_PAYOUT, pb.BookPayoutResponse(entry=entry)),
        "SetMoneyAside": lambda _: settle(entry, pb.MONEY_SETTLEMENT_SET_ASIDE, pb.SetMoneyAsideResponse(entry=entry)),
        "GetTrial": lambda _: trial_pb2.GetTrialResponse(),
        "GetStanding": lambda _: ordering_pb2.GetStandingResponse(paid=True),
        "RecordWithdrawalMoney": lambda _: ordering_pb2.RecordWithdrawalMoneyResponse(),
    }
    return Script({**usual, **answers})


def settle(entry: pb.MoneyEntry, settlement: pb.MoneySettlement, answer: Any) -> Any:
    """The entry is settled now."""
    entry.settlement = settlement
    return answer


async def test_waiting_money_tells_what_came_what_it_may_be_for_and_what_may_be_done(temporal: TestNamespace) -> None:
    entry = an_entry()
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, payments(entry), entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        for told in (
            "EUR 90.00 of 2026-03-02 by bank transfer: less than was asked for", "the invoice is due by 2026-03-14",
            f"proforma P2026/17 of order {ORDER} (EUR 100.00, open", "does not expire meanwhile", "waits for your",
            f"casella show money {entry.money_entry_id}", "`assign`", "`credit`", "`refund`", "`set_aside`",
            '{"proforma_number": "P2026/17", "reason_code": "payer_confirmed"}',
        ):  # fmt: skip
            assert told in shown
        history = str(await run.handle.fetch_history())
        for secret in ("Zenobia", "Quattrocchi", "DE89370400440532013000", "CRO-4711"):
            assert secret not in history


def a_candidate(**changes: Any) -> pb.PaymentRequest:
    """Another payment request that money may be for."""
    changed = pb.PaymentRequest(payment_request_id=str(uuid4()), **changes)
    found = pb.PaymentRequest()
    found.CopyFrom(CANDIDATE)
    found.MergeFrom(changed)
    return found


CLOSED = a_candidate(state=pb.PAYMENT_REQUEST_STATE_CLOSED, proforma_number="P2026/3")
"""What money came too late for."""
OF_A_STRANGER = a_candidate(account_id=str(uuid4()), proforma_number="P2026/18")
OF_THE_SAME = a_candidate(proforma_number="P2026/19")


@pytest.mark.parametrize(
    ("candidates", "number"),
    [
        ([CLOSED], "NUMBER"),
        ([CLOSED, OF_A_STRANGER], "NUMBER"),
        ([CLOSED, OF_A_STRANGER, OF_THE_SAME], "P2026/19"),
    ],
)
async def test_money_that_came_too_late_is_offered_no_proforma_of_another_account_and_tells_what_it_holds(
    temporal: TestNamespace, candidates: list[pb.PaymentRequest], number: str
) -> None:
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_LATE, named=[CLOSED.payment_request_id])
    script = payments(entry, GetMoneyEntry=lambda _: pb.GetMoneyEntryResponse(entry=entry, candidates=candidates))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        assert f'{{"proforma_number": "{number}", "reason_code": "payer_confirmed"}}' in shown
        assert f'{{"account_id": "{ACCOUNT}", "reason_code": "customer_agrees"}}' in shown
        assert f"it holds the purge of account {ACCOUNT}, where that has not begun" in shown
        assert "the purge of account " + OF_A_STRANGER.account_id not in shown
        assert "the invoice is due by" not in shown  # what it names is closed: it cannot pay that
        assert "does not expire meanwhile" not in shown


async def test_money_that_names_nothing_is_offered_no_account_where_it_may_be_of_several(
    temporal: TestNamespace,
) -> None:
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_UNKNOWN)
    entry.ClearField("invoice_by")
    answer = pb.GetMoneyEntryResponse(entry=entry, candidates=[OF_THE_SAME, OF_A_STRANGER])
    script = payments(entry, GetMoneyEntry=lambda _: answer)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        for example in ('{"proforma_number": "NUMBER"', '{"account_id": "ACCOUNT"'):
            assert example in shown
        for number in ("P2026/18", "P2026/19"):
            assert f"it may be for proforma {number}" in shown
        assert "it holds the purge" not in shown


@pytest.mark.parametrize(
    ("update", "data", "rpc", "end"),
    [
        ("assign", {"proforma_number": "P2026/17"}, "AssignMoney", "assigned"),
        ("assign", {"payment_request_id": REQUEST, "accept_shortfall": True}, "AssignMoney", "assigned"),
        ("assign", {"payment_request_id": REQUEST, "accept_late": True}, "AssignMoney", "assigned"),
        ("assign", {"payment_request_id": REQUEST, "accept_other": True}, "AssignMoney", "assigned"),
        ("credit", {"account_id": ACCOUNT}, "CreditMoney", "credited"),
        ("payout", {"fees": "12.34"}, "BookPayout", "payout"),
        ("set_aside", {}, "SetMoneyAside", "set aside"),
    ],
)
async def test_each_decision_is_carried_to_payments_and_ends_the_process(
    temporal: TestNamespace, update: str, data: dict[str, Any], rpc: str, end: str
) -> None:
    entry = an_entry()
    script = payments(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        assert await run.end() == end
        shown = await run.details("nothing: the money is settled")
        assert f"### {end.title().replace(' ', '')}" in shown
        assert "an operator " in shown
        assert f" {end}\n" not in shown, "the operator's deed says it already"
    (asked,) = script.requests(rpc)
    assert (asked.money_entry_id, asked.steering.reason_code) == (entry.money_entry_id, "checked")
    assert [name for name in data if name.startswith("accept_") and not getattr(asked, name)] == []
    assert asked.request_id


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"GetTrial": lambda _: refuse(errors_pb2.REASON_NOT_FOUND)}, "there is no such account, or it was erased"),
        ({"GetStanding": lambda _: ordering_pb2.GetStandingResponse(closed=True)}, "the account is closed"),
    ],
)
async def test_money_becomes_no_credit_of_an_account_that_has_ended_or_never_was(
    temporal: TestNamespace, answers: dict[str, Any], says: str
) -> None:
    entry = an_entry()
    script = payments(entry, **answers)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("credit", {"account_id": ACCOUNT, "reason_code": "checked"})
        assert says in str(refused.value.cause)
        assert says in await run.details("an update was refused")
        assert script.requests("CreditMoney") == []
        await run.handle.execute_update("set_aside", {"reason_code": "checked"})
        assert await run.end() == "set aside"


async def test_money_taken_back_lowers_the_credit_of_an_account_that_has_ended_too(temporal: TestNamespace) -> None:
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_REVERSED)
    script = payments(entry, GetTrial=lambda _: refuse(errors_pb2.REASON_NOT_FOUND))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update("credit", {"account_id": ACCOUNT, "reason_code": "taken_back"})
        assert await run.end() == "credited"


async def test_what_payments_refuses_is_told_and_the_money_waits_on(temporal: TestNamespace) -> None:
    entry = an_entry()
    script = payments(entry, AssignMoney=lambda _: refuse(errors_pb2.REASON_AMOUNT_MISMATCH, "10.00 EUR are missing"))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("assign", {"proforma_number": "P2026/17", "reason_code": "checked"})
        assert "10.00 EUR are missing" in await run.details("an update was refused")
        await run.handle.execute_update("set_aside", {"reason_code": "checked"})
        assert await run.end() == "set aside"


@pytest.mark.parametrize(
    ("changes", "update", "data", "says"),
    [
        ({}, "assign", {}, "not both"),
        ({}, "assign", {"proforma_number": "P2026/17", "payment_request_id": REQUEST}, "not both"),
        ({}, "assign", {"payment_request_id": "17"}, "a UUID"),
        ({}, "assign", {"proforma_number": "P2026/17", "accept_shortfall": "yes"}, "accept_shortfall"),
        ({}, "assign", {"proforma_number": "P2026/17", "accept_late": "yes"}, "accept_late"),
        ({}, "assign", {"proforma_number": "P2026/17", "accept_other": "yes"}, "accept_other"),
        ({}, "assign", {"proforma_number": "P2026/17", "booked_on": "2 March"}, "booked_on"),
        ({}, "credit", {"account_id": "anna@example.it"}, "account_id"),
        ({"reason": pb.MONEY_ENTRY_REASON_REVERSED}, "assign", {"proforma_number": "P2026/17"}, "taken back"),
        ({"reason": pb.MONEY_ENTRY_REASON_REVERSED}, "refund", {}, "taken back"),
        ({}, "refund", {"accept_taken_back": "yes"}, "accept_taken_back: true"),
        ({"money_source": pb.MONEY_SOURCE_ANNOUNCED}, "refund", {}, "casella bank withdraw"),
        ({"perhaps_gone_back_by": "CRO-0815"}, "refund", {}, "a debit of the same amount waits (CRO-0815)"),
        ({}, "payout", {"fees": 12.34}, "fees: euro with two decimals"),
        ({}, "payout", {"accept_more": "yes"}, "accept_more: true"),
        ({"money_source": pb.MONEY_SOURCE_STRIPE}, "payout", {}, "only money of a bank statement"),
        ({"named": [REQUEST]}, "payout", {}, "names no payment request"),
        ({"reason": pb.MONEY_ENTRY_REASON_REVERSED}, "payout", {}, "was not taken back is a payout"),
    ],
)
async def test_an_update_that_makes_no_sense_is_refused_with_one_sentence(
    temporal: TestNamespace, changes: dict[str, Any], update: str, data: dict[str, Any], says: str
) -> None:
    entry = an_entry(**changes)
    script = payments(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        assert says in str(failed.value.cause)
    assert {name for name, _ in script.asked} == {"GetMoneyEntry"}


async def test_a_refund_is_followed_until_the_money_has_left_and_tells_when_it_fails(temporal: TestNamespace) -> None:
    entry = an_entry()
    refund = pb.Refund(refund_id=str(uuid4()), amount=euro(9_000), state=pb.REFUND_STATE_APPROVED, iban="DE89")

    def ask(_: pb.RequestRefundRequest) -> Any:
        entry.settled_to = refund.refund_id
        return settle(entry, pb.MONEY_SETTLEMENT_REFUNDED, pb.RequestRefundResponse(refund=refund))

    script = payments(entry, RequestRefund=ask, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update("refund", {"reason_code": "not_for_us"})
        assert "casella refund export" in await run.details("### Refunding")
        refund.state, refund.failure = pb.REFUND_STATE_FAILED, "returned"
        await run.handle.signal(names.MONEY_CHANGED)
        assert f"casella refund retry {refund.refund_id}" in await run.details("failed (returned)")
        refund.state = pb.REFUND_STATE_DONE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"
        assert "DE89" not in str(await run.handle.fetch_history())
    (asked,) = script.requests("RequestRefund")
    assert (asked.money_entry_id, asked.reason_code) == (entry.money_entry_id, "not_for_us")


async def test_money_that_is_taken_back_while_it_waits_ends_by_itself_and_says_so(temporal: TestNamespace) -> None:
    entry, reversal = an_entry(), str(uuid4())
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, payments(entry), entry.money_entry_id) as run:
        await run.details("### NeedsOperator")
        entry.settlement, entry.taken_back_by = pb.MONEY_SETTLEMENT_TAKEN_BACK, reversal
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "taken back"
        shown = await run.details("### TakenBack")
    assert f"the bank took this money back (entry {reversal}) while it waited: it paid nothing\n" in shown


async def test_a_refund_that_is_given_up_because_its_money_was_taken_back_is_told(temporal: TestNamespace) -> None:
    entry = an_entry(settlement=pb.MONEY_SETTLEMENT_REFUNDED, settled_to=str(uuid4()))
    refund = pb.Refund(refund_id=entry.settled_to, amount=euro(9_000), state=pb.REFUND_STATE_APPROVED)
    script = payments(entry, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### Refunding")
        entry.settlement, entry.taken_back_by = pb.MONEY_SETTLEMENT_TAKEN_BACK, str(uuid4())
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "taken back"
        assert "and the refund, which had not left, was given up" in await run.details("### TakenBack")


@pytest.mark.parametrize(
    ("update", "data"),
    [("assign", {"proforma_number": "P2026/17"}), ("credit", {"account_id": ACCOUNT}), ("refund", {})],
)
async def test_a_part_payment_that_was_taken_back_is_only_set_aside_and_its_page_says_why(
    temporal: TestNamespace, update: str, data: dict[str, Any]
) -> None:
    reversal = str(uuid4())
    entry = an_entry(taken_back_by=reversal)
    script = payments(entry)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        assert f"the bank took this money back (entry {reversal}): it pays nothing" in shown
        assert "`set_aside`" in shown
        assert f"`{update}`" not in shown
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await run.handle.execute_update(update, {**data, "reason_code": "checked"})
        assert "the bank took this money back: it pays nothing" in str(failed.value.cause)
        await run.handle.execute_update("set_aside", {"reason_code": "checked"})
        assert await run.end() == "set aside"
    assert {name for name, _ in script.asked} == {"GetMoneyEntry", "SetMoneyAside"}


async def test_a_failed_refund_of_money_that_was_taken_back_can_only_be_given_up(temporal: TestNamespace) -> None:
    entry = an_entry(settlement=pb.MONEY_SETTLEMENT_REFUNDED, settled_to=str(uuid4()), taken_back_by=str(uuid4()))
    refund = pb.Refund(
        refund_id=entry.settled_to, amount=euro(9_000), means=pb.REFUND_MEANS_BANK_TRANSFER, message_id="REF-1",
        reference="e2e-1", state=pb.REFUND_STATE_SENT,
    )  # fmt: skip
    script = payments(entry, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### NeedsOperator")
        assert f"the bank took this money back (entry {entry.taken_back_by})" in shown
        fail, give_up = (f"`casella refund {deed} {refund.refund_id}`" for deed in ("fail", "cancel"))
        assert f"executing file REF-1, transfer e2e-1; then {fail}, and then {give_up}, which settles the two" in shown
        assert "set both aside" not in shown
        refund.state, refund.failure = pb.REFUND_STATE_FAILED, "refused_by_bank"
        await run.handle.signal(names.MONEY_CHANGED)
        shown = await run.details("its refund has failed")
        assert f"casella refund cancel {refund.refund_id}" in shown
        assert "casella refund retry" not in shown


async def test_money_on_its_way_back_goes_on_saying_that_it_was_perhaps_told_twice(temporal: TestNamespace) -> None:
    entry = an_entry(settlement=pb.MONEY_SETTLEMENT_REFUNDED, settled_to=str(uuid4()), perhaps_told_twice=True)
    refund = pb.Refund(refund_id=entry.settled_to, amount=euro(9_000), state=pb.REFUND_STATE_APPROVED)
    script = payments(entry, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("### Refunding")
        assert "PERHAPS IT CAME ONCE" in shown
        assert f"`casella refund cancel {refund.refund_id}` gives up what has not left" in shown
        refund.state, refund.failure = pb.REFUND_STATE_FAILED, "refused_by_bank"
        await run.handle.signal(names.MONEY_CHANGED)
        shown = await run.details("### NeedsOperator")
        assert "PERHAPS IT CAME ONCE" in shown
        assert "settles the two entries" not in shown
        refund.state = pb.REFUND_STATE_DONE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"


async def test_money_that_was_perhaps_told_twice_and_a_reversal_say_what_they_are(temporal: TestNamespace) -> None:
    told = an_entry(perhaps_told_twice=True)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, payments(told), told.money_entry_id) as run:
        assert "set aside what did not come" in await run.details("PERHAPS IT CAME ONCE")
    came = str(uuid4())
    back = an_entry(reason=pb.MONEY_ENTRY_REASON_REVERSED, takes_back=came)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, payments(back), back.money_entry_id) as run:
        assert f"it is the money of entry {came}" in await run.details("### NeedsOperator")


async def test_a_run_that_begins_after_the_settling_says_what_the_rows_know(temporal: TestNamespace) -> None:
    note = str(uuid4())
    settled = {"settlement": pb.MONEY_SETTLEMENT_CREDIT_NOTE, "settled_to": note, "settled_at": MOMENT}
    entry = an_entry(reason=pb.MONEY_ENTRY_REASON_DISPUTED, **settled)
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, payments(entry), entry.money_entry_id) as run:
        assert await run.end() == "credit note"
        shown = await run.details("### CreditNote")
    assert f"before this run: settled at {wording.day(MOMENT)}, credit note {note}\n" in shown


async def test_a_refund_that_came_back_is_told_by_a_new_run_with_who_asked_for_it_when(temporal: TestNamespace) -> None:
    entry = an_entry(settlement=pb.MONEY_SETTLEMENT_REFUNDED, settled_to=str(uuid4()), settled_at=MOMENT)
    refund = pb.Refund(
        refund_id=entry.settled_to, amount=euro(9_000), state=pb.REFUND_STATE_FAILED, failure="returned",
        reason_code="not_for_us", requested_at=MOMENT,
    )  # fmt: skip
    script = payments(entry, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        shown = await run.details("failed (returned)")
        assert f"before this run: refund of EUR 90.00 asked for at {wording.day(MOMENT)} (not_for_us)" in shown
        refund.state = pb.REFUND_STATE_DONE
        await run.handle.signal(names.MONEY_CHANGED)
        assert await run.end() == "refunded"


async def test_a_refund_that_is_given_up_puts_the_money_back_before_the_operator(temporal: TestNamespace) -> None:
    entry = an_entry(settlement=pb.MONEY_SETTLEMENT_REFUNDED, settled_to=str(uuid4()))
    refund = pb.Refund(refund_id=entry.settled_to, amount=euro(9_000), state=pb.REFUND_STATE_SENT)
    script = payments(entry, GetRefund=lambda _: pb.GetRefundResponse(refund=refund))
    async with running(temporal, names.MONEY, names.MONEY_CHANGED, script, entry.money_entry_id) as run:
        await run.details("### Refunding")
        entry.settlement = pb.MONEY_SETTLEMENT_UNSPECIFIED
        await run.handle.signal(names.MONEY_CHANGED)
        await run.details("`assign`")
