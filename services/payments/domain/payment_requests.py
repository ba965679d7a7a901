"""What a payment request is: who owes what, how it may be paid, and how it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never
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
    AUTOMATIC_DEBIT = "automatic_debit"

    @property
    def by_link(self) -> bool:
        """Whether a link leads to a page of the provider; otherwise the customer is told an account and a reference."""
        match self:
            case Method.BANK_TRANSFER:
                return False
            case Method.ONLINE | Method.AUTOMATIC_DEBIT:
                return True
            case _:
                assert_never(self)


class CloseReason(StrEnum):
    """Why a request was closed without money."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AttemptKind(StrEnum):
    """By what the money of an attempt may come."""

    PAGE = "page"
    """A hosted page, on which the customer pays."""
    CHARGE = "charge"
    """A charge by automatic debit, without the customer."""


class AttemptState(StrEnum):
    """The state of one attempt: a hosted page of a request, or a charge by automatic debit."""

    CREATING = "creating"
    """Written down, not yet answered by the provider: the call may have been made or not."""
    OPEN = "open"
    """Of a page: the customer may pay there."""
    PROCESSING = "processing"
    """The money is on its way. Of a charge: from just before the provider is told to take it."""
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether money may still come through this attempt; one such attempt a request at any time."""
        return self in {AttemptState.CREATING, AttemptState.OPEN, AttemptState.PROCESSING}


class ChargeRefusal(StrEnum):
    """Why a charge by automatic debit was not done."""

    AUTHENTICATION = "authentication"
    """The provider wants the customer to confirm it."""
    MANDATE_GONE = "mandate_gone"
    """There is no mandate any more."""
    DECLINED = "declined"
    """Mostly for want of money."""
    NO_ANSWER = "no_answer"
    """The provider gave no answer: perhaps it was done."""


@dataclass(frozen=True, slots=True)
class Debit:
    """The automatic debit of a request.

    Attributes:
        charge_on: The day that was announced to the customer.
        charge_at: When it is charged next, or the provider asked again; None when nothing more is planned.
        declined: How often it was declined.
        unanswered: How often the provider gave no answer about the attempt in hand.
        refusal: What became of the last charge that was not done.
        refused_at: When that was.
        email_due: Whether the customer is still to be told of it.
        mandate_active: Whether a mandate of the account stands.
        early_at: When an operator last had it charged before its time.
        planned_at: When the plan charges it next, while such a charge goes before it; None while none does.
    """

    charge_on: date
    charge_at: datetime | None
    declined: int
    unanswered: int
    refusal: ChargeRefusal | None
    refused_at: datetime | None
    email_due: bool
    mandate_active: bool
    early_at: datetime | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hosted page or charge, as it was or will be asked for at the provider.

    ``amount`` is what it asks for: of a page what is left of the request, of a charge all of it.
    ``success_url`` and ``cancel_url`` have a place for the pay link's token (``PayLinks.filled``); a charge has neither
    these nor a page, but the mandate by which it is made, and ``charge_id`` once the provider has answered.
    """

    number: int
    state: AttemptState
    amount: Money
    title: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    page_id: str | None
    url: str
    kind: AttemptKind = AttemptKind.PAGE
    mandate_id: UUID | None = None
    charge_id: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment request as its row tells it.

    Attributes:
        request_id: Derived from the cause, so that a repeated step makes the same one.
        cause: What it is for.
        account_id: Whose it is.
        amount: What must come as money, gross; zero where account credit covers all.
        credit: The part that account credit covers.
        method: How.
        state: Open, paid or closed.
        reference: The creditor reference for a bank transfer; every request has one.
        attempt: Number of the last hosted page or charge; 0 for none.
        proforma_number: As printed; None until the proforma exists.
        created_at: When it was made.
        paid_at: When it became paid by our clock.
        available_on: The day on which the money was available: the tax point.
        closed_at: When it was closed.
        close_reason: Why.
        live: The hosted page or charge through which money may come now.
        debit: Its automatic debit, where one was planned.
    """

    request_id: UUID
    cause: Cause
    account_id: UUID
    amount: Money
    credit: Money
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
    debit: Debit | None = None

    @property
    def total(self) -> Money:
        """What it is for in all, gross."""
        return self.amount + self.credit
