"""What takes minutes or days to go wrong is judged without waiting for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2
from cli.doctor import credit, proofs, temporal, waiting
from cli.doctor.clocks import RoomClock, judge_clocks
from cli.doctor.findings import Level, fine
from cli.installation import Installation
from services.kit import stuck
from services.kit.settings import ProcessSettings
from services.kit.wire import to_date, to_duration, to_timestamp
from workflows import names

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WHERE = Installation(Path("/nowhere"), {}, ProcessSettings())


@pytest.mark.parametrize(
    ("silent_for", "level"),
    [([timedelta(seconds=60)], Level.FINE), ([timedelta(minutes=2)], Level.WRONG), ([], Level.WRONG)],
)
def test_a_worker_that_asks_for_nothing_any_more_has_gone(silent_for: list[timedelta], level: Level) -> None:
    assert temporal.judge_pollers([NOON - span for span in silent_for], NOON).level is level


@pytest.mark.parametrize(
    ("state", "alert_in", "found"),
    [
        (invoicing_pb2.TRANSMISSION_STATE_PENDING, timedelta(seconds=1), 0),
        (invoicing_pb2.TRANSMISSION_STATE_PENDING, timedelta(), 1),
        (invoicing_pb2.TRANSMISSION_STATE_REJECTED, timedelta(), 1),
        (invoicing_pb2.TRANSMISSION_STATE_SENT, timedelta(), 0),
    ],
)
def test_an_e_invoice_that_the_sdi_does_not_have_is_wrong_once_a_person_must_look(
    state: invoicing_pb2.TransmissionState, alert_in: timedelta, found: int
) -> None:
    sent = invoicing_pb2.Transmission(
        invoice_id="i",
        number="2026/17",
        state=state,
        deadline=to_timestamp(NOON + timedelta(days=3)),
        alert_in=to_duration(alert_in),
    )
    findings = waiting.judge_e_invoices([sent, sent])
    assert len(findings) == found, "one line, whatever their number"
    assert all(": 2: 2026/17 (" in finding.text and "casella show invoice" in finding.remedy for finding in findings)


@pytest.mark.parametrize(("late", "found"), [(0, 0), (1, 1)])
def test_a_refund_by_transfer_that_no_statement_has_in_time_is_wrong(late: int, found: int) -> None:
    sent = payments_pb2.Refund(
        refund_id="r1",
        amount=common_pb2.Money(minor=20476, currency="EUR"),
        message_id="REF-1",
        statement_by=to_date((NOON - timedelta(days=late)).date()),
    )
    findings = waiting.judge_unseen_refunds([sent, payments_pb2.Refund(refund_id="stripe")], NOON)
    assert [finding.level for finding in findings] == [Level.WRONG] * found
    assert all("204.76 EUR (file REF-1, expected by 2026-11-23, r1)" in finding.text for finding in findings)


def test_a_refund_on_its_way_whose_money_was_taken_back_is_wrong() -> None:
    sent = payments_pb2.Refund(
        refund_id="r1",
        money_entry_id="e1",
        amount=common_pb2.Money(minor=20476, currency="EUR"),
        message_id="REF-1",
        reference="r1-1",
    )
    assert waiting.judge_refunds_of_nothing([sent, payments_pb2.Refund()]) == []
    sent.taken_back_by = "e2"
    (finding,) = waiting.judge_refunds_of_nothing([sent, payments_pb2.Refund()])
    assert (finding.level, "1: 204.76 EUR (file REF-1, r1-1, r1)" in finding.text) == (Level.WRONG, True)
    assert "`casella refund fail` with the id" in finding.remedy


@pytest.mark.parametrize(("days", "found"), [(7, 0), (8, 1)])
def test_money_that_came_for_what_is_paid_already_is_wrong_once_it_was_kept_for_a_week(days: int, found: int) -> None:
    twice = payments_pb2.MoneyEntry(
        money_entry_id="e1",
        amount=common_pb2.Money(minor=3821, currency="EUR"),
        available_on=to_date(NOON.date()),
        created_at=to_timestamp(NOON - timedelta(days=days)),
        names_only_paid=True,
    )
    other = payments_pb2.MoneyEntry(created_at=to_timestamp(NOON - timedelta(days=days)))
    findings = waiting.judge_paid_twice([twice, other], NOON)
    assert [finding.level for finding in findings] == [Level.WRONG] * found
    assert all("38.21 EUR (2026-11-24, e1)" in finding.text for finding in findings)


def test_what_bank_and_record_by_hand_name_differently_is_not_told_to_be_returned() -> None:
    differs = payments_pb2.MoneyEntry(
        money_entry_id="e1",
        reason=payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS,
        amount=common_pb2.Money(minor=1970, currency="EUR"),
        available_on=to_date(NOON.date()),
        created_at=to_timestamp(NOON - timedelta(days=8)),
        names_only_paid=True,
    )
    (finding,) = waiting.judge_paid_twice([differs], NOON)
    assert "different amounts: 1: 19.70 EUR (2026-11-24, e1)" in finding.text
    assert "refund" not in finding.remedy


@pytest.mark.parametrize(("days", "level"), [(0, Level.NOTE), (8, Level.WRONG)])
def test_what_perhaps_came_once_is_not_told_to_be_returned_but_to_be_compared(days: int, level: Level) -> None:
    told = payments_pb2.MoneyEntry(
        money_entry_id="e1",
        amount=common_pb2.Money(minor=3821, currency="EUR"),
        available_on=to_date(NOON.date()),
        created_at=to_timestamp(NOON - timedelta(days=days)),
        names_only_paid=True,
        perhaps_told_twice=True,
    )
    assert waiting.judge_paid_twice([told], NOON) == []
    (finding,) = waiting.judge_told_twice([told, payments_pb2.MoneyEntry()], NOON)
    assert finding.level == level
    assert "told by two files: 1: 38.21 EUR (2026-11-24, e1)" in finding.text
    assert "Compare with the bank" in finding.remedy
    assert "`set_aside`" in finding.remedy


@pytest.mark.parametrize(
    ("due_in", "refunded", "level"), [(-1, False, Level.WRONG), (0, False, Level.NOTE), (-1, True, None)]
)
def test_a_refund_owed_for_more_than_fourteen_days_is_wrong(due_in: int, refunded: bool, level: Level | None) -> None:  # noqa: FBT001
    amount, due_by = common_pb2.Money(minor=2648, currency="EUR"), to_date((NOON + timedelta(days=due_in)).date())
    owed = ordering_pb2.Withdrawal(
        order_id="o1",
        state=ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
        refund_by=due_by,
        refunds=[
            ordering_pb2.WithdrawalRefund(
                amount=amount, refund_by=due_by, refunded_at=to_timestamp(NOON) if refunded else None
            )
        ],
    )
    findings = waiting.judge_refunds([owed, owed], NOON)
    assert all(finding.text.count("order o1: ") == 2 for finding in findings), "each is named"
    assert [finding.level for finding in findings] == ([level] if level else [])
    assert all("order o1: 26.48 EUR, due by 2026-11-2" in finding.text for finding in findings)


def test_a_refund_that_is_late_hides_none_that_is_not() -> None:
    late, in_time = (
        ordering_pb2.Withdrawal(
            order_id=order_id,
            state=ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
            refund_by=to_date((NOON + timedelta(days=days)).date()),
        )
        for order_id, days in (("o1", -1), ("o2", 3))
    )
    wrong, note = waiting.judge_refunds([in_time, late], NOON)
    assert (wrong.level, "order o1" in wrong.text, "order o2" in wrong.text) == (Level.WRONG, True, False)
    assert (note.level, "order o1" in note.text, "order o2" in note.text) == (Level.NOTE, False, True)


def test_a_withdrawal_whose_payments_are_not_decided_is_owed_too_and_a_closing_one_is_not() -> None:
    undecided = ordering_pb2.Withdrawal(
        order_id="o1", state=ordering_pb2.WITHDRAWAL_STATE_NOTICED, refund_by=to_date(NOON.date() - timedelta(days=1))
    )
    (finding,) = waiting.judge_refunds([undecided], NOON)
    assert "what was paid is not decided" in finding.text
    undecided.state = ordering_pb2.WITHDRAWAL_STATE_CLOSING
    assert waiting.judge_refunds([undecided], NOON) == []


def test_production_has_no_clock_to_judge() -> None:
    assert judge_clocks([]) == []


@pytest.mark.parametrize(("behind", "level"), [(timedelta(seconds=2), Level.NOTE), (timedelta(seconds=3), Level.WRONG)])
def test_clocks_that_are_moved_go_together_within_two_seconds(behind: timedelta, level: Level) -> None:
    moved = [RoomClock("trial", NOON, timedelta(days=1)), RoomClock("ordering", NOON, timedelta(days=1) - behind)]
    (finding,) = judge_clocks(moved)
    assert (finding.level, "ordering is behind" in finding.text) == (level, level is Level.WRONG)


def test_a_record_that_no_statement_confirms_is_wrong_though_the_ledger_is_balanced() -> None:
    amount = common_pb2.Money(minor=8540, currency="EUR")
    numbered = payments_pb2.UnconfirmedTransfer(order_id="o1", proforma_number="P2026/17", amount=amount)
    records = [numbered, *(payments_pb2.UnconfirmedTransfer(order_id=f"n{n}", amount=amount) for n in range(11))]
    ledger = payments_pb2.ProveLedgerResponse(balanced=True, transactions=3, unconfirmed_transfers=records)
    balanced, unconfirmed = proofs.judge_ledger(ledger)
    assert (balanced.level, unconfirmed.level) == (Level.FINE, Level.WRONG)
    for words in (": 12: 85.40 EUR for order o1 (P2026/17), ", "n8 (no proforma) and 2 more"):
        assert words in unconfirmed.text
    assert proofs.judge_ledger(payments_pb2.ProveLedgerResponse(balanced=True)) == [
        fine("the ledger is balanced (0 transactions)")
    ]


@pytest.mark.parametrize(("age", "level"), [(timedelta(hours=23), Level.NOTE), (timedelta(hours=25), Level.WRONG)])
def test_money_that_waits_is_trouble_after_a_day(age: timedelta, level: Level) -> None:
    entry = payments_pb2.MoneyEntry(created_at=to_timestamp(NOON - age))
    younger = payments_pb2.MoneyEntry(created_at=to_timestamp(NOON))
    (finding,) = waiting.judge_money([entry, younger], NOON)
    assert finding.level is level
    assert "pays nothing by itself: 2, the oldest since" in finding.text
    assert finding.text.endswith(" by Casella's clock")


def test_waiting_money_is_trouble_from_three_days_before_its_last_day_for_an_invoice() -> None:
    def entry(day: int) -> payments_pb2.MoneyEntry:
        by = common_pb2.Date(year=2026, month=11, day=day)
        amount = common_pb2.Money(minor=1976, currency="EUR")
        return payments_pb2.MoneyEntry(money_entry_id=f"e{day}", amount=amount, invoice_by=by)

    assert waiting.judge_invoice_days([entry(28), payments_pb2.MoneyEntry()], NOON) == []
    (finding,) = waiting.judge_invoice_days([entry(27), entry(28), entry(20)], NOON)
    assert finding.level is Level.WRONG
    assert "for an invoice: 2: 19.76 EUR (–, last day 2026-11-20, e20), 19.76 EUR (–, last day 2026-11-27, e27)" in (
        finding.text
    )


@pytest.mark.parametrize(("ahead", "level"), [(timedelta(seconds=1), Level.NOTE), (timedelta(), Level.WRONG)])
def test_a_request_for_erasure_is_trouble_from_the_day_on_which_its_answer_is_warned_of(
    ahead: timedelta, level: Level
) -> None:
    asked = erasures_pb2.Erasure(
        account_id="a1",
        state=erasures_pb2.ERASURE_STATE_WAITING,
        warn_at=to_timestamp(NOON + ahead),
        answer_by=to_timestamp(NOON + timedelta(days=5)),
    )
    (finding,) = waiting.judge_erasures([asked], NOON)
    assert finding.level is level
    assert ("a1 (answer due by" in finding.text) is (level is Level.WRONG)


@pytest.mark.parametrize(("due", "level"), [(24, Level.NOTE), (23, Level.WRONG)])
def test_a_refund_after_a_withdrawal_is_late_from_the_day_after_its_last(due: int, level: Level) -> None:
    amount, due_by = common_pb2.Money(minor=1976, currency="EUR"), common_pb2.Date(year=2026, month=11, day=due)
    withdrawn = ordering_pb2.Withdrawal(
        order_id="o1",
        state=ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
        refund_by=due_by,
        refunds=[ordering_pb2.WithdrawalRefund(amount=amount, refund_by=due_by)],
    )
    (finding,) = waiting.judge_refunds([withdrawn], NOON)
    assert finding.level is level
    assert f"order o1: 19.76 EUR, due by 2026-11-{due}" in finding.text
    withdrawn.refunds[0].refunded_at.CopyFrom(to_timestamp(NOON))
    assert waiting.judge_refunds([withdrawn], NOON) == []


@pytest.mark.parametrize(("due", "level"), [(24, Level.NOTE), (23, Level.WRONG)])
def test_money_that_came_after_a_withdrawal_is_late_from_the_day_after_its_own_last(due: int, level: Level) -> None:
    withdrawn = ordering_pb2.Withdrawal(
        order_id="o1",
        state=ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
        refund_by=common_pb2.Date(year=2026, month=11, day=1),
        refunds=[
            ordering_pb2.WithdrawalRefund(
                money_entry_id="m1",
                amount=common_pb2.Money(minor=500, currency="EUR"),
                refund_by=common_pb2.Date(year=2026, month=11, day=due),
            )
        ],
    )
    (finding,) = waiting.judge_refunds([withdrawn], NOON)
    assert finding.level is level
    assert f"order o1: 5.00 EUR, due by 2026-11-{due}" in finding.text


def test_a_part_that_is_back_does_not_hide_that_the_rest_is_undecided() -> None:
    part = ordering_pb2.WithdrawalRefund(money_entry_id="m1", refunded_at=to_timestamp(NOON))
    undecided = ordering_pb2.Withdrawal(
        order_id="o1", state=ordering_pb2.WITHDRAWAL_STATE_NOTICED, refund_by=to_date(NOON.date()), refunds=[part]
    )
    (finding,) = waiting.judge_refunds([undecided], NOON)
    assert "what was paid is not decided" in finding.text


@pytest.mark.parametrize(("age", "level"), [(timedelta(minutes=59), Level.NOTE), (timedelta(minutes=61), Level.WRONG)])
def test_a_run_that_needs_an_operator_is_trouble_after_an_hour(age: timedelta, level: Level) -> None:
    found = {"order:b": NOON, "einvoice:a": NOON - age}
    (finding,) = temporal.judge_needing(WHERE, found, NOON)
    assert finding.level is level
    assert "need an operator: 2, the oldest since" in finding.text
    assert finding.text.endswith(" by Temporal's clock: einvoice:a, order:b")
    assert temporal.judge_needing(WHERE, {}, NOON) == []


def test_a_run_that_looks_again_for_a_moment_has_needed_an_operator_all_the_time() -> None:
    def ago(**span: float) -> datetime:
        return NOON - timedelta(**span)

    needs = "NeedsOperator"
    looked = [
        (ago(minutes=5), needs),
        (ago(minutes=5, seconds=2), "Paid"),
        (ago(hours=24), needs),
        (ago(hours=30), "P"),
    ]
    assert stuck.needing_since(looked, NOON) == ago(hours=24)
    anew = [(ago(minutes=5), needs), (ago(hours=3), "Transmitting"), (ago(hours=24), needs)]
    assert stuck.needing_since(anew, NOON) == ago(minutes=5)
    assert stuck.needing_since([], NOON) == NOON


def test_since_when_a_run_needs_an_operator_is_read_back_to_what_came_before() -> None:
    def ago(**span: float) -> datetime:
        return datetime.now(UTC) - timedelta(**span)

    needs = names.NEEDS_OPERATOR
    looking = [(ago(hours=2), needs), (ago(hours=2, seconds=1), "Refunding"), (ago(hours=26), needs)]
    assert not stuck.tells_since([])
    assert not stuck.tells_since(looking), "it looks again each day: its beginning is on an older page"
    assert stuck.tells_since([*looking, (ago(hours=40), "Refunding")])


def test_a_run_on_which_the_code_fails_is_named_at_once_with_both_ways_out() -> None:
    (finding,) = temporal.judge_failing(WHERE, ["order:a", "trial:b"])
    assert finding.level is Level.WRONG
    assert finding.text.endswith("2: order:a, trial:b")
    for words in ("Start a mended worker", "Terminate such a run: it is woken within the hour"):
        assert words in finding.remedy
    assert temporal.judge_failing(WHERE, []) == []


def test_requests_for_the_reseller_status_are_told_and_a_status_that_fails_is_its_run_s() -> None:
    asked = [
        ordering_pb2.ResellerStatus(
            account_id=name, state=ordering_pb2.RESELLER_STATE_REQUESTED, requested_at=to_timestamp(NOON)
        )
        for name in ("a1", "a2")
    ]
    failing = ordering_pb2.ResellerStatus(account_id="a3", state=ordering_pb2.RESELLER_STATE_APPROVED)
    [finding] = waiting.judge_resellers([*asked, failing])
    assert (finding.level, "2, the oldest since 2026-11-24 13:00 CET" in finding.text) == (Level.NOTE, True)
    assert "casella show account a1" in str(finding.remedy)
    assert waiting.judge_resellers([failing]) == []


@pytest.mark.parametrize(
    ("age", "levels"),
    [(timedelta(days=24), [Level.NOTE]), (timedelta(days=25), [Level.WRONG]), (timedelta(days=40), [Level.WRONG])],
)
def test_a_request_to_delete_a_profile_is_wrong_from_its_25th_day_on(age: timedelta, levels: list[Level]) -> None:
    asked = erasures_pb2.Erasure(
        account_id="018f",
        state=erasures_pb2.ERASURE_STATE_WAITING,
        warn_at=to_timestamp(NOON - age + timedelta(days=25)),
        answer_by=to_timestamp(NOON - age + timedelta(days=30)),
    )
    found = waiting.judge_erasures([asked], NOON)
    assert [finding.level for finding in found] == levels
    assert ("018f" in found[0].text) is (levels == [Level.WRONG])


def test_an_approved_erasure_that_is_not_at_its_end_is_a_note() -> None:
    approved = erasures_pb2.Erasure(state=erasures_pb2.ERASURE_STATE_APPROVED, warn_at=to_timestamp(NOON))
    assert [finding.level for finding in waiting.judge_erasures([approved], NOON)] == [Level.NOTE]
    assert waiting.judge_erasures([], NOON) == []


def disputed(state: payments_pb2.DisputeState, **fields: Any) -> payments_pb2.MoneyEntry:
    """A dispute over EUR 100.00; evidence is due in two days while it is wanted."""
    money = common_pb2.Money(minor=10_000, currency="EUR")
    dispute = payments_pb2.Dispute(state=state, amount=money, withdrawn=money, **fields)
    if state == payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE and not dispute.HasField("evidence_by"):
        dispute.evidence_by.CopyFrom(to_timestamp(NOON + timedelta(days=4)))
    return payments_pb2.MoneyEntry(reason=payments_pb2.MONEY_ENTRY_REASON_DISPUTED, dispute=dispute)


@pytest.mark.parametrize(
    ("entry", "level", "says"),
    [
        (disputed(payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE), Level.NOTE, "evidence is wanted: 1: 100.00 EUR by"),
        (
            disputed(payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE, evidence_by=to_timestamp(NOON + timedelta(days=3))),
            Level.WRONG,
            "evidence is wanted",
        ),
        (
            disputed(payments_pb2.DISPUTE_STATE_INQUIRY, evidence_by=to_timestamp(NOON - timedelta(days=3))),
            Level.WRONG,
            ", which has passed",
        ),
        (
            disputed(
                payments_pb2.DISPUTE_STATE_INQUIRY,
                evidence_by=to_timestamp(NOON - timedelta(days=3)),
                refunded=common_pb2.Money(minor=10_000, currency="EUR"),
            ),
            Level.NOTE,
            "inquiries whose payment is refunded: 1",
        ),
        (
            disputed(
                payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE, refunded=common_pb2.Money(minor=10_000, currency="EUR")
            ),
            Level.NOTE,
            "evidence is wanted: 1",
        ),
        (disputed(payments_pb2.DISPUTE_STATE_UNDER_REVIEW), Level.NOTE, "banks decide: 1"),
        (disputed(payments_pb2.DISPUTE_STATE_LOST, closed_at=to_timestamp(NOON)), Level.NOTE, "wait for your decision"),
        (
            disputed(payments_pb2.DISPUTE_STATE_LOST, closed_at=to_timestamp(NOON - timedelta(days=2))),
            Level.WRONG,
            "wait for your decision: 1",
        ),
        (
            disputed(
                payments_pb2.DISPUTE_STATE_LOST,
                closed_at=to_timestamp(NOON - timedelta(days=200)),
                decision=payments_pb2.DISPUTE_DECISION_CLAIM,
            ),
            Level.NOTE,
            "claims after lost disputes: 1: 100.00 EUR",
        ),
        (
            disputed(
                payments_pb2.DISPUTE_STATE_LOST,
                closed_at=to_timestamp(NOON - timedelta(hours=1)),
                counted_as_refund=common_pb2.Money(minor=9_995, currency="EUR"),
            ),
            Level.NOTE,
            "lost disputes that wait for your decision: 1: 0.05 EUR",
        ),
    ],
)
def test_a_dispute_is_trouble_once_its_evidence_or_its_decision_is_late(
    entry: payments_pb2.MoneyEntry, level: Level, says: str
) -> None:
    (finding,) = waiting.judge_disputes([entry], NOON)
    assert finding.level is level
    assert says in finding.text


def test_of_several_lost_disputes_the_oldest_says_whether_a_decision_is_late() -> None:
    lost = [
        disputed(payments_pb2.DISPUTE_STATE_LOST, closed_at=to_timestamp(NOON - timedelta(days=days)))
        for days in (0, 2)
    ]
    for money in (lost, lost[::-1]):
        (finding,) = waiting.judge_disputes(money, NOON)
        assert (finding.level, "decision: 2: 100.00 EUR" in finding.text) == (Level.WRONG, True)


def test_without_disputes_the_doctor_is_silent_about_them() -> None:
    assert waiting.judge_disputes([], NOON) == []


@pytest.mark.parametrize(("days", "level"), [(7, Level.NOTE), (8, Level.WRONG)])
def test_a_refund_by_transfer_that_nobody_sends_is_named_and_wrong_after_a_week(days: int, level: Level) -> None:
    kept = payments_pb2.Refund(
        refund_id="w1",
        amount=common_pb2.Money(minor=1_976, currency="EUR"),
        means=payments_pb2.REFUND_MEANS_BANK_TRANSFER,
        state=payments_pb2.REFUND_STATE_APPROVED,
        requested_at=to_timestamp(NOON - timedelta(days=days)),
    )
    by_itself = payments_pb2.Refund(refund_id="s1", means=payments_pb2.REFUND_MEANS_STRIPE)
    (finding,) = waiting.judge_waiting_refunds([kept, by_itself], NOON)
    assert (finding.level, "wait for you: 1: 19.76 EUR" in finding.text, "(w1)" in finding.text) == (level, True, True)
    assert "casella refund approve" in finding.remedy
    assert waiting.judge_waiting_refunds([by_itself], NOON) == []
    new = payments_pb2.Refund(refund_id="w2", means=kept.means, requested_at=to_timestamp(NOON))
    (either,) = waiting.judge_waiting_refunds([new, kept], NOON)
    assert either.level is level


@pytest.mark.parametrize(("entry", "found"), [("", 1), ("m1", 0)], ids=["of a withdrawal or credit", "of an entry"])
def test_a_failed_refund_of_which_no_workflow_of_money_tells_is_wrong(entry: str, found: int) -> None:
    amount = common_pb2.Money(minor=1_230, currency="EUR")
    failed = payments_pb2.Refund(refund_id="f1", amount=amount, failure="iban_missing", money_entry_id=entry)
    findings = waiting.judge_failed_refunds([failed])
    assert [each.level for each in findings] == [Level.WRONG] * found
    assert all("1: 12.30 EUR (iban_missing, f1)" in each.text for each in findings)


def test_credit_of_an_account_that_has_ended_is_still_owed() -> None:
    left = payments_pb2.AccountCredit(account_id="a1", credit=common_pb2.Money(minor=10_000, currency="EUR"))
    (finding,) = credit.judge([left])
    assert (finding.level, "1: 100.00 EUR (a1)" in finding.text) == (Level.WRONG, True)
    assert "casella refund credit" in finding.remedy
    assert credit.judge([]) == []


def test_numbers_used_outside_are_noted_for_ever_and_no_alarm() -> None:
    assert proofs.judge_used_outside([]) == []
    (told,) = proofs.judge_used_outside(["2026/7, invoice of 2026-11-24", "2026/8, credit note of 2026-11-24"])
    assert told.level is Level.NOTE
    assert told.text.endswith("to be entered by hand: 2, the first: 2026/7, invoice of 2026-11-24")
