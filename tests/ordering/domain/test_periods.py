"""Which days periods have and when they are measured: months from the first day that is not paid, anchor days kept."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.kit.calendar import Period, add_months, rome_date, start_of_day
from services.ordering.domain.dates import withdrawal_until
from services.ordering.domain.kinds import Billing
from services.ordering.domain.periods import Contract, confirms_contract, month_before, planned
from services.ordering.domain.policy import RenewalPolicy

POLICY = RenewalPolicy()
MONTHLY, ANNUAL = Billing.MONTHLY, Billing.ANNUAL
DAY = timedelta(days=1)
anchors = st.dates(date(2026, 1, 1), date(2060, 1, 1))
ids = st.uuids()
AT_MIDNIGHT = UUID(int=0)
"""Whose place in the spread is its first second."""


def series(contract: Contract, count: int) -> list[Period]:
    """The first period, which the order paid for, and those that follow."""
    periods = [Period.of_months(contract.anchor, contract.billing.months)]
    while len(periods) < count:
        periods.append(planned(contract, periods[-1].last, POLICY).days)
    return periods


@given(ids, st.sampled_from(Billing), anchors)
def test_every_day_of_ten_years_is_in_exactly_one_period(subscription: UUID, billing: Billing, anchor: date) -> None:
    periods = series(Contract(subscription, billing, anchor), 122 // billing.months)
    assert periods[0].first == anchor
    assert all(later.first == earlier.last + DAY for earlier, later in pairwise(periods))
    assert periods[-1].last >= add_months(anchor, 120) - DAY


@given(ids, st.sampled_from(Billing), anchors, st.integers(0, 4000))
def test_a_period_begins_on_the_first_day_that_is_not_paid_whatever_became_of_those_before(
    subscription: UUID, billing: Billing, anchor: date, days: int
) -> None:
    begun = series(Contract(subscription, billing, anchor), 1 + days % (60 // billing.months))[-1]
    paid_until = begun.last if billing is ANNUAL else begun.first + timedelta(days=days % begun.days)
    following = planned(Contract(subscription, billing, anchor), paid_until, POLICY).days
    assert following.first == paid_until + DAY
    assert 1 <= following.days <= (366 if billing is ANNUAL else 31)


@given(ids, anchors)
def test_from_the_third_on_monthly_periods_are_calendar_months(subscription: UUID, anchor: date) -> None:
    _, second, *others = series(Contract(subscription, MONTHLY, anchor), 14)
    assert all(period == Period.month(period.first) for period in others)
    assert second.last == Period.month(second.first).last


@given(ids, anchors)
@example(AT_MIDNIGHT, date(2026, 12, 5))
def test_a_contract_is_confirmed_by_what_is_asked_for_when_nobody_may_withdraw_any_more(
    subscription: UUID, anchor: date
) -> None:
    contract = Contract(subscription, MONTHLY, anchor)
    first, second, third = series(contract, 3)
    assert confirms_contract(MONTHLY, third)
    confirms = second if confirms_contract(MONTHLY, second) else third
    asked = planned(contract, confirms.first - DAY, POLICY).measure_at
    assert asked > withdrawal_until(start_of_day(first.first))
    assert confirms.days >= 28


def test_the_rest_of_a_month_confirms_no_contract_nor_does_a_year() -> None:
    assert not confirms_contract(MONTHLY, Period(date(2026, 12, 5), date(2026, 12, 31)))
    assert not confirms_contract(ANNUAL, Period(date(2026, 12, 1), date(2027, 11, 30)))


@given(ids, anchors)
def test_a_monthly_period_is_measured_as_its_month_begins_and_charges_the_month_before(
    subscription: UUID, anchor: date
) -> None:
    contract = Contract(subscription, MONTHLY, anchor)
    measured: list[Period] = []
    for period in series(contract, 14)[:-1]:
        plan = planned(contract, period.last, POLICY)
        month = Period.month(plan.days.first)
        assert rome_date(plan.measure_at) == month.first
        assert start_of_day(month.first) <= plan.measure_at < start_of_day(month.first) + timedelta(hours=2)
        measured.append(month_before(contract, plan.days))
    assert measured[0].first == anchor
    assert all(month.last == Period.month(month.first).last for month in measured)
    assert all(later.first == earlier.last + DAY for earlier, later in pairwise(measured))


@given(ids, anchors)
def test_an_annual_period_keeps_the_anchor_day_and_is_measured_30_days_before(subscription: UUID, anchor: date) -> None:
    contract = Contract(subscription, ANNUAL, anchor)
    for number, period in enumerate(series(contract, 9)):
        last_of_february = period.first.day == 28 and anchor.day == 29
        assert (period.first.year, period.first.month) == (anchor.year + number, anchor.month)
        assert period.first.day == anchor.day or last_of_february
        assert (period.last - rome_date(planned(contract, period.last, POLICY).measure_at)).days == 30


@pytest.mark.parametrize(
    ("anchor", "periods"),
    [
        (date(2026, 1, 31), ["2026-01-31 2026-02-27", "2026-02-28 2026-02-28", "2026-03-01 2026-03-31"]),
        (date(2028, 1, 31), ["2028-01-31 2028-02-28", "2028-02-29 2028-02-29", "2028-03-01 2028-03-31"]),
        (date(2026, 3, 1), ["2026-03-01 2026-03-31", "2026-04-01 2026-04-30", "2026-05-01 2026-05-31"]),
        (date(2026, 11, 10), ["2026-11-10 2026-12-09", "2026-12-10 2026-12-31", "2027-01-01 2027-01-31"]),
    ],
)
def test_the_first_month_s_end_charges_only_days_that_are_not_prepaid(anchor: date, periods: list[str]) -> None:
    made = series(Contract(AT_MIDNIGHT, MONTHLY, anchor), 3)
    assert [f"{period.first} {period.last}" for period in made] == periods


def test_a_term_from_29_february_begins_on_the_28th_in_between() -> None:
    terms = series(Contract(AT_MIDNIGHT, ANNUAL, date(2028, 2, 29)), 5)
    assert [term.first for term in terms] == [
        date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29),
    ]  # fmt: skip


def test_the_hour_of_measuring_is_rome_s_in_winter_and_in_summer() -> None:
    contract = Contract(AT_MIDNIGHT, MONTHLY, date(2026, 1, 1))
    winter = planned(contract, date(2026, 3, 31), RenewalPolicy(measure_hour=6))
    summer = planned(contract, date(2026, 10, 31), RenewalPolicy(measure_hour=6))
    assert winter.measure_at == datetime(2026, 4, 1, 4, tzinfo=UTC)  # summer time has begun on 29 March
    assert summer.measure_at == datetime(2026, 11, 1, 5, tzinfo=UTC)
    changed = planned(
        Contract(AT_MIDNIGHT, ANNUAL, date(2025, 4, 29)), date(2026, 4, 28), RenewalPolicy(measure_hour=6)
    )
    assert changed.measure_at == datetime(2026, 3, 29, 4, tzinfo=UTC)  # the day on which summer time begins


@given(ids)
def test_a_subscription_has_its_own_place_in_the_spread(subscription: UUID) -> None:
    policy = RenewalPolicy(jitter_minutes=10)
    contract = Contract(subscription, MONTHLY, date(2026, 1, 1))
    places = {planned(contract, date(2026, month, 1) - DAY, policy).measure_at.time() for month in (6, 7, 8)}
    assert len(places) == 1
    assert planned(contract, date(2026, 5, 31), policy).measure_at - start_of_day(date(2026, 6, 1)) < timedelta(
        minutes=10
    )
