"""What operators send in updates: plain JSON, as the Temporal UI sends it, checked before it is accepted.

The reason is a code and a ticket, never free text: histories keep no personal data.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from casella.common.v1.common_pb2 import Date, Money, Steering

_REASON_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_BANK_REFERENCE = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
LONGEST_EXTENSION = 90
"""Days by which a trial may be extended at once; the trial service holds the same limit."""


@dataclass
class Why:
    """Why an operator steers: ``{"reason_code": "phone_confirmed", "ticket_id": ""}``."""

    reason_code: str = ""
    """Lower-case code of 2 to 40 letters, digits and underscores, for example ``phone_confirmed``."""
    ticket_id: str = ""
    """UUID of the ticket, or empty."""


@dataclass
class Extension(Why):
    """By how much to extend a trial: ``{"days": 7, "reason_code": "slow_migration", "ticket_id": ""}``."""

    days: int = 0
    """Whole days, 1 to 90."""


@dataclass
class Transfer(Why):
    """A bank transfer seen on the account.

    ``{"amount": "85.40", "booked_on": "2026-11-24", "bank_reference": "CRO 123", "reason_code": "seen_on_account"}``
    """

    amount: str = ""
    """Euro with two decimals and a point, for example ``85.40``."""
    booked_on: str = ""
    """Booking date, ISO 8601, for example ``2026-11-24``."""
    bank_reference: str = ""
    """The bank's reference of the entry, 1 to 35 characters of the SEPA set."""


class Wrong(ApplicationError):
    """An update's argument is wrong; nothing was changed."""

    def __init__(self, message: str) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message, type="WRONG_ARGUMENT", non_retryable=True)


def check_why(why: Why) -> None:
    """Refuse a reason that is free text or a ticket that is no UUID.

    Raises:
        Wrong: With what would be right.
    """
    if not _REASON_CODE.fullmatch(why.reason_code):
        raise Wrong("reason_code: 2 to 40 lower-case letters, digits and underscores, for example phone_confirmed")
    if why.ticket_id and not _is_uuid(why.ticket_id):
        raise Wrong("ticket_id: the UUID of a ticket, or leave it empty")


def check_extension(extension: Extension) -> None:
    """Refuse an extension outside 1 to 90 days.

    Raises:
        Wrong: With what would be right.
    """
    check_why(extension)
    if not 1 <= extension.days <= LONGEST_EXTENSION:
        raise Wrong(f"days: a whole number from 1 to {LONGEST_EXTENSION}")


def check_transfer(transfer: Transfer) -> None:
    """Refuse a transfer whose amount, date or reference cannot be right.

    Raises:
        Wrong: With what would be right.
    """
    check_why(transfer)
    if not _AMOUNT.fullmatch(transfer.amount) or money_of(transfer).minor <= 0:
        raise Wrong("amount: euro with two decimals and a point, more than zero, for example 85.40")
    try:
        date.fromisoformat(transfer.booked_on)
    except ValueError:
        raise Wrong("booked_on: a date such as 2026-11-24") from None
    if not _BANK_REFERENCE.fullmatch(transfer.bank_reference):
        raise Wrong("bank_reference: the bank's reference of the entry, 1 to 35 characters of the SEPA set")


def money_of(transfer: Transfer) -> Money:
    """The transfer's amount in cents."""
    try:
        return Money(minor=int(Decimal(transfer.amount) * 100), currency="EUR")
    except InvalidOperation:
        raise Wrong("amount: euro with two decimals and a point, for example 85.40") from None


def booking_date_of(transfer: Transfer) -> Date:
    """The transfer's booking date."""
    day = date.fromisoformat(transfer.booked_on)
    return Date(year=day.year, month=day.month, day=day.day)


def steering(why: Why) -> Steering:
    """The audit trail's facts of the update that is being handled; the activity adds who sent it."""
    update = workflow.current_update_info()
    source = f"{update.name}/{update.id}" if update else ""
    return Steering(reason_code=why.reason_code, ticket_id=why.ticket_id, source=source)


def ui_cancel() -> Steering:
    """The audit trail's facts of the UI's Cancel; the activity adds who pressed it."""
    return Steering(reason_code="ui_cancel", source="cancel/")


def request_id() -> str:
    """The idempotency key of the update that is being handled: the same update twice is one request."""
    update = workflow.current_update_info()
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{workflow.info().workflow_id}/{update.id if update else ''}"))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
