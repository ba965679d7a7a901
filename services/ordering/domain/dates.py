"""Every date of an order: computed once, when its cause happens, then stored and only read.

N days later is the same wall-clock time in Rome N calendar days later. Sources: docs/rules.md, "Order"
(expiry, reminders) and "Trial" (how long an order holds the purge), consumer code art. 52 (withdrawal).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.calendar import Period, add_days, end_of_day, rome_date, start_of_day, working_day_from
from services.ordering.domain.kinds import Billing, PaymentMethod
from services.ordering.domain.policy import OrderingPolicy

WITHDRAWAL_DAYS = 14
"""A consumer may withdraw to the end of the 14th day after the order (consumer code art. 52, Europe/Rome)."""

PROFORMA_WAIT = timedelta(minutes=1)
"""How long whoever asks too early waits for the proforma, which is made within seconds of the order."""

ENDING_RETRY = timedelta(hours=25)
"""How long after an end, or a suspension, fell due the reconciler may worry.

Where money or a charge holds the end, the workflow asks again after a day at most (``LOOK_AGAIN`` of
``workflows.retries``); sooner, the row would be logged as past its time although it waits rightly.
"""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A payment reminder: so many days after the proforma; sent or skipped once."""

    days: int
    due_at: datetime


def look_again_at(due_at: datetime | None, now: datetime) -> datetime:
    """When somebody should have looked at a row again: at its date, or when the workflow has asked once more."""
    return due_at or now + ENDING_RETRY


def hold_until(purge_at: datetime, policy: OrderingPolicy) -> datetime:
    """The moment after which no order of this account is taken, and at which an open one expires at the latest.

    It stays open longer while money that names it waits or a charge is processing: payments closes no such request.
    """
    return add_days(purge_at, policy.hold_days)


def withdrawal_until(placed_at: datetime) -> datetime:
    """The last moment of a consumer's right of withdrawal: the end of the 14th day, or of the next working day.

    Source of the latter: Regulation 1182/71, art. 3(4), by recital 41 of directive 2011/83.
    """
    last = working_day_from(rome_date(placed_at) + timedelta(days=WITHDRAWAL_DAYS))
    return end_of_day(start_of_day(last))


def expiry(proforma_at: datetime, method: PaymentMethod, hold: datetime, policy: OrderingPolicy) -> datetime:
    """When an unpaid order expires: at a day's end, so that a day is what a customer has to know.

    Counted in days after the proforma's own, never later than the purge may be held.
    """
    return min(end_of_day(proforma_at, policy.expiry_days(method)), hold)


def reminders(proforma_at: datetime, expires_at: datetime, policy: OrderingPolicy) -> list[Reminder]:
    """The reminders that come on a day before the expiry's: on the last day itself none is of much use."""
    planned = [Reminder(days, add_days(proforma_at, days)) for days in policy.reminder_days]
    return [reminder for reminder in planned if rome_date(reminder.due_at) < rome_date(expires_at)]


def first_period(unlocked_at: datetime, billing: Billing) -> Period:
    """What the first order pays: a month or a year from the day of the unlock, which becomes the anchor day."""
    return Period.of_months(rome_date(unlocked_at), billing.months)


def due_now(pending: Sequence[Reminder], now: datetime) -> tuple[Reminder | None, list[Reminder]]:
    """Which reminder to send now, and which earlier ones are past and skipped.

    Args:
        pending: reminders that were neither sent nor skipped, in any order.
        now: the present moment.
    """
    due = sorted((reminder for reminder in pending if reminder.due_at <= now), key=lambda reminder: reminder.due_at)
    return (due[-1], due[:-1]) if due else (None, [])


def next_due(pending: Sequence[Reminder], expires_at: datetime, now: datetime) -> tuple[str, datetime]:
    """What comes next on an open order and when: a reminder or the expiry."""
    later = [reminder for reminder in pending if reminder.due_at > now]
    if not later:
        return "expiry", expires_at
    first = min(later, key=lambda reminder: reminder.due_at)
    return reminder_name(first.days), first.due_at


def reminder_name(days: int) -> str:
    """A reminder as `next_due` and operators name it."""
    return f"reminder_{days}_days"
