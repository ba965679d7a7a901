"""Payments at the provider as it tells them, and charges by a mandate as they are asked for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.causes import Cause
from services.kit.money import Money
from services.payments.domain.mandates import Grant
from services.payments.domain.payment_requests import ChargeRefusal


class ChargeState(StrEnum):
    """How far the money of a checkout is."""

    NONE = "none"
    """Nobody has paid, or the last try was refused: the page may be used or closed."""
    PROCESSING = "processing"
    """The customer has confirmed, the money is on its way: closing must wait."""
    SUCCEEDED = "succeeded"
    """The money is there."""
    READY = "ready"
    """A charge by a mandate that was made and not yet confirmed: no money moves."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Money at the provider, as the provider tells it when asked (never as an event says).

    Attributes:
        charge_id: The provider's id of the payment (`pi_…`): one payment is counted once by it.
        state: How far it is.
        received: What was received; zero before it succeeded.
        request_id: The payment request it carries; None when it is not one of ours.
        cause_key: The order or period it carries.
        charged_at: When it succeeded, by the provider's clock; None before.
        attempt: The number under which a charge by a mandate was written down here; None for a payment on a page.
        refusal: Why a charge by a mandate was not done; None while nothing refused it.
    """

    charge_id: str
    state: ChargeState
    received: Money
    request_id: UUID | None
    cause_key: UUID | None
    charged_at: datetime | None
    attempt: int | None = None
    refusal: ChargeRefusal | None = None


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """A charge by a mandate."""

    request_id: UUID
    cause: Cause
    attempt: int
    amount: Money
    title: str
    grant: Grant
