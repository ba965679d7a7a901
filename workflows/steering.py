"""What operators send in updates: plain JSON, as the Temporal UI sends it, checked before it is accepted.

The reason is a code and a ticket, never free text: histories keep no personal data. What updates about money and
tax send stands in `workflows.steering_money` and `workflows.steering_tax`.
"""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from casella.common.v1.common_pb2 import Steering

_REASON_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
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


CUSTOMER_REASONS = ("requirements", "no_resale", "training", "unpaid", "other")
"""What the customer can be told; the emails have a sentence for each."""
NO_APPROVAL = Approval()
NO_REFUSAL = Refusal()
NO_EXTENSION = Extension()
NO_CANCELLATION = Cancellation()


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
    if not _REASON_CODE.fullmatch(text_of(why.reason_code)):
        raise Wrong("reason_code: 2 to 40 lower-case letters, digits and underscores, for example phone_confirmed")
    if why.ticket_id and not is_uuid(text_of(why.ticket_id)):
        raise Wrong("ticket_id: the UUID of a ticket, or leave it out")


def check_offered(update: str, why: Why, offered: Collection[str], subject: str) -> None:
    """Refuse an update that makes no sense as its subject stands, or one without a reason.

    Args:
        update: Its name.
        why: What was sent.
        offered: The updates that make sense now.
        subject: What stands so, as operators call it, for example "charge".

    Raises:
        Wrong: With what may be done, or with what would be right.
    """
    check_why(why)
    if update not in offered:
        may = ", ".join(offered) or "nothing"
        raise Wrong(f"makes no sense as the {subject} stands; what may be done with it: {may}")


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


def days_of(extension: Extension) -> int:
    """By how many days to extend."""
    days = extension.days
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _INT32:
        raise Wrong("days: a whole number of days, 1 to 90, for example 7, without quotes")
    return days


def steering(why: Why) -> Steering:
    """The audit trail's facts of the update that is being handled; the activity adds who sent it."""
    update = workflow.current_update_info()
    source = f"{update.name}/{update.id}" if update else ""
    return Steering(reason_code=text_of(why.reason_code), ticket_id=text_of(why.ticket_id), source=source)


def ui_cancel() -> Steering:
    """The audit trail's facts of the UI's Cancel; the activity adds who pressed it."""
    return Steering(reason_code="ui_cancel", source="cancel/")


def request_id() -> str:
    """The idempotency key of the update that is being handled: the same update twice is one request."""
    update = workflow.current_update_info()
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{workflow.info().workflow_id}/{update.id if update else ''}"))


def text_of(value: object) -> str:
    """Text as it is; anything else is as good as nothing."""
    return value if isinstance(value, str) else ""


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID, written as usual."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
