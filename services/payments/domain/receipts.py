"""What money that has arrived is, wherever it came from, and what can become of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.kit.money import Money
from services.payments.domain.matching import QueueReason


class Source(StrEnum):
    """Where money came from; also the name of the ledger account where it lies."""

    BANK = "bank"
    STRIPE = "stripe"
    ANNOUNCED = "announced"
    """Seen by an operator; the statement that confirms it is still to come."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that has arrived.

    Attributes:
        source: Where it lies.
        source_ref: Its identity there: counted once by it.
        amount: How much, above zero.
        available_on: The day on which it was available, Europe/Rome; None when the bank does not say.
        received_at: When we learnt of it.
        shown_reference: The reference by which an operator finds it at the bank or provider.
        remittance: What the payer wrote.
        payer_name: Who paid, as the bank tells it.
        suggestions: Requests that it may be for, best first, where it matches none.
        named: Requests that the payer's text names by reference or number; they do not expire while it waits.
    """

    source: Source
    source_ref: str
    amount: Money
    available_on: date | None
    received_at: datetime
    shown_reference: str
    remittance: str = ""
    payer_name: str = ""
    suggestions: tuple[UUID, ...] = ()
    named: tuple[UUID, ...] = ()


class Fate(StrEnum):
    """What became of a receipt."""

    KNOWN = "known"
    """It had been counted before."""
    PAID = "paid"
    QUEUED = "queued"
    CONFIRMED = "confirmed"
    """It is the money that an operator had recorded already."""
    IGNORED = "ignored"
    """Money that left us, and takes nothing back that we know of."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a receipt, with the entry in the operator's queue if it went there."""

    fate: Fate
    money_entry_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MoneyEntry:
    """Money that waits for an operator; its amount is below zero where the bank took it back."""

    entry_id: UUID
    reason: QueueReason
    source: str
    shown_reference: str
    amount: Money
    available_on: date | None
    remittance: str
    payer_name: str
    suggestions: tuple[UUID, ...]
    created_at: datetime
