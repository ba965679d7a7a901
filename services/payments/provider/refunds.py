"""Refunds at the provider as it tells them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.money import Money


class RefundProgress(StrEnum):
    """How far a refund is at the provider."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund at the provider, as the provider tells it when asked.

    Attributes:
        provider_ref: The provider's id of it (`re_…`).
        charge_id: The payment that it takes back (`pi_…`).
        progress: How far it is.
        amount: How much.
        failure: Why it failed, as the provider's code; empty where it has not.
        refund_id: The refund that it carries; None when it is not one of ours.
        attempt: The try that it carries.
        made_at: When it was made, by the provider's clock.
    """

    provider_ref: str
    charge_id: str
    progress: RefundProgress
    amount: Money
    failure: str
    refund_id: UUID | None
    attempt: int | None
    made_at: datetime
