"""What a provider says instead of what it was asked for, and what is wrong with an event that it seems to send."""

from services.payments.domain.payment_requests import ChargeRefusal


class ProviderUnavailableError(Exception):
    """The provider does not answer, refuses us, or answers what it must not; the call may be repeated later."""


class PageUnusableError(ProviderUnavailableError):
    """A page was made and ended again, because it does not offer what it must; the next needs another key."""


class ChargeRefusedError(Exception):
    """A charge cannot be made at all, for a reason that repeating it does not change."""

    def __init__(self, refusal: ChargeRefusal) -> None:
        """Say why."""
        super().__init__(refusal)
        self.refusal = refusal


class RefundRefusedError(Exception):
    """The provider refuses a refund for good; its text is the provider's code."""


class BadSignatureError(Exception):
    """The body was not signed by the provider with our secret, or too long ago."""


class UnreadableEventError(Exception):
    """The event is signed with our secret and still can never be read: sending it again will not help."""


class ForeignEventError(Exception):
    """The event is genuine but of another mode or API version than this system works with."""
