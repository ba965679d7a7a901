"""Which incoming money pays a request, and for what reason other money waits for an operator.

Only exact money pays. Everything else is kept, once, with its reason; nothing of it is credited by itself. Whether
the request is still open is decided by the guarded change of its row, so the verdict here is about the money alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.kit.calendar import rome_date
from services.kit.money import Money
from services.payments.domain.payment_requests import PaymentRequest, RequestState


class QueueReason(StrEnum):
    """Why money waits for an operator."""

    SHORT = "short"
    OVER = "over"
    LATE = "late"
    TWICE = "twice"
    UNKNOWN = "unknown"
    WRONG_CURRENCY = "wrong_currency"
    UNDATED = "undated"
    """The bank does not say when the money was there, and that day is the invoice's date."""
    DATE = "date"
    """Booked on a day on which it cannot have paid this, and that day would be the invoice's date."""
    REVERSED = "reversed"
    """The bank took a credit back; what it had paid stays paid until a person decides."""
    DISPUTED = "disputed"
    """A payment by card or PayPal that its payer disputes; it stays paid until a person decides about a loss."""
    AMOUNT_DIFFERS = "amount_differs"
    """An operator recorded another amount under this bank reference: most likely one transfer, no second payment."""


NO_MONEY = frozenset({QueueReason.REVERSED, QueueReason.DISPUTED})
"""Entries that tell of money which was taken from us: they pay nothing and hold nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """Short money that waits for a request, with the payer's IBAN; empty where the bank does not tell it."""

    entry_id: UUID
    amount: Money
    payer_iban: str


def exactly(parts: Sequence[Part], asked: Money) -> Sequence[Part]:
    """Which short money is exactly what is asked for: all of it, else the newest, else the newest of one payer.

    So what a stranger pays for a number that was guessed keeps no customer's rest from paying.

    Args:
        parts: All of it, oldest first.
        asked: What the request asks for.

    Returns:
        That money, or nothing.
    """
    payers = dict.fromkeys(part.payer_iban for part in parts if part.payer_iban)
    groups = [parts, *([part for part in parts if part.payer_iban == payer] for payer in payers)]
    newest = (group[first:] for group in groups for first in range(len(group)))
    return next((some for some in newest if sum(part.amount.minor for part in some) == asked.minor), ())


def fault_of(received: Money, asked: Money) -> QueueReason | None:
    """What is wrong with an amount for a request; None when it is exact."""
    if received.currency != asked.currency:
        return QueueReason.WRONG_CURRENCY
    if received < asked:
        return QueueReason.SHORT
    if received > asked:
        return QueueReason.OVER
    return None


def date_fault(booked_on: date | None, made_at: datetime, now: datetime) -> QueueReason | None:
    """What is wrong with a booking date for a request made then: it lies before that day in Rome, or in the future."""
    if booked_on is None:
        return QueueReason.UNDATED
    return None if rome_date(made_at) <= booked_on <= rome_date(now) else QueueReason.DATE


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


def target_of(by_reference: list[PaymentRequest], by_number: list[PaymentRequest]) -> UUID | None:
    """The one request that a payer's text names; None when it names none or several.

    A creditor reference is stronger than a proforma number: it has check digits and exists for this only.
    """
    named = {request.request_id for request in (by_reference or by_number)}
    return named.pop() if len(named) == 1 else None
