"""What a dispute over a payment is, how it may move on, and what an operator may decide about a lost one.

A dispute is decided by the payer's bank. The provider withdraws the money when it begins, and gives it back when it is
won; what is lost stays paid here until an operator decides, for the invoice stands. A transfer or direct debit that the
bank takes back after it has paid is lost from the beginning.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.money import Money


class DisputeState(StrEnum):
    """How a dispute stands at the provider."""

    INQUIRY = "inquiry"
    """The payer's bank asks first; no money is withdrawn."""
    ENDED = "ended"
    """An inquiry that no dispute followed, so far."""
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"

    @property
    def closed(self) -> bool:
        """Whether nothing is expected of anybody."""
        return self in _CLOSED

    def after(self, known: "DisputeState") -> "DisputeState":
        """The later of what is told and what was known: answers of the provider may overtake each other."""
        return self if _ORDER[self] >= _ORDER[known] else known


_CLOSED = frozenset({DisputeState.ENDED, DisputeState.WON, DisputeState.LOST})
# Won and lost may follow each other: a bank may change its decision.
_ORDER = {
    DisputeState.INQUIRY: 0,
    DisputeState.ENDED: 1,
    DisputeState.NEEDS_RESPONSE: 2,
    DisputeState.UNDER_REVIEW: 3,
    DisputeState.WON: 4,
    DisputeState.LOST: 4,
}


class DisputeDecision(StrEnum):
    """What an operator decided about a lost dispute."""

    CLAIM = "claim"
    """The customer still owes it; it waits."""
    CREDIT_NOTE = "credit_note"
    """The contract has ended with it (DPR 633/1972, art. 26(2))."""
    CREDIT_NOTE_AGREED = "credit_note_agreed"
    """Agreed with the customer, within a year of the invoice (art. 26(3))."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as its row tells it.

    Attributes:
        dispute_id: Ours.
        provider_ref: The provider's id (`dp_…`); the reversal's identity in the ledger where the bank took it back.
        by_bank: Whether the bank took it back by a statement, of which no provider knows.
        charge_id: The payment that is disputed (`pi_…`); empty where the bank took it back.
        entry_id: The money entry by which an operator follows it.
        request_id: The payment request that the payment was for, and mostly paid; None where none is known.
        account_id: Whose that is.
        state: How it stands.
        reason: The payer's reason, as the provider's code; empty where the bank took it back.
        amount: What is disputed.
        withdrawn: What the provider, or the bank, has withdrawn of it and not given back.
        fee: What it charges for it, less what it gave back of that.
        amount_differs: More is disputed than the payment had brought, or in another currency.
        evidence_by: Until when evidence can be given.
        opened_at: When it was opened.
        closed_at: When we learnt of its end.
        decision: What an operator decided after a loss.
        credit_note_id: The credit note that settled it.
        refunded: What was refunded of the payment request by the means by which it had come, as far as no such refund
            failed or was cancelled.
        settled_as: What became of its entry, as a `Settlement`; empty while it waits.
        counted: What of the withdrawn counts as refunds after a withdrawal, cancelled ones left out.
    """

    dispute_id: UUID
    provider_ref: str
    by_bank: bool
    charge_id: str
    entry_id: UUID
    request_id: UUID | None
    account_id: UUID | None
    state: DisputeState
    reason: str
    amount: Money
    withdrawn: Money
    fee: Money
    amount_differs: bool
    evidence_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    decision: DisputeDecision | None
    credit_note_id: UUID | None
    refunded: Money
    counted: Money
    settled_as: str

    def takes_again(self, other: "Dispute") -> bool:
        """Whether the bank took back as much by another reversal, and a credit note stands or comes for it."""
        both = self.by_bank and other.by_bank and self.dispute_id != other.dispute_id
        comes = not self.settled_as and self.decision not in {None, DisputeDecision.CLAIM}
        return both and self.withdrawn == other.withdrawn and (comes or self.credit_note_id is not None)

    @property
    def rest(self) -> Money:
        """What is withdrawn and counts as no refund."""
        return self.withdrawn - self.counted

    @property
    def kept(self) -> bool:
        """Whether it has ended without a loss, with all money here."""
        return self.state in {DisputeState.WON, DisputeState.ENDED} and not self.withdrawn

    @property
    def to_decide(self) -> bool:
        """Whether it is lost, with money that is gone and counts as no refund: an operator decides."""
        return self.state is DisputeState.LOST and self.rest > Money(0, self.withdrawn.currency)
