"""Which incoming money pays a request, and for what reason other money waits for an operator.

Only exact money pays. Everything else is kept, once, with its reason; nothing of it is credited by itself. Whether
the request is still open is decided by the guarded change of its row, so the verdict here is about the money alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class RequestState(StrEnum):
    """The life of a payment request: `open` ends in exactly one of the two others."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class QueueReason(StrEnum):
    """Why money waits for an operator."""

    SHORT = "short"
    OVER = "over"
    LATE = "late"
    TWICE = "twice"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    WRONG_CURRENCY = "wrong_currency"
    UNDATED = "undated"
    UNSPLIT_BATCH = "unsplit_batch"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Owed:
    """What a request asks for."""

    request_id: UUID
    minor: int
    currency: str


def fault_of(minor: int, currency: str, owed: Owed) -> QueueReason | None:
    """What is wrong with an amount for a request; None when it is exact."""
    if currency != owed.currency:
        return QueueReason.WRONG_CURRENCY
    if minor < owed.minor:
        return QueueReason.SHORT
    if minor > owed.minor:
        return QueueReason.OVER
    return None


def reason_when_final(state: RequestState) -> QueueReason:
    """The reason of money for a request that is no longer open.

    Raises:
        ValueError: The request is open: its money has no such reason.
    """
    match state:
        case RequestState.PAID:
            return QueueReason.TWICE
        case RequestState.CLOSED:
            return QueueReason.LATE
        case RequestState.OPEN:
            raise ValueError("an open request takes its money")
