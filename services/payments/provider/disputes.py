"""Disputes at the provider as it tells them: what is disputed, and every movement of money that they made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.kit.money import Money
from services.payments.domain.disputes import DisputeState


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that a dispute moved on our balance at the provider.

    Attributes:
        provider_ref: The provider's id of it (`txn_…`): counted once by it.
        amount: What came back, below zero what was withdrawn; the fee not included.
        fee: What the provider charged, below zero what it gave back of that.
        made_at: When, by the provider's clock.
    """

    provider_ref: str
    amount: Money
    fee: Money
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A dispute at the provider, as the provider tells it when asked (never as an event says).

    Attributes:
        provider_ref: The provider's id (`dp_…`).
        charge_id: The payment that is disputed (`pi_…`).
        state: How it stands.
        reason: The payer's reason, as the provider's code.
        amount: What is disputed.
        evidence_by: Until when evidence can be given; None where none is wanted.
        opened_at: When it was opened, by the provider's clock.
        movements: Every movement of money so far.
    """

    provider_ref: str
    charge_id: str
    state: DisputeState
    reason: str
    amount: Money
    evidence_by: datetime | None
    opened_at: datetime
    movements: Sequence[DisputeMovement]
