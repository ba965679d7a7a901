"""What comes next on a period: decided by its own dates, those of the unpaid periods beside it, and its subscription's.

The oldest unpaid period of a subscription decides on suspension and closing. Before a subscription closes, every other
period that waits for its money is closed first, because a payment may still win there, and what is paid is served.
After a cancellation only a period whose days are not all served is closed; what was served stays owed, to the purge.
Source: docs/rules.md, "Renewals".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.ordering.domain.dates import PROFORMA_WAIT, Reminder, reminder_name
from services.ordering.domain.states import PeriodState, SubscriptionState

_LOOK_AGAIN = timedelta(hours=1)
"""How long until a period asks again that waits for a payment elsewhere to be decided, of which it is woken anyway."""
_OLDER = timedelta(days=1)
"""The same for one that waits for an older period to be paid."""


class PeriodNext(StrEnum):
    """What comes next."""

    WAIT = "wait"
    MEASURE_DUE = "measure_due"
    SUSPEND_DUE = "suspend_due"
    INVOICE_DUE = "invoice_due"
    CLOSE_DUE = "close_due"
    PURGE_DUE = "purge_due"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next; with WAIT also what is due then, and when."""

    next: PeriodNext
    due: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A period that waits for its money.

    Attributes:
        suspend_at: None until its proforma is known.
        close_at: None until it has led to a suspension.
        owed: whether it stays owed after the subscription's end, because its days were served.
    """

    number: int
    suspend_at: datetime | None
    close_at: datetime | None
    owed: bool = False


@dataclass(frozen=True, slots=True)
class PeriodStanding:
    """One period and all that decides what comes next on it.

    Attributes:
        unpaid: all periods of its subscription that wait for their money, the oldest first.
        pending: its reminders that were neither sent nor skipped.
        carries: whether it carries its subscription to the end.
        ends_at: when the subscription ends; None while it goes on.
        purge_at: until when what is there can be read; None before the end.
        invoice_at: from when on it is to be invoiced though unpaid; None where it is not, or was.
        invoiced: whether it was invoiced though unpaid.
        addition_undecided: whether an addition to its contract waits for its money, or has not joined it yet.
    """

    number: int
    state: PeriodState
    measure_at: datetime | None
    unpaid: Sequence[Unpaid]
    pending: Sequence[Reminder]
    subscription: SubscriptionState
    carries: bool
    ends_at: datetime | None
    purge_at: datetime | None
    invoice_at: datetime | None = None
    invoiced: bool = False
    addition_undecided: bool = False

    @property
    def own(self) -> Unpaid:
        """Itself, among the periods that wait for their money."""
        return next(entry for entry in self.unpaid if entry.number == self.number)


def next_step(standing: PeriodStanding, now: datetime) -> Step:
    """What comes next on a period."""
    if standing.state is PeriodState.DUE:
        is_active = standing.subscription is SubscriptionState.ACTIVE
        return _unpaid(standing, now) if is_active else _owed(standing, now)
    if standing.carries:
        return _ending(standing, now)
    if standing.state is PeriodState.SCHEDULED:
        step = _until(PeriodNext.MEASURE_DUE, "measuring", standing.measure_at, now)
        if step.next is PeriodNext.MEASURE_DUE and standing.addition_undecided:
            return Step(PeriodNext.WAIT, "addition", now + _LOOK_AGAIN)
        return step
    return Step(PeriodNext.NOT_OPEN)


def is_closing_time(unpaid: Sequence[Unpaid], now: datetime) -> bool:
    """Whether the oldest unpaid period has come to its last date: all that are unpaid are closed."""
    close_at = unpaid[0].close_at if unpaid else None
    return close_at is not None and now >= close_at


def _unpaid(standing: PeriodStanding, now: datetime) -> Step:
    oldest, own = standing.unpaid[0], standing.own
    closing = is_closing_time(standing.unpaid, now)
    # An invoiced one waits as long as the cancellation can be taken back: its days are never asked for anew.
    waits = standing.invoiced and standing.ends_at is not None and now < standing.ends_at
    if (standing.ends_at is not None and not own.owed and not waits) or (closing and own != oldest):
        return Step(PeriodNext.CLOSE_DUE)
    if closing:
        last = len(standing.unpaid) == 1
        return Step(PeriodNext.CLOSE_DUE) if last else Step(PeriodNext.WAIT, "payment", now + _LOOK_AGAIN)
    if own.suspend_at is None:
        return Step(PeriodNext.WAIT, "proforma", now + PROFORMA_WAIT)
    if standing.invoice_at is not None and now >= standing.invoice_at:
        return Step(PeriodNext.INVOICE_DUE)
    coming = [(reminder.due_at, reminder_name(reminder.days)) for reminder in standing.pending]
    if standing.invoice_at is not None:
        coming.append((standing.invoice_at, "invoice"))
    if standing.ends_at is not None and now < standing.ends_at:
        coming.append((standing.ends_at, "end"))
    if own != oldest:
        later = [(oldest.close_at, "closing")] if oldest.close_at else []
        coming += [(own.suspend_at, "suspension"), *later, (now + _OLDER, "older_period")]
    elif own.close_at is not None:
        coming.append((own.close_at, "closing"))
    elif now >= own.suspend_at:
        return Step(PeriodNext.SUSPEND_DUE)
    else:
        coming.append((own.suspend_at, "suspension"))
    due_at, due = min(entry for entry in coming if entry[0] > now)
    return Step(PeriodNext.WAIT, due, due_at)


def _owed(standing: PeriodStanding, now: datetime) -> Step:
    """What stays owed after the service's end waits for its money until the purge, and holds that no longer."""
    own, purge_at = standing.own, standing.purge_at
    is_there = own.owed and standing.subscription is SubscriptionState.CLOSING
    if not is_there or purge_at is None or now >= purge_at:
        return Step(PeriodNext.CLOSE_DUE)
    if own.suspend_at is None:
        return Step(PeriodNext.WAIT, "proforma", now + PROFORMA_WAIT)
    if standing.invoice_at is not None and now >= standing.invoice_at:
        return Step(PeriodNext.INVOICE_DUE)
    coming = [(reminder.due_at, reminder_name(reminder.days)) for reminder in standing.pending]
    if standing.invoice_at is not None:
        coming.append((standing.invoice_at, "invoice"))
    due_at, due = min(entry for entry in [*coming, (purge_at, "purge")] if entry[0] > now)
    return Step(PeriodNext.WAIT, due, due_at)


def _ending(standing: PeriodStanding, now: datetime) -> Step:
    match standing.subscription:
        case SubscriptionState.ENDED:
            return Step(PeriodNext.NOT_OPEN)
        case SubscriptionState.CLOSING:
            step = _until(PeriodNext.PURGE_DUE, "purge", standing.purge_at, now)
            if step.next is PeriodNext.WAIT:
                is_measured = standing.state is not PeriodState.SCHEDULED
                return step if is_measured else Step(PeriodNext.MEASURE_DUE)
            return Step(PeriodNext.WAIT, "payment", now + _LOOK_AGAIN) if standing.unpaid else step
        case _ if not all(entry.owed for entry in standing.unpaid):
            return Step(PeriodNext.WAIT, "payment", now + _LOOK_AGAIN)
        case _:
            return _until(PeriodNext.CLOSE_DUE, "end", standing.ends_at, now)


def _until(following: PeriodNext, due: str, due_at: datetime | None, now: datetime) -> Step:
    """Wait for an instant; once it has come, what follows."""
    if due_at is None:
        raise AssertionError(f"a period that waits for its {due} knows when that is")
    return Step(PeriodNext.WAIT, due, due_at) if now < due_at else Step(following)
