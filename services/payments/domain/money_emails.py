"""Which money that pays nothing by itself the customer is told of: too little, too late, gone, or credit by now."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.payment_requests import AttemptState, PaymentRequest, RequestState
from services.payments.domain.receipts import MoneyEntry, Settlement


@dataclass(frozen=True, slots=True)
class MoneyEmail:
    """An email about an entry.

    Attributes:
        request: For which it came.
        missing: What of that is still missing; None where it is late.
        taken_back: What the bank took back of what the customer had been told of; None where it took nothing.
    """

    request: PaymentRequest
    missing: Money | None
    taken_back: Money | None = None


@dataclass(frozen=True, slots=True)
class CreditEmail:
    """An email that an operator's decision has made credit of money.

    Attributes:
        account_id: Whose credit it is.
        credited: How much became credit.
        why: `rest` where it has paid and was too much, else why it paid nothing by itself, as its entry says.
        proforma_number: Of what it has paid, or of the one request of that account that it names; None without one.
    """

    account_id: UUID
    credited: Money
    why: str
    proforma_number: str | None


def takes_rest(request: PaymentRequest) -> bool:
    """Whether a customer may be asked for the rest of a request: not while all of it is charged, or will be."""
    charged = request.debit is not None and request.debit.charge_at is not None
    processing = request.live is not None and request.live.state is AttemptState.PROCESSING
    return request.state is RequestState.OPEN and not charged and not processing


def email_due(entry: MoneyEntry, request: PaymentRequest, rest: Money | None, least_told: int) -> MoneyEmail | None:
    """The email that is still to be written about an entry; None where none is.

    Args:
        entry: The money.
        request: The one request that it names.
        least_told: From how many cents on short money is told.
        rest: What is missing of that; None where nothing is, or nobody is asked for it (`takes_rest`).
    """
    told_or_over = entry.emailed_at is not None or entry.settled_at is not None or entry.is_gone
    if told_or_over or request.proforma_number is None:
        return None
    if entry.reason is QueueReason.SHORT and rest is not None and entry.amount.minor >= least_told:
        return MoneyEmail(request, rest)
    if entry.reason is QueueReason.LATE and request.state is RequestState.CLOSED:
        return MoneyEmail(request, None)
    return None


def credit_email_due(entry: MoneyEntry, request: PaymentRequest | None, left_over: Money) -> CreditEmail | None:
    """The email that is still to be written about what became credit; None where none is.

    Args:
        entry: The money.
        request: What it has paid, or the one request that it names.
        left_over: What was left over of it and became credit, where it has paid.
    """
    if entry.credit_emailed_at is not None or entry.is_gone or entry.settled_to is None:
        return None
    if entry.settled_as is Settlement.CREDITED:
        theirs = request is not None and request.account_id == entry.settled_to
        number = request.proforma_number if request is not None and theirs else None
        return CreditEmail(entry.settled_to, entry.amount, entry.reason, number)
    if entry.settled_as is Settlement.ASSIGNED and request is not None and left_over:
        return CreditEmail(request.account_id, left_over, "rest", request.proforma_number)
    return None


def reversal_email_due(
    entry: MoneyEntry, came: MoneyEntry, request: PaymentRequest, missing: Money | None
) -> MoneyEmail | None:
    """The email that is still to be written about what the bank took back; None where none is.

    Args:
        entry: What was taken back. While it waits nobody knows what is missing.
        came: The money that it took back: a customer who was not told of it, or by another email, has heard nothing.
        request: The one request that it names.
        missing: What of that is to be paid now; None where nothing is, or nobody is asked for it (`takes_rest`).
    """
    if entry.emailed_at is not None or entry.settled_as not in {Settlement.TAKEN_BACK, Settlement.SET_ASIDE}:
        return None
    told = came.reason is QueueReason.SHORT and came.emailed_at is not None
    if not told or missing is None or request.proforma_number is None:
        return None
    return MoneyEmail(request, missing, -entry.amount)
