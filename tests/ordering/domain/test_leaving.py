"""When a consumer may leave a renewal that was not announced in time, and what is owed: over every calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import Period
from services.kit.money import Money
from services.ordering.domain.dunning import notice_in_time
from services.ordering.domain.leaving import Renewal, days_for_leaving, owed_by_the_day, unannounced
from services.ordering.domain.states import OrderState
from services.ordering.domain.withdrawal import Contract

DAY = timedelta(days=1)
TERM = Period(date(2027, 3, 2), date(2028, 3, 1))
"""366 days: 29 February 2028 lies in it."""
ANCHORS = st.dates(date(2020, 1, 1), date(2040, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2028, 2, 29), date(2026, 1, 31), date(2027, 12, 31), date(2027, 3, 31)]
)


def renewal(days: Period = TERM, *, consumer: bool = True, in_time: bool = False) -> Renewal:
    return Renewal(days, consumer, in_time)


def contract(term: Period) -> Contract:
    return Contract(OrderState.FULFILLED, None, term, start_at_once=True)


@pytest.mark.parametrize(
    ("on", "term"),
    [
        (date(2027, 1, 30), None),  # 30 days before the term's last day: a notice of this day is in time
        (date(2027, 1, 31), TERM),
        (date(2027, 3, 2), TERM),
        (date(2028, 3, 1), TERM),
        (date(2028, 3, 2), None),
    ],
)
def test_who_was_not_told_may_leave_from_the_first_day_too_late_to_the_renewed_terms_last(
    on: date, term: Period | None
) -> None:
    assert unannounced([renewal()], on) == term


def test_who_was_told_in_time_and_who_is_no_consumer_may_not_leave() -> None:
    assert unannounced([renewal(in_time=True)], TERM.first) is None
    assert unannounced([renewal(consumer=False)], TERM.first) is None
    assert unannounced([], TERM.first) is None


def test_of_two_renewals_that_were_not_announced_the_later_one_counts() -> None:
    coming = Period(date(2028, 3, 2), date(2029, 3, 1))
    assert unannounced([renewal(coming), renewal()], date(2028, 2, 15)) == coming
    assert unannounced([renewal(coming, in_time=True), renewal()], date(2028, 2, 15)) == TERM


@given(anchor=ANCHORS, year=st.integers(1, 5))
def test_a_notice_is_in_time_or_the_consumer_may_leave_on_the_next_day_and_never_both(anchor: date, year: int) -> None:
    """Whatever the anchor, 29 February and the 31st among them, no day is without either and none has both."""
    days = days_for_leaving(Period.of_months(anchor, 12, year))
    last_in_time = datetime.combine(days.first - DAY, datetime.min.time(), UTC) + timedelta(hours=12)
    term = Period.of_months(anchor, 12, year)
    assert notice_in_time(last_in_time, term.first)
    assert not notice_in_time(last_in_time + DAY, term.first)
    assert days.first == term.first - 30 * DAY
    assert days.last == term.last


@given(anchor=ANCHORS, year=st.integers(1, 5), total=st.integers(1, 10_000_000), day=st.integers(-40, 400))
def test_the_refund_is_the_share_of_the_days_left_rounded_half_up(
    anchor: date, year: int, total: int, day: int
) -> None:
    term = Period.of_months(anchor, 12, year)
    on = term.first + day * DAY
    left = min(max((term.last - on).days, 0), term.days)
    refund = Money(total) - owed_by_the_day(contract(term), Money(total), on)
    assert refund.minor == (2 * total * left + term.days) // (2 * term.days)
    assert Money(0) <= refund <= Money(total)


@given(anchor=ANCHORS, year=st.integers(1, 5), total=st.integers(1, 10_000_000))
def test_each_day_more_leaves_no_more_refund_and_the_last_none(anchor: date, year: int, total: int) -> None:
    term = Period.of_months(anchor, 12, year)
    owed = [owed_by_the_day(contract(term), Money(total), term.first + n * DAY).minor for n in range(term.days)]
    assert owed == sorted(owed)
    assert owed[-1] == total


def test_the_day_of_the_statement_is_owed_and_a_day_before_the_term_leaves_it_whole() -> None:
    assert owed_by_the_day(contract(TERM), Money(36600), TERM.first) == Money(100)
    assert owed_by_the_day(contract(TERM), Money(36600), TERM.first - DAY) == Money(0)
    four = Period(date(2027, 3, 2), date(2027, 3, 5))
    assert owed_by_the_day(contract(four), Money(2), date(2027, 3, 2)) == Money(0)  # the refund of 1.5 becomes 2


def test_of_what_was_added_and_is_not_unlocked_yet_nothing_is_owed() -> None:
    assert owed_by_the_day(Contract(OrderState.PAID, None, None, start_at_once=True), Money(500), TERM.first) == Money(
        0
    )
    served = Contract(OrderState.FULFILLED, None, TERM, start_at_once=True, served_from=TERM.first + 10 * DAY)
    assert owed_by_the_day(served, Money(36600), TERM.first + 10 * DAY) == Money(100)
