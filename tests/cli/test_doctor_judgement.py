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
            "claims after disputes and reversals: 1: 100.00 EUR",
        ),
        (
            disputed(
                payments_pb2.DISPUTE_STATE_LOST,
                closed_at=to_timestamp(NOON - timedelta(hours=1)),
                counted_as_refund=common_pb2.Money(minor=9_995, currency="EUR"),
            ),
            Level.NOTE,
            "lost disputes and money taken back that wait for your decision: 1: 0.05 EUR",
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
