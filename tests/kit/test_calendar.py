"""Dates are data: calendar days in Rome, over daylight saving, leap years and month ends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import (
    ROME,
    Period,
    add_days,
    add_months,
    at_hour,
    days_left,
    easter,
    end_of_day,
    is_working_day,
    rome_date,
    start_of_day,
    working_day_from,
    working_days_later,
)

_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_DAYS = st.integers(-400, 400)
_DATES = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def _rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-01 10:00", 30, "2026-03-31 10:00"),  # over the change to summer time
        ("2026-10-01 10:00", 30, "2026-10-31 10:00"),  # over the change to winter time
        ("2026-02-27 02:30", 30, "2026-03-29 03:00"),  # 02:30 does not exist on that day
        ("2026-02-27 02:00", 30, "2026-03-29 03:00"),
        ("2026-02-27 03:00", 30, "2026-03-29 03:00"),
        ("2028-02-28 23:59", 1, "2028-02-29 23:59"),
        ("2026-12-31 00:00", 1, "2027-01-01 00:00"),
        ("2026-03-30 02:30", -1, "2026-03-29 03:00"),
    ],
)
def test_some_days_later_is_the_same_time_on_the_wall(start: str, days: int, end: str) -> None:
    assert add_days(_rome(start), days) == _rome(end)


def test_in_the_doubled_hour_of_autumn_the_first_counts() -> None:
    assert add_days(_rome("2026-10-24 02:30"), 1) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert add_days(second, 0) == second


@given(_INSTANTS, _DAYS)
def test_the_date_moves_by_exactly_so_many_days(instant: datetime, days: int) -> None:
    assert (rome_date(add_days(instant, days)) - rome_date(instant)).days == days


@given(_INSTANTS, _DAYS)
def test_the_time_on_the_wall_stays_unless_it_does_not_exist(instant: datetime, days: int) -> None:
    before, after = instant.astimezone(ROME), add_days(instant, days).astimezone(ROME)
    if before.replace(tzinfo=None, fold=0).time() != after.replace(tzinfo=None, fold=0).time():
        assert before.hour == 2
        assert (after.hour, after.minute, after.second) == (3, 0, 0)


@given(_INSTANTS, st.integers(0, 60))
def test_a_term_to_the_days_end_includes_the_whole_last_day(instant: datetime, days: int) -> None:
    end = end_of_day(instant, days)
    assert rome_date(end) == rome_date(instant) + timedelta(days=days)
    assert rome_date(end + timedelta(microseconds=1)) == rome_date(end) + timedelta(days=1)


def test_the_fourteenth_day_of_withdrawal_ends_at_midnight_in_rome() -> None:
    ordered = _rome("2026-03-20 18:00")
    assert end_of_day(ordered, 14).astimezone(ROME) == _rome("2026-04-03 23:59:59.999999")


@given(_INSTANTS, _INSTANTS)
def test_days_left_are_never_below_zero(now: datetime, end: datetime) -> None:
    left = days_left(now, end)
    assert left == max(0, (rome_date(end) - rome_date(now)).days)


@given(_INSTANTS, st.integers(0, 60))
def test_a_trial_has_all_its_days_left_at_its_start(start: datetime, days: int) -> None:
    assert days_left(start, add_days(start, days)) == days


def test_days_left_change_at_midnight_in_rome() -> None:
    end = _rome("2026-04-10 09:00")
    assert days_left(_rome("2026-04-09 23:59"), end) == 1
    assert days_left(_rome("2026-04-10 00:00"), end) == 0
    assert days_left(_rome("2026-04-12 00:00"), end) == 0


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rome_date(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("anchor", "months", "day"),
    [
        ("2026-01-31", 1, "2026-02-28"), ("2026-01-31", 2, "2026-03-31"), ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"), ("2028-02-29", 48, "2032-02-29"), ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"), ("2026-01-31", 0, "2026-01-31"),
    ],
)  # fmt: skip
def test_the_anchor_day_is_kept(anchor: str, months: int, day: str) -> None:
    assert add_months(date.fromisoformat(anchor), months) == date.fromisoformat(day)


@given(_DATES, st.integers(-130, 130))
def test_the_anchor_day_comes_back_in_every_month_that_has_it_else_the_month_s_last(anchor: date, months: int) -> None:
    day = add_months(anchor, months)
    assert (day.year - anchor.year) * 12 + day.month - anchor.month == months
    assert day.day == anchor.day or (day.day < anchor.day and (day + timedelta(days=1)).day == 1)


@given(_DATES, st.sampled_from([1, 12]), st.integers(0, 40))
def test_periods_follow_each_other_without_gap_or_overlap(anchor: date, months: int, index: int) -> None:
    this, following = Period.of_months(anchor, months, index), Period.of_months(anchor, months, index + 1)
    assert following.first == this.last + timedelta(days=1)
    assert this.days == (following.first - this.first).days
    assert this.first in this
    assert this.last in this
    assert following.first not in this


@given(_DATES)
def test_a_calendar_month_is_from_its_first_to_its_last_day(day: date) -> None:
    month = Period.month(day)
    assert day in month
    assert month.first.day == 1
    assert (month.last + timedelta(days=1)).day == 1


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


@given(_DATES)
def test_a_day_begins_at_midnight_in_rome(day: date) -> None:
    assert start_of_day(day).astimezone(ROME).replace(tzinfo=None) == datetime.combine(day, time.min)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        ("2026-03-28", 8, "07:00"),
        ("2026-03-29", 8, "06:00"),
        ("2026-03-29", 2, "01:00"),  # does not exist: 03:00
        ("2026-10-24", 8, "06:00"),
        ("2026-10-25", 8, "07:00"),
        ("2026-10-25", 2, "00:00"),  # shown twice: the first
    ],
)
def test_an_hour_of_a_day_is_what_clocks_show_on_the_days_of_their_change_too(day: str, hour: int, utc: str) -> None:
    assert at_hour(date.fromisoformat(day), hour) == datetime.fromisoformat(f"{day}T{utc}+00:00")


@pytest.mark.parametrize(
    "sunday", ["2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]
)
def test_easter_is_where_the_church_puts_it(sunday: str) -> None:
    assert easter(date.fromisoformat(sunday).year) == date.fromisoformat(sunday)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_between_its_earliest_and_its_latest_day(year: int) -> None:
    found = easter(year)
    assert found.isoweekday() == 7
    assert date(year, 3, 22) <= found <= date(year, 4, 25)


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2026-12-11", "2026-12-11"),  # a Friday
        ("2026-12-12", "2026-12-14"),  # a Saturday
        ("2026-12-13", "2026-12-14"),  # a Sunday
        ("2026-12-08", "2026-12-09"),
        ("2026-12-25", "2026-12-28"),  # Christmas, a Friday, with St Stephen's and a Sunday behind it
        ("2027-01-01", "2027-01-04"),
        ("2027-01-06", "2027-01-07"),
        ("2026-04-03", "2026-04-03"),  # Good Friday is no holiday in Italy
        ("2026-04-04", "2026-04-07"),  # the Saturday before Easter, Easter, Easter Monday
        ("2028-04-25", "2028-04-26"),
        ("2028-05-01", "2028-05-02"),
        ("2026-06-02", "2026-06-03"),
        ("2028-08-15", "2028-08-16"),
        ("2027-11-01", "2027-11-02"),
        ("2027-10-04", "2027-10-05"),  # St Francis, a holiday again from 2026 on
        ("2024-10-04", "2024-10-04"),
        ("2026-06-24", "2026-06-24"),  # a town's patron saint is no national holiday
    ],
)
def test_a_term_that_would_end_on_no_working_day_ends_on_the_next(day: str, ends: str) -> None:
    assert working_day_from(date.fromisoformat(day)) == date.fromisoformat(ends)


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [("2026-12-24", 5, "2027-01-04"), ("2026-11-23", 5, "2026-11-30"), ("2026-11-28", 1, "2026-11-30")],
)
def test_working_days_later_counts_neither_weekends_nor_holidays_nor_the_day_itself(
    day: str, count: int, later: str
) -> None:
    assert working_days_later(date.fromisoformat(day), count) == date.fromisoformat(later)


@given(_DATES)
def test_no_term_is_put_off_by_more_than_four_days(day: date) -> None:
    moved = working_day_from(day)
    assert is_working_day(moved)
    assert 0 <= (moved - day).days <= 4
