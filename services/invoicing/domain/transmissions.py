"""Decides where an invoice stands at the Sistema di Interscambio, whatever arrives in whatever order.

An acceptance (delivered, or issued but undeliverable) is a fact at the tax agency and wins over everything, also over
a rejection that a duplicate of the same file earned. A rejection counts only for the file sent last. Repeating a
receipt changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.kit.calendar import add_days, end_of_day, start_of_day

# Art. 21 paragraph 4 DPR 633/1972: an immediate invoice is issued within 12 days of the tax point.
SENDING_DAYS = 12
# An operator hears of it while there is still time to act.
SENDING_ALERT_DAYS = 9
# Circular 13/E of 2018: a rejected invoice is sent again within 5 days of the rejection.
RESENDING_DAYS = 5
# The SdI answers within 5 days; a longer silence means that something was lost.
SILENCE_DAYS = 5

DUPLICATE_FILE_NAME = "00002"
DUPLICATE_INVOICE = "00404"


class State(StrEnum):
    """Where a transmission stands."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    REJECTED = "rejected"
    GIVEN_UP = "given_up"


FINAL = frozenset({State.DELIVERED, State.UNDELIVERABLE, State.GIVEN_UP})
# States from which another attempt may be prepared: never sent (its content was not valid), silence, rejection.
CORRECTABLE = frozenset({State.PENDING, State.SENT, State.REJECTED})


class Outcome(StrEnum):
    """What the SdI said of one file."""

    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SdiError:
    """An error for which the SdI rejects a file.

    Attributes:
        code: The official code, for example "00305".
        description: What the receipt says (Descrizione), in Italian; may quote the invoice.
        advice: What it advises (Suggerimento), in Italian; may quote the invoice.
    """

    code: str
    description: str = ""
    advice: str = ""


_RANK = {None: 0, Outcome.REJECTED: 1, Outcome.UNDELIVERABLE: 2, Outcome.DELIVERED: 3}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One file: how often it may have left, and what the SdI said of it, with its error codes."""

    number: int
    tries: int
    outcome: Outcome | None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """What a state waits for: the legal deadline, when a person must look, when the row should have moved."""

    deadline: datetime
    alert_at: datetime | None
    next_at: datetime | None


def outcome_after(known: Outcome | None, news: Outcome) -> Outcome:
    """The outcome of a file after another receipt about it: an acceptance is never taken back."""
    return news if _RANK[news] > _RANK[known] else known or news


def meaning(outcome: Outcome, codes: Sequence[str], attempt: Attempt, others: Sequence[Attempt]) -> Outcome | None:
    """What a receipt means for the invoice's file.

    Args:
        outcome: What the receipt says.
        codes: Codes of a rejection.
        attempt: The file it speaks of.
        others: The invoice's other files.

    Returns:
        None where it says nothing about the file: it was sent twice under its name after a lost answer, and the SdI
        refuses the second. UNDELIVERABLE for "this invoice is known already" (00404) where an earlier sending may
        have been accepted without our hearing of it: the invoice is issued, and the customer finds it in the
        reserved area.
    """
    if outcome is not Outcome.REJECTED:
        return outcome
    if set(codes) == {DUPLICATE_FILE_NAME} and attempt.tries > 1:
        return None
    unanswered = any(other.tries > 0 and other.outcome is not Outcome.REJECTED for other in others)
    if set(codes) == {DUPLICATE_INVOICE} and (attempt.tries > 1 or unanswered):
        return Outcome.UNDELIVERABLE
    return outcome


def accepted(files: Sequence[Attempt]) -> Attempt | None:
    """The file that is the invoice at the tax agency, as far as the receipts tell.

    A file refused as known already (00404) is not that file: an earlier sending is. Where several sendings are
    unanswered nobody can tell which, and None is the answer, as it is where none was accepted.
    """
    taken = [file for file in files if file.outcome in {Outcome.DELIVERED, Outcome.UNDELIVERABLE}]
    by_receipt = [file for file in taken if not file.codes]
    if by_receipt or not taken:
        return by_receipt[0] if by_receipt else None
    before = [file for file in files if file.tries > 0 and file.outcome is None]
    before += [file for file in taken if file.tries > 1]
    return before[0] if len(before) == 1 else None


def state_after(state: State, current: int, attempt: int, outcome: Outcome) -> State:
    """The invoice's state after a receipt about one of its files.

    Args:
        state: The state so far.
        current: Number of the file sent last.
        attempt: Number of the file that the receipt speaks of.
        outcome: What the receipt means.
    """
    match outcome:
        case Outcome.DELIVERED:
            return State.DELIVERED
        case Outcome.UNDELIVERABLE:
            return state if state is State.DELIVERED else State.UNDELIVERABLE
        case Outcome.REJECTED:
            open_for_news = state in {State.PENDING, State.SENT}
            return State.REJECTED if attempt == current and open_for_news else state


def dates_of_pending(day: date, now: datetime) -> Dates:
    """Dates of an invoice that is to be sent, from its tax point."""
    midnight = start_of_day(day)
    return Dates(end_of_day(midnight, SENDING_DAYS), add_days(midnight, SENDING_ALERT_DAYS), now)


def dates_of_sent(deadline: datetime, now: datetime) -> Dates:
    """Dates of a file that has just left: the deadline stays, silence is noticed after some days."""
    silence = add_days(now, SILENCE_DAYS)
    return Dates(deadline, silence, silence)


def dates_of_rejected(now: datetime) -> Dates:
    """Dates of a rejected file: to be sent again soon, and a person must look at once."""
    deadline = end_of_day(now, RESENDING_DAYS)
    return Dates(deadline, now, deadline)


def dates_of_resend(deadline: datetime, now: datetime) -> Dates:
    """Dates of an invoice that is to be sent again: the deadline of the rejection, or of the first sending, stays."""
    return Dates(deadline, now, now)


def dates_of_end(deadline: datetime) -> Dates:
    """Dates of a transmission that has ended: nothing is waited for."""
    return Dates(deadline, None, None)
