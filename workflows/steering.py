"""What operators send in updates: plain JSON, as the Temporal UI sends it, checked before it is accepted.

The reason is a code and a ticket, never free text: histories keep no personal data.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from casella.common.v1.common_pb2 import Date, Money, Steering

_REASON_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_BANK_REFERENCE = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_PROFORMA = re.compile(r"[A-Za-z0-9 ./_-]{2,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INT32 = 2**31 - 1
"""What fits into a message; how many days are too many is for the service to say."""


@dataclass
class Why:
    """Why an operator steers: ``{"reason_code": "phone_confirmed", "ticket_id": ""}``.

    The fields take any JSON: a wrong type would be refused with the converter's own words, which name a Python class
    and not what would be right. Without any data the defaults are refused.
    """

    reason_code: Any = ""
    """Text: lower-case code of 2 to 40 letters, digits and underscores, for example ``phone_confirmed``."""
    ticket_id: Any = ""
    """Text: UUID of the ticket, or empty."""
    unknown: Sequence[str] = field(default=(), kw_only=True)
    """Names in the data that no field has; they are refused, because what they say would be lost or kept for ever."""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read what was sent; the data converter asks for it (``services.kit.temporal_client``).

        Raises:
            TypeError: It is no JSON object.
        """
        if not isinstance(data, dict):
            raise TypeError(f"a JSON object is wanted, not {type(data).__name__}")
        known = cls.names()
        read = {name: data[name] for name in known if name in data}
        return cls(**read, unknown=[name for name in data if name not in known])

    @classmethod
    def names(cls) -> list[str]:
        """The fields that the data may have."""
        return [each.name for each in fields(cls) if each.name != "unknown"]


NO_DATA = Why()
"""What an update gets whose sender left the data out; it is refused like any other that gives no reason."""


@dataclass
class Extension(Why):
    """By how much to extend a trial: ``{"days": 7, "reason_code": "slow_migration", "ticket_id": ""}``."""

    days: Any = 0
    """Whole number: days, at least 1; how many at most is for the trial service to say."""


@dataclass
class Cancellation(Why):
    """A cancellation of a subscription: ``{"ends_now": true, "reason_code": "customer_asked", "ticket_id": ""}``."""

    ends_now: Any = False
    """Truth value: it is wanted although it ends the service at once."""


@dataclass
class Transfer(Why):
    """A bank transfer seen on the account.

    ``{"amount": "85.40", "booked_on": "2026-11-24", "bank_reference": "CRO 123", "reason_code": "seen_on_account"}``
    """

    amount: Any = ""
    """Text: euro with two decimals and a point, for example ``85.40``."""
    booked_on: Any = ""
    """Text: booking date, ISO 8601, for example ``2026-11-24``."""
    bank_reference: Any = ""
    """Text: the bank's reference of the entry, 1 to 35 characters of the SEPA set."""
    accept_difference: Any = False
    """Truth value: the amount is right although another one is asked for; such money waits in the queue."""


@dataclass
class Approval(Why):
    """A grant of the reseller status: ``{"override": false, "reason_code": "all_met", "ticket_id": ""}``."""

    override: Any = False
    """Truth value: grant it although a requirement is missing."""


@dataclass
class Refusal(Why):
    """A refusal or withdrawal of which the customer is told why.

    ``{"customer_reason": "training", "reason_code": "training_missed", "ticket_id": ""}``
    """

    customer_reason: Any = ""
    """Text: one of ``CUSTOMER_REASONS``."""


@dataclass
class Assignment(Why):
    """For what payment request money is: ``{"proforma_number": "P2026/17", "reason_code": "payer_confirmed"}``."""

    proforma_number: Any = ""
    """Text: number of its proforma; or leave it out and give ``payment_request_id``."""
    payment_request_id: Any = ""
    """Text: UUID of the payment request; or leave it out and give ``proforma_number``."""
    accept_shortfall: Any = False
    """Truth value: less than is asked for pays all the same."""
    accept_late: Any = False
    """Truth value: it pays although the last day for its invoice has passed."""
    booked_on: Any = ""
    """Text: day on which money without one was available, ISO 8601; or leave it out."""


@dataclass
class ForAccount(Why):
    """To whose credit money goes: ``{"account_id": "0193a5b0-…", "reason_code": "customer_agrees"}``."""

    account_id: Any = ""
    """Text: UUID of the account."""


@dataclass
class Crediting(Why):
    """Why a lost dispute's invoice is credited: ``{"cause": "dispute", "reason_code": "customer_was_right"}``."""

    cause: Any = "dispute"
    """Text: one of ``CREDIT_CAUSES``."""


CREDIT_CAUSES = ("dispute", "agreement")
"""The contract has ended with it (DPR 633/1972, art. 26(2)), or it was agreed within a year (art. 26(3))."""
CUSTOMER_REASONS = ("requirements", "no_resale", "training", "unpaid", "other")
"""What the customer can be told; the emails have a sentence for each."""
NO_APPROVAL = Approval()
NO_REFUSAL = Refusal()
NO_EXTENSION = Extension()
NO_CANCELLATION = Cancellation()
NO_TRANSFER = Transfer()
NO_ASSIGNMENT = Assignment()
NO_ACCOUNT = ForAccount()
NO_CREDITING = Crediting()


class Wrong(ApplicationError):
    """An update's argument is wrong, or the update makes no sense now; nothing was changed."""

    def __init__(self, message: str) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message, type="WRONG_ARGUMENT", non_retryable=True)


def check_why(why: Why) -> None:
    """Refuse a field that the update does not have, a reason that is free text, or a ticket that is no UUID.

    Raises:
        Wrong: With what would be right.
    """
    if why.unknown:
        raise Wrong(f"{', '.join(why.unknown)}: no such field; there are: {', '.join(why.names())}")
    if not _REASON_CODE.fullmatch(_text(why.reason_code)):
        raise Wrong("reason_code: 2 to 40 lower-case letters, digits and underscores, for example phone_confirmed")
    if why.ticket_id and not _is_uuid(_text(why.ticket_id)):
        raise Wrong("ticket_id: the UUID of a ticket, or leave it out")


def check_extension(extension: Extension) -> None:
    """Refuse what is no number of days.

    Raises:
        Wrong: With what would be right.
    """
    check_why(extension)
    days_of(extension)


def check_cancellation(cancellation: Cancellation) -> None:
    """Refuse a consent to the end at once that is no truth value.

    Raises:
        Wrong: With what would be right.
    """
    check_why(cancellation)
    if not isinstance(cancellation.ends_now, bool):
        raise Wrong("ends_now: true, without quotes, or leave it out")


def check_approval(approval: Approval) -> None:
    """Refuse an override that is no truth value.

    Raises:
        Wrong: With what would be right.
    """
    check_why(approval)
    if not isinstance(approval.override, bool):
        raise Wrong("override: true, without quotes, or leave it out")


def check_refusal(refusal: Refusal) -> None:
    """Refuse a reason that the customer cannot be told.

    Raises:
        Wrong: With what would be right.
    """
    check_why(refusal)
    if refusal.customer_reason not in CUSTOMER_REASONS:
        raise Wrong(f"customer_reason: what the customer is told, one of {', '.join(CUSTOMER_REASONS)}")


def check_transfer(transfer: Transfer) -> None:
    """Refuse a transfer whose amount, date or reference cannot be right.

    Raises:
        Wrong: With what would be right.
    """
    check_why(transfer)
    money_of(transfer)
    booking_date_of(transfer)
    bank_reference_of(transfer)
    if not isinstance(transfer.accept_difference, bool):
        raise Wrong("accept_difference: true, without quotes, or leave it out")


def check_assignment(assignment: Assignment) -> None:
    """Refuse what names no payment request, or two.

    Raises:
        Wrong: With what would be right.
    """
    check_why(assignment)
    number, request = assignment.proforma_number, assignment.payment_request_id
    if bool(number) == bool(request):
        raise Wrong('proforma_number: for example "P2026/17"; or payment_request_id in its place, and not both')
    if number and not _PROFORMA.fullmatch(_text(number)):
        raise Wrong('proforma_number: the number as it is printed, for example "P2026/17"')
    if request and not _is_uuid(_text(request)):
        raise Wrong("payment_request_id: a UUID, as the suggestions show it")
    if not isinstance(assignment.accept_shortfall, bool):
        raise Wrong("accept_shortfall: true, without quotes, or leave it out")
    if not isinstance(assignment.accept_late, bool):
        raise Wrong("accept_late: true, without quotes, or leave it out")
    optional_day(assignment.booked_on)


def check_for_account(to: ForAccount) -> None:
    """Refuse what names no account.

    Raises:
        Wrong: With what would be right.
    """
    check_why(to)
    if not _is_uuid(_text(to.account_id)):
        raise Wrong("account_id: the UUID of the account")


def check_crediting(crediting: Crediting) -> None:
    """Refuse a cause for which no invoice is credited after a dispute.

    Raises:
        Wrong: With what would be right.
    """
    check_why(crediting)
    if crediting.cause not in CREDIT_CAUSES:
        raise Wrong(f"cause: one of {', '.join(CREDIT_CAUSES)}, or leave it out")


def check_amount(transfer: Transfer, asked: Money | None) -> None:
    """Refuse another amount than the asked one, unless its sender has seen that it is another.

    Raises:
        Wrong: It is another amount, or it is not known yet what is asked for.
    """
    if asked is None:
        raise Wrong("it is not known yet what is asked for: send it again in a moment")
    seen = money_of(transfer)
    if seen != asked and not transfer.accept_difference:
        raise Wrong(
            f"amount: {transfer.amount}, but EUR {asked.minor // 100}.{asked.minor % 100:02d} is asked for. If that is "
            'what arrived, send the same with "accept_difference": true; the money then waits in the operator\'s queue'
        )


def days_of(extension: Extension) -> int:
    """By how many days to extend."""
    days = extension.days
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _INT32:
        raise Wrong("days: a whole number of days, 1 to 90, for example 7, without quotes")
    return days


def money_of(transfer: Transfer) -> Money:
    """The transfer's amount in cents."""
    amount = _text(transfer.amount)
    minor = int(Decimal(amount) * 100) if _AMOUNT.fullmatch(amount) else 0
    if minor <= 0:
        raise Wrong('amount: euro with two decimals and a point, in quotes, more than zero, for example "85.40"')
    return Money(minor=minor, currency="EUR")


def booking_date_of(transfer: Transfer) -> Date:
    """The transfer's booking date."""
    day = optional_day(_text(transfer.booked_on) or "missing")
    return day or Date()


def optional_day(value: Any) -> Date | None:
    """A day as operators write it; None where it is left out.

    Raises:
        Wrong: It is no day.
    """
    if value == "":
        return None
    text = _text(value)
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise Wrong('booked_on: the booking date, for example "2026-11-24"') from None
    return Date(year=day.year, month=day.month, day=day.day)


def bank_reference_of(transfer: Transfer) -> str:
    """The bank's reference of the entry."""
    reference = _text(transfer.bank_reference)
    if not _BANK_REFERENCE.fullmatch(reference):
        raise Wrong("bank_reference: the bank's reference of the entry, 1 to 35 characters of the SEPA set")
    return reference


def steering(why: Why) -> Steering:
    """The audit trail's facts of the update that is being handled; the activity adds who sent it."""
    update = workflow.current_update_info()
    source = f"{update.name}/{update.id}" if update else ""
    return Steering(reason_code=_text(why.reason_code), ticket_id=_text(why.ticket_id), source=source)


def ui_cancel() -> Steering:
    """The audit trail's facts of the UI's Cancel; the activity adds who pressed it."""
    return Steering(reason_code="ui_cancel", source="cancel/")


def request_id() -> str:
    """The idempotency key of the update that is being handled: the same update twice is one request."""
    update = workflow.current_update_info()
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{workflow.info().workflow_id}/{update.id if update else ''}"))


def _text(value: object) -> str:
    """Text as it is; anything else is as good as nothing."""
    return value if isinstance(value, str) else ""


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
