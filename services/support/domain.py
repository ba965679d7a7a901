"""Decides what a ticket is: its kinds and states, how long its texts are, and how many of everything there may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

LONGEST_SUBJECT = 200
LONGEST_TEXT = 10_000
"""Characters; the proto says the same."""

MOST_MESSAGES = 200
"""Messages of one ticket: an answer with all of them stays below the largest gRPC message, at 4 bytes a character."""

MOST_OPEN_TICKETS = 20
"""Tickets of one account that are not closed: nobody has so many questions at once, a program gone wild has."""

MOST_TICKETS_A_DAY = 20
"""Tickets that one account opens in `DAY`, closed ones included: without it, opening and closing in turn has no end.

Requests for the deletion of the profile count by themselves, and one alone can be open."""

DAY = timedelta(hours=24)
"""The span before an opening in which the account's earlier ones count."""


class TicketKind(StrEnum):
    """What a ticket is about; the values are those of the column `tickets.kind`."""

    QUESTION = "question"
    BILLING = "billing"
    PROFILE_DELETION = "profile_deletion"


class TicketState(StrEnum):
    """Who has the next word: the provider, the customer, or nobody."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket."""

    id: UUID
    from_provider: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket; `messages` is empty in lists."""

    id: UUID
    account_id: UUID
    kind: TicketKind
    subject: str
    state: TicketState
    opened_at: datetime
    closed_at: datetime | None
    messages: Sequence[Message] = ()

    @property
    def number(self) -> str:
        """What people call it in an email: the last eight digits of its id, which are random."""
        return self.id.hex[-8:].upper()


def state_after_answer(*, from_provider: bool) -> TicketState:
    """Says who has the next word after a message."""
    return TicketState.ANSWERED if from_provider else TicketState.OPEN
