"""Refunds that wait too long are judged without waiting for it."""

from datetime import UTC, datetime, timedelta

import pytest

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli.doctor import refunds
from cli.doctor.findings import Level
from services.kit.wire import to_date, to_timestamp

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(("late", "found"), [(0, 0), (1, 1)])
def test_a_refund_by_transfer_that_no_statement_has_in_time_is_wrong(late: int, found: int) -> None:
    sent = payments_pb2.Refund(
        refund_id="r1",
        amount=common_pb2.Money(minor=20476, currency="EUR"),
        message_id="REF-1",
        statement_by=to_date((NOON - timedelta(days=late)).date()),
    )
    findings = refunds.judge_unseen_refunds([sent, payments_pb2.Refund(refund_id="stripe")], NOON)
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
    assert refunds.judge_refunds_of_nothing([sent, payments_pb2.Refund()]) == []
    sent.taken_back_by = "e2"
    (finding,) = refunds.judge_refunds_of_nothing([sent, payments_pb2.Refund()])
    assert (finding.level, "1: 204.76 EUR (file REF-1, r1-1, r1)" in finding.text) == (Level.WRONG, True)
    assert "`casella refund fail` with the id" in finding.remedy


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
    findings = refunds.judge_refunds([owed, owed], NOON)
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
    wrong, note = refunds.judge_refunds([in_time, late], NOON)
    assert (wrong.level, "order o1" in wrong.text, "order o2" in wrong.text) == (Level.WRONG, True, False)
    assert (note.level, "order o1" in note.text, "order o2" in note.text) == (Level.NOTE, False, True)


def test_a_withdrawal_whose_payments_are_not_decided_is_owed_too_and_a_closing_one_is_not() -> None:
    undecided = ordering_pb2.Withdrawal(
        order_id="o1", state=ordering_pb2.WITHDRAWAL_STATE_NOTICED, refund_by=to_date(NOON.date() - timedelta(days=1))
    )
    (finding,) = refunds.judge_refunds([undecided], NOON)
    assert "what was paid is not decided" in finding.text
    undecided.state = ordering_pb2.WITHDRAWAL_STATE_CLOSING
    assert refunds.judge_refunds([undecided], NOON) == []


@pytest.mark.parametrize(("due", "level"), [(24, Level.NOTE), (23, Level.WRONG)])
def test_a_refund_after_a_withdrawal_is_late_from_the_day_after_its_last(due: int, level: Level) -> None:
    amount, due_by = common_pb2.Money(minor=1976, currency="EUR"), common_pb2.Date(year=2026, month=11, day=due)
    withdrawn = ordering_pb2.Withdrawal(
        order_id="o1",
        state=ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
        refund_by=due_by,
        refunds=[ordering_pb2.WithdrawalRefund(amount=amount, refund_by=due_by)],
    )
    (finding,) = refunds.judge_refunds([withdrawn], NOON)
    assert finding.level is level
    assert f"order o1: 19.76 EUR, due by 2026-11-{due}" in finding.text
    withdrawn.refunds[0].refunded_at.CopyFrom(to_timestamp(NOON))
    assert refunds.judge_refunds([withdrawn], NOON) == []


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
    (finding,) = refunds.judge_refunds([withdrawn], NOON)
    assert finding.level is level
    assert f"order o1: 5.00 EUR, due by 2026-11-{due}" in finding.text


def test_a_part_that_is_back_does_not_hide_that_the_rest_is_undecided() -> None:
    part = ordering_pb2.WithdrawalRefund(money_entry_id="m1", refunded_at=to_timestamp(NOON))
    undecided = ordering_pb2.Withdrawal(
        order_id="o1", state=ordering_pb2.WITHDRAWAL_STATE_NOTICED, refund_by=to_date(NOON.date()), refunds=[part]
    )
    (finding,) = refunds.judge_refunds([undecided], NOON)
    assert "what was paid is not decided" in finding.text


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
    (finding,) = refunds.judge_waiting_refunds([kept, by_itself], NOON)
    assert (finding.level, "wait for you: 1: 19.76 EUR" in finding.text, "(w1)" in finding.text) == (level, True, True)
    assert "casella refund approve" in finding.remedy
    assert refunds.judge_waiting_refunds([by_itself], NOON) == []
    new = payments_pb2.Refund(refund_id="w2", means=kept.means, requested_at=to_timestamp(NOON))
    (either,) = refunds.judge_waiting_refunds([new, kept], NOON)
    assert either.level is level


@pytest.mark.parametrize(("entry", "found"), [("", 1), ("m1", 0)], ids=["of a withdrawal or credit", "of an entry"])
def test_a_failed_refund_of_which_no_workflow_of_money_tells_is_wrong(entry: str, found: int) -> None:
    amount = common_pb2.Money(minor=1_230, currency="EUR")
    failed = payments_pb2.Refund(refund_id="f1", amount=amount, failure="iban_missing", money_entry_id=entry)
    findings = refunds.judge_failed_refunds([failed])
    assert [each.level for each in findings] == [Level.WRONG] * found
    assert all("1: 12.30 EUR (iban_missing, f1)" in each.text for each in findings)
