"""Decides whether a message may leave, by what its mailbox sent in the 24 hours before.

The window slides: a message counts from the instant it was allowed until exactly 24 hours later. The database function
`decide_send` holds the limits under concurrency; this module says which limit refused and when it frees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(hours=24)
"""How long a message counts (docs/rules.md, "Trial")."""


class Limit(StrEnum):
    """What can be exhausted."""

    MESSAGES = "messages"
    RECIPIENTS = "recipients"
    ACCOUNT_MESSAGES = "account_messages"
    ACCOUNT_RECIPIENTS = "account_recipients"


@dataclass(frozen=True, slots=True)
class Send:
    """A message that was allowed: when, and to how many recipients."""

    at: datetime
    recipients: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one mailbox, or all mailboxes of an account together, may send in a window; None is no limit."""

    messages: int | None
    recipients: int | None
    of_account: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The limit that refused, its value, and when the same message would be allowed (None: never, it is too large)."""

    limit: Limit
    value: int
    frees_at: datetime | None


def messages_free_at(sends: Sequence[Send], limit: int, now: datetime) -> datetime | None:
    """Says when one message more fits under `limit`; None if it never does (limit 0), `now` if it does already."""
    if limit <= 0:
        return None
    in_window = sorted(send.at for send in sends if send.at > now - WINDOW)
    return now if len(in_window) < limit else in_window[-limit] + WINDOW


def recipients_free_at(sends: Sequence[Send], limit: int, recipients: int, now: datetime) -> datetime | None:
    """Says when `recipients` more fit under `limit`; None if the message alone is over it, `now` if they do already."""
    if recipients > limit:
        return None
    in_window = sorted((send for send in sends if send.at > now - WINDOW), key=lambda send: send.at)
    used = sum(send.recipients for send in in_window)
    frees_at = now
    for send in in_window:
        if used + recipients <= limit:
            break
        used -= send.recipients
        frees_at = send.at + WINDOW
    return frees_at


def refusal(sends: Sequence[Send], limits: Limits, recipients: int, now: datetime) -> Refusal | None:
    """Says which limit refuses a message to `recipients` at `now`.

    Where both refuse, the one that frees later is named: naming the other would promise a time at which the message
    is refused again.
    """
    refusals: list[Refusal] = []
    if limits.messages is not None:
        free = messages_free_at(sends, limits.messages, now)
        if free != now:
            limit = Limit.ACCOUNT_MESSAGES if limits.of_account else Limit.MESSAGES
            refusals.append(Refusal(limit, limits.messages, free))
    if limits.recipients is not None:
        free = recipients_free_at(sends, limits.recipients, recipients, now)
        if free != now:
            limit = Limit.ACCOUNT_RECIPIENTS if limits.of_account else Limit.RECIPIENTS
            refusals.append(Refusal(limit, limits.recipients, free))
    return max(refusals, key=lambda found: found.frees_at.timestamp() if found.frees_at else float("inf"), default=None)
