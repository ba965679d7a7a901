"""The dates of a period that waits for its money, and of a subscription that ends: computed once, then stored.

What is due on a day can be done to that day's last moment in Rome, so that a day is all that a customer has to know.
Source: docs/rules.md, "Renewals".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.kit.calendar import Period, add_days, end_of_day, rome_date, start_of_day
from services.ordering.domain.dates import Reminder
from services.ordering.domain.kinds import Billing
from services.ordering.domain.policy import RenewalPolicy

NOTICE_DAYS = 30
"""A consumer must have been told so many days before the term's end (consumer code art. 65-bis)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dunning:
    """What follows from a proforma's moment.

    Attributes:
        due_on: the last day for paying.
        suspend_at: when sending is suspended, if it is still unpaid: a day's last moment.
        reminders: counted in days after `due_on`.
    """

    due_on: date
    suspend_at: datetime
    reminders: list[Reminder]


def dunning(proforma_at: datetime, billing: Billing, first_day: date, policy: RenewalPolicy) -> Dunning:
    """The dates of a period: due some days after its proforma, and never suspended before its first day.

    The days before the first are paid. An annual one is due on the last of them, a monthly one, asked for as a month
    begins in which much is paid already, so late that its suspension comes with the end of the last of them. One that
    is asked for late still has its days.

    Args:
        proforma_at: When its money is asked for.
        billing: Of the subscription.
        first_day: Of the period.
        policy: The days between the dates.
    """
    day, last_paid = rome_date(proforma_at), first_day - _DAY
    earliest = last_paid if billing is Billing.ANNUAL else last_paid - timedelta(days=policy.suspend_days)
    due_on = max(day + timedelta(days=policy.due_days), earliest)
    until_due = (due_on - day).days
    return Dunning(
        due_on,
        last_moment(due_on + timedelta(days=policy.suspend_days)),
        [Reminder(days, add_days(proforma_at, until_due + days)) for days in policy.reminder_days],
    )


def carried(fresh: Dunning, before: Dunning, closed_on: date, today: date) -> Dunning:
    """The dates of days that were asked for before: a debt does not grow younger by a cancellation that is taken back.

    The days between, on which nothing was asked for, do not count. Each date is the earlier of the two, so that their
    order stays, and that they suspend nothing before the first of the days: both begin with the same.

    Args:
        fresh: As if they were asked for the first time.
        before: As they were asked for before, with the reminders that were not sent.
        closed_on: The day in Rome on which that was closed.
        today: The day on which they are asked for again.
    """
    days = (today - closed_on).days
    afresh = {each.days: each.due_at for each in fresh.reminders}
    moved = {each.days: add_days(each.due_at, days) for each in before.reminders}
    return Dunning(
        min(fresh.due_on, before.due_on + timedelta(days=days)),
        min(fresh.suspend_at, add_days(before.suspend_at, days)),
        [Reminder(after, min(due_at, afresh.get(after, due_at))) for after, due_at in moved.items()],
    )


def close_at(suspended_at: datetime, policy: RenewalPolicy) -> datetime:
    """When a subscription closes whose sending was suspended, if nothing is paid."""
    return end_of_day(suspended_at, policy.close_days)


def purge_at(closing_at: datetime, policy: RenewalPolicy) -> datetime:
    """Until when what is there can be read and exported after the service's end."""
    return end_of_day(closing_at, policy.closing_days)


def ends_at(paid_until: date, now: datetime) -> datetime:
    """When the service of a subscription ends that is over with what is paid: at once, where that lies in the past."""
    return max(now, last_moment(paid_until))


def paid_without(terms: Sequence[Period], now: datetime) -> datetime:
    """When a service ends as the first day begins that none of these terms covers: at once, if the present one is.

    Args:
        terms: The days of what is paid, without what was taken back; in any order.
        now: By the service's clock.
    """
    today = rome_date(now)
    last: date | None = None
    for term in sorted(terms, key=lambda each: each.first):
        if term.first <= today <= term.last or (last is not None and term.first <= last + _DAY):
            last = term.last if last is None else max(last, term.last)
    return now if last is None else last_moment(last)


def notice_in_time(sent_at: datetime, first_day: date) -> bool:
    """Whether an annual renewal's notice was sent at least 30 days before the last day of the term before it."""
    return can_be_in_time(rome_date(sent_at), first_day)


def can_be_in_time(day: date, first_day: date) -> bool:
    """Whether a notice of a day in Rome is in time for a term that begins on a first day."""
    return day + timedelta(days=NOTICE_DAYS) <= first_day - _DAY


def last_moment(day: date) -> datetime:
    """The end of a calendar day in Rome."""
    return end_of_day(start_of_day(day))
