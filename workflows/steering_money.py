"""What operators send in updates about money: transfers seen, for what money is, why an invoice is credited."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from casella.common.v1.common_pb2 import Date, Money
from services.kit.money import written
from workflows.steering import Why, Wrong, check_why, is_uuid, text_of

_BANK_REFERENCE = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_PROFORMA = re.compile(r"[A-Za-z0-9 ./_-]{2,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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
    accept_other: Any = False
    """Truth value: it pays although it names another payment request that is open, or another account's."""
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


@dataclass
class Returning(Why):
    """Why money goes back: ``{"reason_code": "not_for_us"}``."""

    accept_taken_back: Any = False
    """Truth value: it goes back although other money of what it names was taken back."""


@dataclass
class Payout(Why):
    """A payout of the payment provider: ``{"fees": "12.34", "reason_code": "stripe_payout"}``."""

    fees: Any = ""
    """Text: what it kept, euro with two decimals and a point; or leave it out."""
    accept_more: Any = False
    """Truth value: it is booked although less lies at the provider by the ledger."""


CREDIT_CAUSES = ("dispute", "agreement")
"""The contract has ended with it (DPR 633/1972, art. 26(2)), or it was agreed within a year (art. 26(3))."""
NO_TRANSFER = Transfer()
NO_ASSIGNMENT = Assignment()
NO_ACCOUNT = ForAccount()
NO_CREDITING = Crediting()
NO_PAYOUT = Payout()
NO_RETURN = Returning()


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
    if number and not _PROFORMA.fullmatch(text_of(number)):
        raise Wrong('proforma_number: the number as it is printed, for example "P2026/17"')
    if request and not is_uuid(text_of(request)):
        raise Wrong("payment_request_id: a UUID, as the suggestions show it")
    if not isinstance(assignment.accept_shortfall, bool):
        raise Wrong("accept_shortfall: true, without quotes, or leave it out")
    if not isinstance(assignment.accept_late, bool):
        raise Wrong("accept_late: true, without quotes, or leave it out")
    if not isinstance(assignment.accept_other, bool):
        raise Wrong("accept_other: true, without quotes, or leave it out")
    optional_day(assignment.booked_on)


def check_for_account(to: ForAccount) -> None:
    """Refuse what names no account.

    Raises:
        Wrong: With what would be right.
    """
    check_why(to)
    if not is_uuid(text_of(to.account_id)):
        raise Wrong("account_id: the UUID of the account")


def check_crediting(crediting: Crediting) -> None:
    """Refuse a cause for which no invoice is credited after a dispute.

    Raises:
        Wrong: With what would be right.
    """
    check_why(crediting)
    if crediting.cause not in CREDIT_CAUSES:
        raise Wrong(f"cause: one of {', '.join(CREDIT_CAUSES)}, or leave it out")


def check_returning(returning: Returning) -> None:
    """Refuse what is neither true nor false.

    Raises:
        Wrong: With what would be right.
    """
    check_why(returning)
    if not isinstance(returning.accept_taken_back, bool):
        raise Wrong("accept_taken_back: true, without quotes, or leave it out")


def check_payout(payout: Payout) -> None:
    """Refuse fees that are no amount, and what is neither true nor false.

    Raises:
        Wrong: With what would be right.
    """
    check_why(payout)
    fees_of(payout)
    if not isinstance(payout.accept_more, bool):
        raise Wrong("accept_more: true, without quotes, or leave it out")


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
            f"amount: {transfer.amount}, but {written(asked)} is asked for. If that is "
            'what arrived, send the same with "accept_difference": true; the money then waits in the operator\'s queue'
        )


def money_of(transfer: Transfer) -> Money:
    """The transfer's amount in cents."""
    amount = text_of(transfer.amount)
    minor = int(Decimal(amount) * 100) if _AMOUNT.fullmatch(amount) else 0
    if minor <= 0:
        raise Wrong('amount: euro with two decimals and a point, in quotes, more than zero, for example "85.40"')
    return Money(minor=minor, currency="EUR")


def fees_of(payout: Payout) -> Money | None:
    """What the provider kept, in cents; None where nothing is said, or nothing was kept."""
    if payout.fees == "":
        return None
    fees = text_of(payout.fees)
    if not _AMOUNT.fullmatch(fees):
        raise Wrong('fees: euro with two decimals and a point, in quotes, for example "12.34"; or leave it out')
    minor = int(Decimal(fees) * 100)
    return Money(minor=minor, currency="EUR") if minor else None


def booking_date_of(transfer: Transfer) -> Date:
    """The transfer's booking date."""
    day = optional_day(text_of(transfer.booked_on) or "missing")
    return day or Date()


def optional_day(value: Any) -> Date | None:
    """A day as operators write it; None where it is left out.

    Raises:
        Wrong: It is no day.
    """
    if value == "":
        return None
    text = text_of(value)
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise Wrong('booked_on: the booking date, for example "2026-11-24"') from None
    return Date(year=day.year, month=day.month, day=day.day)


def bank_reference_of(transfer: Transfer) -> str:
    """The bank's reference of the entry."""
    reference = text_of(transfer.bank_reference)
    if not _BANK_REFERENCE.fullmatch(reference):
        raise Wrong("bank_reference: the bank's reference of the entry, 1 to 35 characters of the SEPA set")
    return reference
