"""Hosted pages as the provider tells them, and as they are asked for: for a payment, or to set a mandate up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.kit.causes import Cause
from services.kit.money import Money
from services.payments.domain.mandates import Grant
from services.payments.provider.charges import Charge

PAGE_LIFE = timedelta(hours=23)
"""Stripe allows 24 hours from its own clock; the hour between is for clocks that differ."""
SHORTEST_LIFE = timedelta(minutes=35)
"""Stripe makes no page for less than 30 minutes: a lost call older than that cannot be repeated."""


class PageState(StrEnum):
    """The state of a hosted page."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Page:
    """A hosted page (Checkout Session) as it stands.

    Attributes:
        page_id: The provider's id (`cs_…`).
        state: Open, complete or expired.
        url: Where to send the customer; empty once it is not open.
        expires_at: When it ends by itself.
        request_id: The payment request it was made for; None when it is not one of ours.
        attempt: The number under which it was written down here; None when it is not one of ours.
        charge: Its payment, once the customer has confirmed.
        setup_id: The set-up without a payment it was made for; None for a payment.
        grant: The authorisation that the customer gave on it, if any.
    """

    page_id: str
    state: PageState
    url: str
    expires_at: datetime
    request_id: UUID | None
    attempt: int | None
    charge: Charge | None
    setup_id: UUID | None = None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class PageOrder:
    """What a hosted page is to ask for. The same order with the same key gives the same page.

    ``for_later`` asks for an authorisation of later charges too, which only PayPal gives.
    """

    request_id: UUID
    cause: Cause
    attempt: int
    amount: Money
    title: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    for_later: bool = False


@dataclass(frozen=True, slots=True)
class SetupOrder:
    """A hosted page on which a customer authorises later charges without paying anything."""

    setup_id: UUID
    success_url: str
    cancel_url: str
    expires_at: datetime
