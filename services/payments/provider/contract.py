"""What Casella needs of a payment provider, in our words: hosted pages, charges by a mandate, and signed events.

A second provider is a second class behind this protocol; nothing else in the room knows whose API it is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
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


class PageState(StrEnum):
    """The state of a hosted page."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


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


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """A charge by a mandate."""

    request_id: UUID
    cause: Cause
    attempt: int
    amount: Money
    title: str
    grant: Grant


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


@dataclass(frozen=True, slots=True)
class Event:
    """A trigger: something happened to an object, which is then fetched.

    Attributes:
        event_id: The provider's id (`evt_…`), unique for ever.
        kind: The provider's type, for example `checkout.session.completed`.
        page_id: The page it is about, if any.
        charge_id: The payment it is about, if any.
        method_id: The payment method it is about, if any: what it says of a mandate concerns the mandate's method.
        mandate_id: The mandate at the provider it is about, if any.
        refunded_charge_id: The payment whose refunds it is about, if any.
        created_at: When it happened, by the provider's clock.
    """

    event_id: str
    kind: str
    page_id: str | None
    charge_id: str | None
    refunded_charge_id: str | None
    created_at: datetime
    method_id: str | None = None
    mandate_id: str | None = None


class ProviderUnavailableError(Exception):
    """The provider does not answer, refuses us, or answers what it must not; the call may be repeated later."""


class ChargeRefusedError(Exception):
    """A charge cannot be made at all, for a reason that repeating it does not change."""

    def __init__(self, refusal: ChargeRefusal) -> None:
        """Say why."""
        super().__init__(refusal)
        self.refusal = refusal


class PageUnusableError(ProviderUnavailableError):
    """A page was made and ended again, because it does not offer what it must; the next needs another key."""


class RefundRefusedError(Exception):
    """The provider refuses a refund for good; its text is the provider's code."""


class UnreadableEventError(Exception):
    """The event is signed with our secret and still can never be read: sending it again will not help."""


class BadSignatureError(Exception):
    """The body was not signed by the provider with our secret, or too long ago."""


class ForeignEventError(Exception):
    """The event is genuine but of another mode or API version than this system works with."""


class PaymentProvider(Protocol):
    """Every call may raise `ProviderUnavailableError`."""

    name: str
    """The source's name in the ledger, for example `stripe`."""

    async def create_page(self, order: PageOrder, idempotency_key: str) -> Page:
        """Make a hosted page; the key is written down before the call, so that a repeat makes no second page."""
        ...

    async def create_setup_page(self, order: SetupOrder, idempotency_key: str) -> Page:
        """Make a hosted page that takes no money; as `create_page`."""
        ...

    async def create_charge(self, order: ChargeOrder, idempotency_key: str) -> Charge:
        """Make a charge by a mandate; it moves no money before it is confirmed.

        Raises:
            ChargeRefusedError: The mandate's ids are unknown there.
        """
        ...

    async def confirm_charge(self, charge_id: str, idempotency_key: str) -> Charge:
        """Take the money of a charge that is ready, without the customer; tells how it stands then, refused or not.

        The provider confirms a charge once, whatever the key: who gets no answer looks at the charge before a retry.
        """
        ...

    async def cancel_charge(self, charge_id: str) -> Charge:
        """End a charge that has not taken its money, and tell how it stands then: it may have been faster."""
        ...

    async def charge(self, charge_id: str) -> Charge | None:
        """Look at a charge or a page's payment; None when the provider does not know it."""
        ...

    async def release(self, grant: Grant) -> None:
        """Make sure that nobody can charge a payment method any more, whether or not somebody could."""
        ...

    async def revoked_method(self, event: Event) -> str | None:
        """The payment method that can no longer be charged, where that is what an event is about."""
        ...

    async def page(self, page_id: str) -> Page | None:
        """Look at a page and its payment; None when the provider does not know it."""
        ...

    async def page_of_charge(self, charge_id: str) -> Page | None:
        """The page on which a payment was made; None for a payment made elsewhere."""
        ...

    async def expire_page(self, page_id: str) -> Page:
        """End a page if it is open, and tell how it stands then: complete means that the customer was faster."""
        ...

    async def refund(
        self, charge_id: str, amount: Money, refund_id: UUID, attempt: int, idempotency_key: str
    ) -> ProviderRefund:
        """Give money of a payment back; the key is written down before the call.

        Raises:
            RefundRefusedError: The provider refuses it for good.
        """
        ...

    async def refunds_of(self, charge_id: str) -> list[ProviderRefund]:
        """All refunds of a payment, ours and those made elsewhere, oldest first."""
        ...

    def verify(self, body: bytes, signature: str) -> Event:
        """Check a delivered event.

        Raises:
            BadSignatureError: Not signed with our secret, or more than 300 seconds ago or ahead.
            UnreadableEventError: Signed, and no event.
            ForeignEventError: Of another mode or API version.
        """
        ...

    async def undelivered(self, since: datetime) -> list[Event]:
        """Events that were not taken by our endpoint, oldest first."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...
