"""What a file that was handed to the bank says of refunds which restored rows do not know, or not as sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.money import Money
from services.payments.domain.refunds import Means, Refund, RefundState


@dataclass(frozen=True, slots=True)
class InFile:
    """A transfer of a file.

    Attributes:
        refund_id: The refund.
        attempt: Its try.
        amount: What left.
        iban: Where to.
        holder: Of that account, in the letters that banks take.
    """

    refund_id: UUID
    attempt: int
    amount: Money
    iban: str
    holder: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A file as it was handed to the bank: its message id, when it was made, and at least one transfer."""

    message_id: str
    made_at: datetime
    transfers: tuple[InFile, ...]


class InFileFate(StrEnum):
    """What becomes of a refund of a file."""

    KNOWN = "known"
    """The rows know that it left, or that a later try has."""
    SENT = "sent"
    AWAITED = "awaited"
    """No row knows it."""
    REFUSED = "refused"
    """By the bank, as an operator says."""
    DIFFERS = "differs"
    """It stands so that it cannot have left by this file: a person decides."""


def fate_of(refund: Refund | None, left: InFile, message_id: str) -> InFileFate:
    """What becomes of a refund that a file has, by how it stands here."""
    if refund is None:
        return InFileFate.AWAITED
    same_try = left.attempt == refund.attempt
    by_transfer = refund.means is Means.BANK_TRANSFER
    gone = by_transfer and refund.state in {RefundState.SENT, RefundState.DONE}
    if left.attempt < refund.attempt or refund.message_id == message_id or (same_try and gone):
        return InFileFate.KNOWN
    return InFileFate.SENT if refund.money == left.amount and _can_have_left(refund) else InFileFate.DIFFERS


def _can_have_left(refund: Refund) -> bool:
    """Whether what these rows know of a refund came before it left: tried again, it goes by transfer from any means."""
    if refund.means is Means.BANK_TRANSFER:
        return refund.state not in {RefundState.DONE, RefundState.CANCELLED}
    return refund.means is Means.STRIPE and refund.state is RefundState.FAILED
