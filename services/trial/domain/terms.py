"""Decides a trial's dates: how long it runs, when its data go, and which reminders lie on the way.

Source: docs/rules.md, "Trial" (the provider's terms of the free trial). Days are calendar days in Rome.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.kit.calendar import add_days

TRIAL_DAYS: Final = 30
"""From the confirmation of the address to the end of the trial."""

GRACE_DAYS: Final = 15
"""From the end of the trial to the removal of its data."""

MAX_EXTENSION_DAYS: Final = 90
"""More than this at once is no extension but a typing error."""

CONFIRMATION_HOURS: Final = 72
"""How long a sign-up waits for its confirmation or an operator's decision, and how long its link is valid."""


class TrialState(StrEnum):
    """Where a trial stands; bought and closed are final."""

    ACTIVE = "active"
    ENDED = "ended"
    BOUGHT = "bought"
    CLOSED = "closed"


class ReminderKind(StrEnum):
    """The emails that a trial sends by itself; the names appear in the operator's view."""

    END_IN_7_DAYS = "reminder_7_days"
    END_IN_3_DAYS = "reminder_3_days"
    END_IN_1_DAY = "reminder_1_day"
    ENDED = "end"
    PURGE_IN_7_DAYS = "purge_reminder_7_days"
    PURGE_IN_1_DAY = "purge_reminder_1_day"


_BEFORE_END: Final = {
    ReminderKind.END_IN_7_DAYS: 7,
    ReminderKind.END_IN_3_DAYS: 3,
    ReminderKind.END_IN_1_DAY: 1,
    ReminderKind.ENDED: 0,
}
_BEFORE_PURGE: Final = {ReminderKind.PURGE_IN_7_DAYS: 7, ReminderKind.PURGE_IN_1_DAY: 1}

PURGE_REMINDERS: Final = frozenset(_BEFORE_PURGE)
"""Left out while an order is open or a legal hold stands, because the removal then waits."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One email that falls due on its own.

    Attributes:
        kind: Which email.
        due_at: When, UTC.
    """

    kind: ReminderKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """The dates that follow from a trial's end, UTC.

    Attributes:
        ends_at: When the trial ends, or ended.
        purge_at: When the data are removed for good unless an order is open or paid. How long an open order can put
            that off is for ordering to say, whose orders expire in time.
    """

    ends_at: datetime
    purge_at: datetime

    @classmethod
    def ending(cls, ends_at: datetime) -> "Terms":
        """The dates of a trial that ends at this instant."""
        return cls(ends_at, add_days(ends_at, GRACE_DAYS))

    def reminders_after(self, now: datetime) -> tuple[Reminder, ...]:
        """The reminders still ahead, in order; one whose time has passed would only confuse and is left out.

        The notice of the end itself is also due at the very instant of an early end.
        """
        before_end = (Reminder(kind, add_days(self.ends_at, -days)) for kind, days in _BEFORE_END.items())
        before_purge = (Reminder(kind, add_days(self.purge_at, -days)) for kind, days in _BEFORE_PURGE.items())
        return tuple(reminder for reminder in (*before_end, *before_purge) if reminder.due_at >= now)
