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
    """A subscription: active → closing (the service has ended, what is there can be read) → ended."""

    ACTIVE = "active"
    CLOSING = "closing"
    ENDED = "ended"


class SubscriptionEnd(StrEnum):
    """Why a subscription ends."""

    CANCELLED = "cancelled"
    UNPAID = "unpaid"
    WITHDRAWN = "withdrawn"
    ERASURE = "erasure"
    TERMINATED = "terminated"
    """A payment for it was taken back for good, and an operator ended it."""

    @property
    def leaves_debts(self) -> bool:
        """Whether what was served stays owed; a withdrawal has its own reckoning, an erasure waives it."""
        return self in {SubscriptionEnd.CANCELLED, SubscriptionEnd.UNPAID, SubscriptionEnd.TERMINATED}


class PeriodState(StrEnum):
    """A period: prepaid, or scheduled → due → paid, or due → unpaid; void where the subscription ended before it."""

    PREPAID = "prepaid"
    SCHEDULED = "scheduled"
    DUE = "due"
    PAID = "paid"
    UNPAID = "unpaid"
    VOID = "void"


class OrderEmail(StrEnum):
    """An email about an order that is sent once; also the template's name."""

    CONFIRMATION = "order_confirmation"
    EXPIRED = "order_expired"
    CANCELLED = "order_cancelled"
    TAX_OPEN = "order_tax_open"
    REFUSED = "order_refused"
