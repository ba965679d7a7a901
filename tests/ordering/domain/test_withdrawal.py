"""Who may withdraw, until when, and what is owed: never more than was paid, never below zero, over every calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import ROME, Period, rome_date
from services.kit.money import Money
from services.ordering.domain.dates import first_period, withdrawal_until
from services.ordering.domain.kinds import Billing
from services.ordering.domain.states import OrderState
from services.ordering.domain.withdrawal import (
    Contract,
    Refusal,
    days_owed,
    owed,
    refund_by,
    refusal,
    served,
    with_duty,
)
from services.ordering.domain.withdrawal_next import Owed, Paid, WithdrawalNext, WithdrawalStanding, next_step

ORDERED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday: the 14th day after it, too."""
MONTH = Period(date(2026, 3, 2), date(2026, 4, 1))
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def contract(
    state: OrderState = OrderState.FULFILLED,
    *,
    term: Period | None = MONTH,
    consumer: bool = True,
    at_once: bool = True,
) -> Contract:
    return Contract(state, withdrawal_until(ORDERED) if consumer else None, term, at_once)


@pytest.mark.parametrize("state", [OrderState.OPEN, OrderState.PAID, OrderState.FULFILLED])
def test_a_consumer_may_withdraw_to_the_last_day_whether_paid_or_not(state: OrderState) -> None:
    assert refusal(contract(state), date(2026, 3, 16), withdrawn=False) is None
    assert refusal(contract(state), date(2026, 3, 17), withdrawn=False) is Refusal.PERIOD_OVER


@pytest.mark.parametrize("state", [OrderState.EXPIRED, OrderState.CANCELLED])
def test_an_order_that_has_ended_unpaid_binds_nobody(state: OrderState) -> None:
    assert refusal(contract(state), date(2026, 3, 3), withdrawn=False) is Refusal.ORDER_ENDED


def test_who_is_no_consumer_has_no_right_and_a_second_notice_finds_nothing() -> None:
    assert refusal(contract(consumer=False), date(2026, 3, 3), withdrawn=False) is Refusal.NOT_GRANTED
    assert refusal(contract(), date(2026, 3, 3), withdrawn=True) is Refusal.ALREADY_WITHDRAWN


@pytest.mark.parametrize(
    ("due", "price", "duty", "owes"),
    [
        (23, 85_32, 2_00, 23),
        (85_32, 85_32, 2_00, 87_32),
        (85_32, 85_32, 0, 85_32),
        (0, 85_32, 2_00, 0),
        (0, 0, 2_00, 0),
    ],
)
def test_charged_stamp_duty_goes_back_whole_unless_nothing_of_the_price_does(
    due: int, price: int, duty: int, owes: int
) -> None:
    assert with_duty(Money(due), Money(price), Money(duty)) == Money(owes)


@pytest.mark.parametrize(
    ("on", "days"), [(date(2026, 3, 2), 1), (date(2026, 3, 5), 4), (date(2026, 3, 16), 15), (date(2026, 3, 1), 0)]
)
def test_the_days_of_the_unlock_and_of_the_notice_both_count(on: date, days: int) -> None:
    assert days_owed(contract(), on) == days


def test_nothing_is_owed_without_the_express_request_nor_before_the_unlock() -> None:
    total = Money(1830)
    assert owed(contract(at_once=False), total, date(2026, 3, 16)) == Money(0)
    assert owed(contract(term=None), total, date(2026, 3, 16)) == Money(0)


def test_nothing_is_owed_where_the_notice_came_before_the_unlock_of_the_same_day() -> None:
    unserved = replace(contract(), served=False)
    assert owed(unserved, Money(1830), MONTH.first) == Money(0)
    assert served(unserved, MONTH.first) is None


def test_what_is_owed_is_rounded_half_up_once() -> None:
    assert owed(contract(), Money(1830), date(2026, 3, 5)) == Money(236)  # 1830 × 4 / 31 = 236.13
    assert owed(contract(), Money(155), date(2026, 3, 2)) == Money(5)  # exactly 5
    term = Period(date(2026, 3, 2), date(2026, 3, 5))
    assert owed(contract(term=term), Money(2), date(2026, 3, 2)) == Money(1)  # 0.5


def test_the_refund_is_due_fourteen_days_after_the_notice() -> None:
    assert refund_by(date(2026, 3, 5)) == date(2026, 3, 19)


INSTANTS = st.integers(0, 20 * 366 * 24 * 60).map(lambda minute: datetime(2020, 1, 1, tzinfo=UTC) + minute * MINUTE)


@given(
    unlocked=INSTANTS, billing=st.sampled_from(Billing), total=st.integers(0, 10_000_000), later=st.integers(-400, 800)
)
def test_never_more_than_the_total_and_never_below_zero(
    unlocked: datetime, billing: Billing, total: int, later: int
) -> None:
    term = first_period(unlocked, billing)
    on = term.first + timedelta(days=later)
    due = owed(contract(term=term), Money(total), on)
    assert Money(0) <= due <= Money(total)
    assert (due == Money(total)) if on >= term.last else True


@given(unlocked=INSTANTS, billing=st.sampled_from(Billing), total=st.integers(1, 10_000_000), days=st.integers(0, 400))
def test_a_day_more_never_costs_less_over_leap_years_and_the_change_of_clocks(
    unlocked: datetime, billing: Billing, total: int, days: int
) -> None:
    """Each day costs its share of the term, whatever its hours: 28 to 31, 365 or 366 shares in all."""
    term = first_period(unlocked, billing)
    sums = [owed(contract(term=term), Money(total), term.first + timedelta(days=n)).minor for n in range(term.days)]
    assert sums == sorted(sums)
    assert sums[-1] == total
    n = min(days, term.days - 1)
    assert abs(sums[n] * term.days - total * (n + 1)) * 2 <= term.days  # half a cent at the most


@given(unlocked=INSTANTS, hour=st.integers(0, 23))
def test_the_hour_of_the_unlock_does_not_matter(unlocked: datetime, hour: int) -> None:
    day = rome_date(unlocked)
    there = datetime(day.year, day.month, day.day, hour, tzinfo=ROME)
    term = first_period(there, Billing.MONTHLY)
    assert days_owed(contract(term=term), day + timedelta(days=3)) == 4


def standing(
    paid: Paid | None = None, refunds: list[Owed] | None = None, purge_at: datetime | None = None
) -> WithdrawalStanding:
    return WithdrawalStanding(
        paid or Paid(OrderState.FULFILLED, unpaid=False, uninvoiced=False), refunds or [], purge_at
    )


@pytest.mark.parametrize(
    ("paid", "due"),
    [
        (Paid(OrderState.OPEN, unpaid=False, uninvoiced=False), "order_end"),
        (Paid(OrderState.PAID, unpaid=False, uninvoiced=False), "invoice"),
        (Paid(OrderState.FULFILLED, unpaid=False, uninvoiced=True), "invoice"),
        (Paid(OrderState.FULFILLED, unpaid=True, uninvoiced=False), "period_end"),
    ],
)
def test_nothing_is_refunded_before_all_payments_are_decided(paid: Paid, due: str) -> None:
    step = next_step(standing(paid, purge_at=NOW), NOW)
    assert (step.next, step.due) == (WithdrawalNext.WAIT, due)


def test_refund_then_credit_note_then_the_closing_days_then_the_closing() -> None:
    later = NOW + timedelta(days=30)
    steps = [
        next_step(standing(refunds=[Owed(refunded=True, credited=True), Owed(refunded=False, credited=False)]), NOW),
        next_step(standing(refunds=[Owed(refunded=True, credited=False)], purge_at=later), NOW),
        next_step(standing(refunds=[Owed(refunded=True, credited=True)], purge_at=later), NOW),
        next_step(standing(refunds=[Owed(refunded=True, credited=True)], purge_at=later), later),
        next_step(standing(refunds=[Owed(refunded=True, credited=True)]), later),
    ]
    assert [step.next for step in steps] == [
        WithdrawalNext.REFUND_DUE,
        WithdrawalNext.CREDIT_NOTE_DUE,
        WithdrawalNext.WAIT,
        WithdrawalNext.CLOSE_DUE,
        WithdrawalNext.NOT_OPEN,
    ]
    assert (steps[2].due, steps[2].due_at) == ("purge", later)
