"""Decides what an erasure is: its states, its dates, and when an answer is due (GDPR art. 12(3))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.kit.calendar import add_days, add_months, end_of_day, rome_date, start_of_day

WARNING_DAYS = 25
"""Days after the request from which an operator is warned."""
_ANSWER_MONTHS = 1
"""Within one month of the receipt of the request (GDPR art. 12(3)); its last day counts to its end."""
CARRYING_OUT = timedelta(days=7)
"""So long an approved erasure may wait for what holds it before the reconciler counts it as late."""


class Cause(StrEnum):
    """Why an account is erased; the values are those of the column."""

    ASKED = "asked"
    NEVER_PAID = "never_paid"
    RESTORED = "restored"
    """It was erased before, and restored rows brought it back."""


class State(StrEnum):
    """Waiting → approved → erased; or waiting → refused, or withdrawn by the customer."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Refusal(StrEnum):
    """Why a request is refused; `texts` says each to the customer."""

    IDENTITY_NOT_CONFIRMED = "identity_not_confirmed"
    LEGAL_CLAIM = "legal_claim"
    LEGAL_OBLIGATION = "legal_obligation"
    CONTRACT_GOES_ON = "contract_goes_on"
    UNFOUNDED = "unfounded"


@dataclass(frozen=True, slots=True)
class Proof:
    """What one service has erased, counted by tables."""

    room: str
    erased_at: datetime
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dates:
    """What follows from the moment of a request."""

    requested_at: datetime
    warn_at: datetime
    answer_by: datetime

    @classmethod
    def of(cls, requested_at: datetime) -> "Dates":
        """The dates of a request that came at this instant."""
        last = add_months(rome_date(requested_at), _ANSWER_MONTHS)
        return cls(requested_at, add_days(requested_at, WARNING_DAYS), end_of_day(start_of_day(last)))


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure; `proof` is empty before its end, and in lists."""

    id: UUID
    account_id: UUID
    cause: Cause
    state: State
    dates: Dates
    ticket_id: UUID | None = None
    notice_hash: str | None = None
    decided_at: datetime | None = None
    reason_code: str | None = None
    told_at: datetime | None = None
    told_message_id: str | None = None
    email_skipped: bool = False
    erased_at: datetime | None = None
    proof: Sequence[Proof] = ()
