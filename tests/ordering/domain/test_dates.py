"""Every date of an order, counted in calendar days in Rome."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import ROME, rome_date, working_day_from
from services.ordering.domain.dates import (
    Reminder,
    due_now,
    expiry,
    first_period,
    hold_until,
    next_due,
    reminders,
    withdrawal_until,
)
from services.ordering.domain.kinds import Billing, PaymentMethod
from services.ordering.domain.policy import OrderingPolicy

POLICY = OrderingPolicy()
NEVER = datetime(2099, 1, 1, tzinfo=UTC)
TRANSFER, ONLINE = PaymentMethod.BANK_TRANSFER, PaymentMethod.ONLINE
instants = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, st.sampled_from([TRANSFER, ONLINE]), instants)
def test_no_expiry_lies_past_the_hold(proforma_at: datetime, method: PaymentMethod, hold: datetime) -> None:
    expires_at = expiry(proforma_at, method, hold, POLICY)
    assert expires_at <= hold
    assert expires_at == hold or (rome_date(expires_at) - rome_date(proforma_at)).days == POLICY.expiry_days(method)


@given(instants, st.integers(0, 400))
def test_every_reminder_comes_before_the_expiry_in_rising_order(at: datetime, hours: int) -> None:
    expires_at = at + timedelta(hours=hours)
    planned = reminders(at, expires_at, POLICY)
    assert all(at < reminder.due_at < expires_at for reminder in planned)
    assert planned == sorted(planned, key=lambda reminder: reminder.due_at)


@given(instants)
def test_the_hold_is_30_calendar_days_past_the_purge_date(purge_at: datetime) -> None:
    assert (rome_date(hold_until(purge_at, POLICY)) - rome_date(purge_at)).days == 30


@given(instants)
def test_withdrawal_is_possible_to_the_last_moment_of_the_14th_day_or_of_the_next_working_day(
    placed_at: datetime,
) -> None:
    until = withdrawal_until(placed_at)
    assert rome_date(until) == working_day_from(rome_date(placed_at) + timedelta(days=14))
    assert rome_date(until + timedelta(microseconds=1)) == rome_date(until) + timedelta(days=1)


@pytest.mark.parametrize(
    ("placed_on", "last"),
    [
        (date(2026, 11, 29), date(2026, 12, 14)),  # the 14th day is a Sunday
        (date(2026, 12, 11), date(2026, 12, 28)),  # Christmas, St Stephen's, a Sunday
        (date(2026, 12, 18), date(2027, 1, 4)),  # New Year's Day, a Friday
        (date(2026, 3, 23), date(2026, 4, 7)),  # Easter Monday
        (date(2026, 12, 1), date(2026, 12, 15)),
    ],
)
def test_withdrawal_does_not_end_on_a_day_off(placed_on: date, last: date) -> None:
    assert rome_date(withdrawal_until(datetime.combine(placed_on, time(23, 30), ROME))) == last


@pytest.mark.parametrize(
    ("unlocked_at", "billing", "last"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), Billing.MONTHLY, date(2026, 2, 27)),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), Billing.MONTHLY, date(2028, 2, 28)),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), Billing.MONTHLY, date(2026, 3, 27)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), Billing.MONTHLY, date(2027, 1, 30)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), Billing.MONTHLY, date(2027, 1, 31)),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), Billing.ANNUAL, date(2027, 6, 30)),
    ],
)
def test_the_first_period_ends_the_day_before_the_next_begins(
    unlocked_at: datetime, billing: Billing, last: date
) -> None:
    assert first_period(unlocked_at, billing).last == last


def days(*numbers: int) -> list[Reminder]:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    return [Reminder(number, begin + timedelta(days=number)) for number in numbers]


@pytest.mark.parametrize(
    ("day", "sent", "skipped", "following"),
    [
        (2, None, [], "reminder_3_days"),
        (3, 3, [], "reminder_7_days"),
        (8, 7, [3], "reminder_12_days"),
        (14, 12, [3, 7], "expiry"),
    ],
)
def test_the_newest_due_reminder_is_sent_and_older_ones_are_skipped(
    day: int, sent: int | None, skipped: list[int], following: str
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day)
    due, past = due_now(days(12, 3, 7), now)
    assert (due.days if due else None, [reminder.days for reminder in past]) == (sent, skipped)
    assert next_due(days(12, 3, 7), NEVER, now)[0] == following
