"""What a payment request is: who owes what, how it may be paid, and how it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.kit.causes import Cause
from services.kit.money import Money
from services.payments.domain.references import CreditorReference


class RequestState(StrEnum):
    """The life of a payment request: `open` ends in exactly one of the two others."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class Method(StrEnum):
    """How the customer chose to pay."""

    BANK_TRANSFER = "bank_transfer"
    ONLINE = "online"


class CloseReason(StrEnum):
    """Why a request was closed without money."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """The state of one hosted page of a request."""

    CREATING = "creating"
    """Written down, not yet answered by the provider: the call may have been made or not."""
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether money may still come through this page; one such page a request at any time."""
        return self in {AttemptState.CREATING, AttemptState.OPEN, AttemptState.PROCESSING}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hosted page, as it was or will be asked for at the provider.

    ``success_url`` and ``cancel_url`` have a place for the pay link's token (``PayLinks.filled``).
    """

    number: int
    state: AttemptState
    title: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    page_id: str | None
    url: str


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment request as its row tells it.

    Attributes:
        request_id: Derived from the cause, so that a repeated step makes the same one.
        cause: What it is for.
        account_id: Whose it is.
        amount: What is to be paid, gross.
        method: How.
        state: Open, paid or closed.
        reference: The creditor reference for a bank transfer; every request has one.
        attempt: Number of the last hosted page; 0 for none.
        proforma_number: As printed; None until the proforma exists.
        created_at: When it was made.
        paid_at: When it became paid by our clock.
        available_on: The day on which the money was available: the tax point.
        closed_at: When it was closed.
        close_reason: Why.
        live: The hosted page through which money may come now.
    """

    request_id: UUID
    cause: Cause
    account_id: UUID
    amount: Money
    method: Method
    state: RequestState
    reference: CreditorReference
    attempt: int
    proforma_number: str | None
    created_at: datetime
    paid_at: datetime | None
    available_on: date | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    live: Attempt | None
