"""Decides what a credit note is beside its lines, and until when it may be issued.

Source: art. 26 DPR 633/1972. What ends or changes a contract by law or by its own terms may be credited at any time
(paragraph 2); an agreement made afterwards and an error of the invoice only within a year of the sale (paragraph 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.kit.calendar import add_months
from services.kit.money import Money

_MONTHS_TO_CORRECT = 12


class CreditReason(StrEnum):
    """Why an invoice is credited."""

    WITHDRAWAL = "withdrawal"
    CONTRACT = "contract"
    DISPUTE = "dispute"
    AGREEMENT = "agreement"
    CORRECTION = "correction"

    @property
    def paragraph(self) -> int:
        """The paragraph of art. 26 that allows it."""
        return 3 if self in _WITHIN_A_YEAR else 2


_WITHIN_A_YEAR = frozenset({CreditReason.AGREEMENT, CreditReason.CORRECTION})


class RefundMethod(StrEnum):
    """How the customer gets the credited amount back."""

    BANK_TRANSFER = "bank_transfer"
    ONLINE = "online"
    ACCOUNT_CREDIT = "account_credit"
    RETURNED = "returned"
    """By the payer's bank, which has returned it before."""


@dataclass(frozen=True, slots=True)
class RefundPart:
    """A part of what is credited, and how the customer gets it back."""

    method: RefundMethod
    amount: Money


@dataclass(frozen=True, slots=True)
class ServedDays:
    """Days of service that stay owed, both included, of a term of so many days."""

    first_day: date
    last_day: date
    days_of_term: int

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a credit note credits and why.

    Attributes:
        invoice_id: The invoice; `invoice_number` and `invoice_date` name it on the note.
        cause_date: Day of the cause in Rome; the note's own date is that of its issue.
        refund_method: None where nothing is said of a refund.
        served: Days that stay owed; None where the line names none.
        other_refund: The part that goes back otherwise than by `refund_method`; None where all goes back in one way.
        remitted: The part that the customer had not paid, because a shortfall was accepted; None where all was paid.
        refund_follows: The note's e-invoice workflow asks for the refund; a process that issues a note does so itself.
    """

    invoice_id: UUID
    invoice_number: str
    invoice_date: date
    reason: CreditReason
    cause_date: date
    refund_method: RefundMethod | None = None
    served: ServedDays | None = None
    refund_follows: bool = False
    other_refund: RefundPart | None = None
    remitted: Money | None = None

    def refunds(self, gross: Money) -> tuple[RefundPart, ...]:
        """How what is credited, `gross`, goes back, without what was never paid: in one way, two, or none is said."""
        if self.refund_method is None:
            return ()
        paid = gross if self.remitted is None else gross - self.remitted
        if self.other_refund is None:
            return (RefundPart(self.refund_method, paid),)
        return (RefundPart(self.refund_method, paid - self.other_refund.amount), self.other_refund)


@dataclass(frozen=True, slots=True)
class CreditNoteInfo:
    """A credit note as its invoice names it.

    `gross` is what it credits, `remitted` the part of that which the customer had not paid; `refund_method` is None
    where nothing is said of a refund.
    """

    document_id: UUID
    invoice_id: UUID
    number: str
    date: date
    gross: Money
    reason: CreditReason
    refund_method: RefundMethod | None = None
    remitted: Money | None = None


def remitted_left(remitted: Money, notes: Iterable[CreditNoteInfo]) -> Money:
    """What of an accepted shortfall no credit note has credited, so that it is invoiced and nobody has paid it.

    A note that says of no refund credits it first, because it gives nothing back; after a dispute the provider has
    given it back.
    """
    left = remitted.minor
    for note in notes:
        if note.remitted is not None:
            left -= note.remitted.minor
        elif note.refund_method is None and note.reason is not CreditReason.DISPUTE:
            left -= note.gross.minor
    return Money(max(left, 0), remitted.currency)


def last_day_of(reason: CreditReason, invoice_date: date) -> date | None:
    """Until when an invoice may be credited for a reason; None for ever. The anniversary is the last day of a year."""
    return add_months(invoice_date, _MONTHS_TO_CORRECT) if reason in _WITHIN_A_YEAR else None
