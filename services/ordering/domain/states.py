"""The states that ordering's rows go through; stored as these strings."""

from enum import StrEnum


class OrderState(StrEnum):
    """An order: open → paid → fulfilled, or open → expired, or open → cancelled."""

    OPEN = "open"
    PAID = "paid"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class ClosureReason(StrEnum):
    """Why an account was closed."""

    TRIAL_ENDED = "trial_ended"
    SUBSCRIPTION_ENDED = "subscription_ended"
    ERASURE = "erasure"


class SubscriptionState(StrEnum):
    """A subscription runs or has ended."""

    ACTIVE = "active"
    ENDED = "ended"


class OrderEmail(StrEnum):
    """An email about an order that is sent once; also the template's name."""

    CONFIRMATION = "order_confirmation"
    EXPIRED = "order_expired"
    CANCELLED = "order_cancelled"
