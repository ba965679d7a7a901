"""Which money that pays nothing by itself the customer is told of: too little for what it names, too late, or gone."""

from dataclasses import dataclass

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
