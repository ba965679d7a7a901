"""Decides what is due on a trial at a given moment and what comes next: the one place where its waits are computed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.trial.domain.terms import PURGE_REMINDERS, Reminder, ReminderKind, Terms, TrialState

PURGE_RETRY: Final = timedelta(hours=25)
"""How long after the purge was asked for the reconciler may worry.

Where something holds it, such as a legal hold, the workflow asks again after a day (``LOOK_AGAIN`` of
``workflows.retries``); sooner, the row would be logged as past its time although it waits rightly.
"""

HELD_RETRY: Final = timedelta(days=1)
"""When to look again at a trial whose purge an open order holds; the order's end wakes it before."""


class Next(StrEnum):
    """What the trial's workflow does next."""

    WAIT = "wait"
    PURGE_DUE = "purge_due"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do on a trial now, and when to look again.

    Attributes:
        send: The one reminder to send now, if any.
        skip: Reminders that fell due while nobody looked, and that a later one has overtaken.
        next: What comes after.
        due: Name of what is due then ("reminder_3_days", "end", "purge", "order_end"), for the operator's eyes.
        due_at: When that is; None where nothing comes any more.
        next_at: When the reconciler may worry; None where nothing comes any more.
    """

    send: Reminder | None
    skip: tuple[Reminder, ...]
    next: Next
    due: str
    due_at: datetime | None
    next_at: datetime | None

    def wait(self, now: datetime) -> timedelta:
        """How long until what is due next, never below zero."""
        return max(self.due_at - now, timedelta()) if self.due_at else timedelta()


FINAL: Final = Plan(None, (), Next.NOTHING, "", None, None)


def plan(
    state: TrialState,
    terms: Terms,
    pending: Iterable[Reminder],
    now: datetime,
    *,
    order_open: bool,
    legal_hold: bool = False,
) -> Plan:
    """Plans a trial.

    Args:
        state: The state at this moment: a trial past its end is already ENDED.
        terms: Its dates.
        pending: Reminders neither sent nor skipped.
        now: The moment.
        order_open: Whether an order is open: then reminders of the purge are left out, and the purge waits.
        legal_hold: Whether a hold stands: reminders of the purge are left out; it is still asked for, and refused.
    """
    if state in {TrialState.BOUGHT, TrialState.CLOSED}:
        return FINAL
    unheard = PURGE_REMINDERS if order_open or legal_hold else frozenset()
    heard = [reminder for reminder in sorted(pending, key=lambda r: r.due_at) if reminder.kind not in unheard]
    overdue = [reminder for reminder in heard if reminder.due_at <= now]
    current = [reminder for reminder in overdue if _still_true(reminder, state, terms, now)]
    send = current[-1] if current else None
    skip = tuple(reminder for reminder in overdue if reminder is not send)

    last_step = ("end", terms.ends_at)
    if state is TrialState.ENDED:
        last_step = ("purge", terms.purge_at)
        if terms.purge_at <= now and not order_open:
            return Plan(send, skip, Next.PURGE_DUE, "purge", terms.purge_at, now + PURGE_RETRY)
        if terms.purge_at <= now:
            last_step = ("order_end", now + HELD_RETRY)
    ahead = ((str(reminder.kind), reminder.due_at) for reminder in heard if reminder.due_at > now)
    due, due_at = min((*ahead, last_step), key=lambda step: step[1])
    return Plan(send, skip, Next.WAIT, due, due_at, due_at)


def _still_true(reminder: Reminder, state: TrialState, terms: Terms, now: datetime) -> bool:
    """Tells whether what a late reminder says has not been overtaken by events."""
    if reminder.kind in PURGE_REMINDERS:
        return now < terms.purge_at
    return (reminder.kind is ReminderKind.ENDED) == (state is TrialState.ENDED)
