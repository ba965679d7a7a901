"""What money that has arrived is, wherever it came from, and what can become of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.kit.calendar import start_of_day
from services.kit.money import Money
from services.payments.domain.disputes import Dispute
from services.payments.domain.matching import NO_MONEY, QueueReason

INVOICE_DAYS = 12
"""From the day on which money was available to the last day for its invoice (DPR 633/1972, art. 6(3) and 21(4))."""


def last_invoice_day(available_on: date) -> date:
    """The last day on which an invoice for money of that day is in time."""
    return available_on + timedelta(days=INVOICE_DAYS)


def paid_as_of(days: Sequence[date], invoiced: Sequence[date] = ()) -> date:
    """The day as of which money pays that came in parts, which becomes the date of their invoice.

    It is the latest, but the earliest where they lie in different months: each part is due with the VAT of its own
    month, and an invoice may come before the later ones (DPR 633/1972, art. 6(4)).

    Args:
        days: When each part was available that has no invoice of its own.
        invoiced: Of the others, at least one of either kind: an invoice is not older than those that it deducts.
    """
    months = {(day.year, day.month) for day in days}
    return max((*invoiced, min(days) if len(months) > 1 else max(days, default=date.min)))


def advance_due(available_on: date, days: int) -> datetime:
    """When money of that day is invoiced as a part payment: once so many whole days have passed since, in Rome."""
    return start_of_day(available_on + timedelta(days=days + 1))


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
        contradicts: The transfer that was recorded by hand under the same bank reference with another amount.
        payer_iban: From where it came, as the bank tells it.
        advance_days: After how many days it is invoiced as a part payment, should it be short (`advance_due`).
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
    contradicts: UUID | None = None
    payer_iban: str = ""
    advance_days: int | None = None


def reversal_ref(identity: bytes) -> str:
    """The identity in the ledger of what a statement's entry takes back, by its mark or by its end-to-end id."""
    return f"reversal:{identity.hex()}"


class Fate(StrEnum):
    """What became of a receipt."""

    KNOWN = "known"
    """It had been counted before."""
    PAID = "paid"
    QUEUED = "queued"
    CONFIRMED = "confirmed"
    """It is the money that an operator had recorded already."""
    IGNORED = "ignored"
    """Money that left us, and takes nothing back that we know of; or a return of what we did not send."""
    REFUNDED = "refunded"
    """It shows a refund of ours to have left."""
    RETURNED = "returned"
    """A refund of ours that came back."""
    TAKEN_BACK = "taken_back"
    """It takes back money that still waited: the two are settled, and no person need look."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a receipt, with the entry in the operator's queue if it went there."""

    fate: Fate
    money_entry_id: UUID | None = None


class Settlement(StrEnum):
    """What became of money that waited for an operator."""

    ASSIGNED = "assigned"
    """Given to a payment request."""
    CREDITED = "credited"
    """Credit of an account, or taken from it."""
    REFUNDED = "refunded"
    SET_ASIDE = "set_aside"
    """None of the customers', or settled outside."""
    WITHDRAWN = "withdrawn"
    """Recorded by hand by mistake; or a refund's debit that came before the rows knew that this refund had left."""
    KEPT = "kept"
    """A dispute that ended without a loss."""
    CREDIT_NOTE = "credit_note"
    """A lost dispute for which a credit note was issued."""
    TAKEN_BACK = "taken_back"
    """Taken back while it waited, or what took it back: the two are nothing together."""
    PAYOUT = "payout"
    """Ours before it came: the provider paid it out to the bank."""


@dataclass(frozen=True, slots=True)
class Advance:
    """The invoice of a part payment that short money becomes which waits too long, or has become.

    Source: art. 6(4) DPR 633/1972. A payment on account is a tax point for its amount, whatever becomes of it later.

    Attributes:
        request_id: The one payment request that the money names.
        due_at: When it is decided, should the money still wait and the request still be open.
        decided_at: When it was; None while it is not.
        amount: How much of the money is invoiced, gross: at most what was left of the request. None while undecided.
        credited_at: When it was noted that a credit note gives it back, because the money did not pay that request.
    """

    request_id: UUID
    due_at: datetime
    decided_at: datetime | None
    amount: Money | None
    credited_at: datetime | None


@dataclass(frozen=True, slots=True)
class MoneyEntry:
    """Money that waits for an operator, or did; its amount is below zero where it was taken back or is disputed.

    `names_unpaid` says whether something that it names is still to be paid; `recorded` is the amount of the record by
    hand that it contradicts; `settled_to` the payment request, the account or the refund to which it went; `dispute`
    how a dispute stands, where it was read with it. `advance` is None where no invoice of a part payment was decided
    and none is due: the money is settled, or its request is not open. `emailed_at` is when the customer was told of it,
    `credit_emailed_at` when they were told that it, or what was over of it, became credit.
    `taken_back_by` is the entry that took this money back, `takes_back` the entry whose money this one takes back;
    `lowers_no_credit` whether what it took back was never credit and had paid nothing;
    `told_twice` whether another bank entry may be the same transfer, where it was read with it. `arrived` is false
    while an operator alone has told of it, and no statement. `perhaps_gone_back_by` is what the bank calls a debit that
    may have sent it back before the rows were restored, where it was read with it.
    """

    entry_id: UUID
    reason: QueueReason
    source: Source
    shown_reference: str
    amount: Money
    available_on: date | None
    remittance: str
    payer_name: str
    suggestions: tuple[UUID, ...]
    created_at: datetime
    named: tuple[UUID, ...]
    names_unpaid: bool
    recorded: Money | None
    payer_iban: str
    source_ref: str
    settled_at: datetime | None
    settled_as: Settlement | None
    settled_to: UUID | None
    dispute: Dispute | None = None
    advance: Advance | None = None
    emailed_at: datetime | None = None
    taken_back_by: UUID | None = None
    takes_back: UUID | None = None
    lowers_no_credit: bool = False
    arrived: bool = True
    told_twice: bool = False
    credit_emailed_at: datetime | None = None
    perhaps_gone_back_by: str | None = None

    @property
    def taken_back(self) -> bool:
        """Whether it tells that the bank or the provider took money back, or may."""
        return self.reason in NO_MONEY

    @property
    def is_gone(self) -> bool:
        """Whether it is no money of ours: it takes some back, or was taken back itself. It pays and holds nothing."""
        return self.taken_back or self.taken_back_by is not None

    @property
    def waits(self) -> bool:
        """Whether it is money that nobody has settled yet; what it names does not end meanwhile."""
        return self.settled_at is None and not self.is_gone

    @property
    def undecided(self) -> bool:
        """Whether the bank took something back about which nobody has decided yet."""
        return self.settled_at is None and self.reason is QueueReason.REVERSED

    def part_payment_of(self, request_id: UUID) -> bool:
        """Whether it paid the one request that it names, and was decided to be invoiced as a part payment of it."""
        paid_own = self.settled_as is Settlement.ASSIGNED and self.settled_to == request_id
        return paid_own and self.invoiced_as_part_of(request_id)

    def invoiced_as_part_of(self, request_id: UUID) -> bool:
        """Whether it was decided to be invoiced as a part payment of this request, the one that it names."""
        decided = self.advance is not None and self.advance.decided_at is not None
        return self.named == (request_id,) and decided

    @property
    def names_only_paid(self) -> bool:
        """Whether it came for what is paid already: it is to go back, or becomes credit."""
        return bool(self.named) and not self.names_unpaid and not self.is_gone

    @property
    def lies_in(self) -> str:
        """The ledger account where it lies until it is settled."""
        return "disputed" if self.reason is QueueReason.DISPUTED else "suspense"

    @property
    def invoice_by(self) -> date | None:
        """Its last day for an invoice, should it pay what it names; None where that is not known, or one is decided."""
        invoiced = self.advance is not None and self.advance.decided_at is not None
        if self.is_gone or invoiced or not self.names_unpaid or self.available_on is None:
            return None
        return last_invoice_day(self.available_on)
