"""The dates of an unpaid period and of a subscription's end: calendar days in Rome, each to its last moment."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.kit.calendar import Period, add_days, rome_date, start_of_day
from services.ordering.domain.dunning import (
    carried,
    close_at,
    dunning,
    ends_at,
    last_moment,
    notice_in_time,
    paid_without,
    purge_at,
)
from services.ordering.domain.kinds import Billing
from services.ordering.domain.periods import Contract, planned
from services.ordering.domain.policy import RenewalPolicy

POLICY = RenewalPolicy()
MONTHLY, ANNUAL = Billing.MONTHLY, Billing.ANNUAL
moments = st.datetimes(datetime(2026, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  a bound
policies = st.integers(1, 90).flatmap(
    lambda suspend: st.builds(
        RenewalPolicy,
        due_days=st.integers(1, 28),
        reminder_days=st.sets(st.integers(1, suspend), max_size=4).map(lambda days: tuple(sorted(days))),
        suspend_days=st.just(suspend),
        close_days=st.integers(1, 365),
        closing_days=st.integers(30, 365),
    )
)
MICROSECOND = timedelta(microseconds=1)


def is_last_of_its_day(moment: datetime) -> bool:
    return rome_date(moment + MICROSECOND) == rome_date(moment) + timedelta(days=1)


@given(moments)
def test_a_monthly_period_is_due_10_days_after_its_proforma(at: datetime) -> None:
    dates = dunning(at, MONTHLY, rome_date(at), POLICY)
    assert (dates.due_on - rome_date(at)).days == 10
    assert rome_date(dates.suspend_at) == dates.due_on + timedelta(days=10)
    assert is_last_of_its_day(dates.suspend_at)


anchors = st.dates(date(2026, 1, 1), date(2034, 1, 1))


@given(anchors, st.integers(0, 40), st.integers(0, 24 * 60 - 1), policies)
@example(anchor=date(2026, 11, 29), late=0, minute=60, policy=POLICY)
def test_no_monthly_period_suspends_on_a_day_that_is_paid(
    anchor: date, late: int, minute: int, policy: RenewalPolicy
) -> None:
    """Whatever the day on which the service began, however late the period after its first month is asked for."""
    paid = Period.of_months(anchor, 1)
    plan = planned(Contract(UUID(int=minute * 60), MONTHLY, anchor), paid.last, policy)
    dates = dunning(add_days(plan.measure_at, late), MONTHLY, plan.days.first, policy)
    assert plan.days.first == paid.last + timedelta(days=1)
    assert dates.suspend_at >= start_of_day(plan.days.first) - MICROSECOND
    asked_on = rome_date(add_days(plan.measure_at, late))
    is_early = asked_on + timedelta(days=policy.due_days + policy.suspend_days) < paid.last
    assert rome_date(dates.suspend_at) == (
        paid.last if is_early else asked_on + timedelta(days=policy.due_days + policy.suspend_days)
    )


def test_days_at_a_month_s_end_are_due_and_reminded_of_as_long_before_their_suspension_as_any() -> None:
    at = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    dates = dunning(at, MONTHLY, date(2026, 12, 29), POLICY)
    assert (dates.due_on, rome_date(dates.suspend_at)) == (date(2026, 12, 18), date(2026, 12, 28))
    assert [rome_date(each.due_at) for each in dates.reminders] == [date(2026, 12, 19), date(2026, 12, 23)]


@given(moments)
def test_reminders_come_after_the_due_day_at_the_proforma_s_hour_and_before_the_suspension(at: datetime) -> None:
    dates = dunning(at, MONTHLY, rome_date(at), POLICY)
    assert [(rome_date(each.due_at) - dates.due_on).days for each in dates.reminders] == [1, 5]
    assert [each.due_at for each in dates.reminders] == [add_days(at, 11), add_days(at, 15)]
    assert all(each.due_at < dates.suspend_at for each in dates.reminders)


@pytest.mark.parametrize(
    ("proforma", "due"), [("2027-01-30", "2027-03-01"), ("2027-02-25", "2027-03-07"), ("2027-03-20", "2027-03-30")]
)
def test_an_annual_period_is_due_on_the_last_day_of_the_term_before_unless_measured_late(
    proforma: str, due: str
) -> None:
    at = datetime.fromisoformat(f"{proforma}T08:00:00+00:00")
    dates = dunning(at, ANNUAL, date(2027, 3, 2), POLICY)
    assert dates.due_on == date.fromisoformat(due)
    assert rome_date(dates.reminders[0].due_at) == dates.due_on + timedelta(days=1)


@given(moments)
def test_closing_and_purge_follow_the_suspension_and_the_end_by_30_days_each(at: datetime) -> None:
    for until in (close_at(at, POLICY), purge_at(at, POLICY)):
        assert (rome_date(until) - rome_date(at)).days == 30
        assert is_last_of_its_day(until)


@given(moments, st.sampled_from(Billing), st.integers(-60, 400), policies)
def test_whatever_the_policy_is_each_date_follows_the_one_before_by_the_days_it_names(
    at: datetime, billing: Billing, ahead: int, policy: RenewalPolicy
) -> None:
    dates = dunning(at, billing, rome_date(at) + timedelta(days=ahead), policy)
    assert (dates.due_on - rome_date(at)).days >= policy.due_days
    assert [rome_date(each.due_at) for each in dates.reminders] == [
        dates.due_on + timedelta(days=days) for days in policy.reminder_days
    ]
    assert all(each.due_at <= dates.suspend_at for each in dates.reminders)
    closed = close_at(dates.suspend_at, policy)
    steps = [rome_date(each) for each in (dates.suspend_at, closed, purge_at(closed, policy))]
    waits = [(later - earlier).days for earlier, later in pairwise([dates.due_on, *steps])]
    assert waits == [policy.suspend_days, policy.close_days, policy.closing_days]


@given(moments, st.integers(-400, 400))
def test_a_subscription_ends_with_what_is_paid_or_at_once(now: datetime, days: int) -> None:
    paid_until = rome_date(now) + timedelta(days=days)
    end = ends_at(paid_until, now)
    assert end == now if days < 0 else rome_date(end) == paid_until
    assert end >= now


def term(first: str, last: str) -> Period:
    return Period(date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}"))


MARCH, APRIL, MAY = term("03-01", "03-31"), term("04-01", "04-30"), term("05-01", "05-31")


@pytest.mark.parametrize(
    ("others", "last_day"),
    [
        ([MARCH, MAY], MARCH.last),
        ([MAY, APRIL, MARCH], MAY.last),
        ([MARCH, term("03-20", "03-25"), term("03-31", "04-10")], date(2026, 4, 10)),
        ([term("02-01", "02-28"), MARCH, MAY], MARCH.last),
    ],
)
def test_a_service_whose_payment_was_taken_back_ends_with_the_last_day_before_one_that_nobody_paid(
    others: list[Period], last_day: date
) -> None:
    assert paid_without(others, datetime(2026, 3, 10, 9, tzinfo=UTC)) == last_moment(last_day)


@pytest.mark.parametrize("others", [[], [APRIL, MAY], [term("02-01", "03-09")], [term("02-01", "03-09"), APRIL]])
def test_a_service_that_nobody_pays_for_today_ends_at_once_whatever_is_paid_later(others: list[Period]) -> None:
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert paid_without(others, now) == now


@pytest.mark.parametrize(("sent", "in_time"), [("2027-01-30", True), ("2027-01-29", True), ("2027-01-31", False)])
def test_a_notice_counts_30_days_before_the_term_s_last_day(sent: str, in_time: bool) -> None:  # noqa: FBT001
    assert notice_in_time(datetime.fromisoformat(f"{sent}T22:30:00+00:00"), date(2027, 3, 2)) is in_time


@pytest.mark.parametrize(
    "wrong",
    [
        {"reminder_days": (5, 1)},
        {"reminder_days": (1, 11)},
        {"closing_days": 29},
        {"notice_days": 29},
        {"overage": "hourly"},
        {"due_days": 0},
    ],
)
def test_a_policy_that_breaks_a_rule_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RenewalPolicy.model_validate(wrong)


@given(moments, st.sampled_from(Billing), st.integers(-60, 60), st.integers(0, 20), st.integers(0, 40), policies)
def test_a_debt_of_days_that_are_asked_for_again_grows_no_younger_and_its_dates_keep_their_order(
    at: datetime, billing: Billing, ahead: int, asked_for: int, closed_for: int, policy: RenewalPolicy
) -> None:
    first_day = rome_date(at) + timedelta(days=ahead)
    closed_on = rome_date(at) + timedelta(days=asked_for)
    today = closed_on + timedelta(days=closed_for)
    before, fresh = (dunning(add_days(at, days), billing, first_day, policy) for days in (0, asked_for + closed_for))
    dates = carried(fresh, before, closed_on, today)
    assert dates.suspend_at >= start_of_day(first_day) - MICROSECOND
    assert dates.due_on == min(fresh.due_on, before.due_on + timedelta(days=closed_for))
    assert rome_date(dates.suspend_at) - dates.due_on == timedelta(days=policy.suspend_days)
    assert [rome_date(each.due_at) - dates.due_on for each in dates.reminders] == [
        timedelta(days=days) for days in policy.reminder_days
    ]
