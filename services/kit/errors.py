"""How Casella refuses: one class per business fact, one row per reason, one status on the wire.

A room's ``errors.py`` subclasses ``CasellaError`` and names its reason; the table here says which gRPC code the reason
has and whether the same call may succeed later. Nobody matches on text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import grpc

from casella.common.v1 import errors_pb2
from casella.common.v1.errors_pb2 import Reason

DOMAIN = "casella"
"""``ErrorInfo.domain`` of every refusal."""

REASON_PREFIX = "REASON_"
"""What the enum's names begin with and ``ErrorInfo.reason`` leaves out."""

_FIELDS_IN_MESSAGE = 10
"""The details name as many as gRPC's metadata has room for; the message stands there, too."""


def reason_name(reason: Reason) -> str:
    """A reason as it stands in ``ErrorInfo.reason``, for example ``ORDER_STATE``."""
    return Reason.Name(reason).removeprefix(REASON_PREFIX)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a reason means to a client."""

    code: grpc.StatusCode
    retryable: bool = False
    """Whether the same call may succeed later without anybody changing anything."""


_PRECONDITION = Rule(grpc.StatusCode.FAILED_PRECONDITION)
_LIMIT = Rule(grpc.StatusCode.RESOURCE_EXHAUSTED)
_WINDOW = Rule(grpc.StatusCode.RESOURCE_EXHAUSTED, retryable=True)
_TAKEN = Rule(grpc.StatusCode.ALREADY_EXISTS)
_STRANGER = Rule(grpc.StatusCode.UNAUTHENTICATED)
_LATER = Rule(grpc.StatusCode.UNAVAILABLE, retryable=True)
_BAD = Rule(grpc.StatusCode.INVALID_ARGUMENT)

RULES: Mapping[Reason, Rule] = {
    errors_pb2.REASON_INVALID_INPUT: _BAD,
    errors_pb2.REASON_INTERNAL: Rule(grpc.StatusCode.INTERNAL, retryable=True),
    errors_pb2.REASON_UNAUTHENTICATED: _STRANGER,
    errors_pb2.REASON_CALLER_NOT_ALLOWED: Rule(grpc.StatusCode.PERMISSION_DENIED),
    errors_pb2.REASON_NOT_FOUND: Rule(grpc.StatusCode.NOT_FOUND),
    errors_pb2.REASON_REQUEST_ID_REUSED: _TAKEN,
    errors_pb2.REASON_NOT_READY: _LATER,
    errors_pb2.REASON_DEADLINE: Rule(grpc.StatusCode.DEADLINE_EXCEEDED, retryable=True),
    errors_pb2.REASON_RATE_LIMITED: _WINDOW,
    errors_pb2.REASON_CURSOR_UNKNOWN: _PRECONDITION,
    errors_pb2.REASON_CURSOR_TOO_OLD: _PRECONDITION,
    errors_pb2.REASON_RECOVERY_UNDER_WAY: _LATER,
    errors_pb2.REASON_RECOVERY_STATE: _PRECONDITION,
    errors_pb2.REASON_LINK_NOT_VALID: _PRECONDITION,
    errors_pb2.REASON_LOGIN_REFUSED: _STRANGER,
    errors_pb2.REASON_TRIAL_STATE: _PRECONDITION,
    errors_pb2.REASON_SIGN_UP_STATE: _PRECONDITION,
    errors_pb2.REASON_SIGN_UP_DENIED: _PRECONDITION,
    errors_pb2.REASON_DOMAIN_LIMIT: _LIMIT,
    errors_pb2.REASON_MAILBOX_LIMIT: _LIMIT,
    errors_pb2.REASON_OPTION_LIMIT: _LIMIT,
    errors_pb2.REASON_NOT_COVERED: _PRECONDITION,
    errors_pb2.REASON_MESSAGE_LIMIT: _WINDOW,
    errors_pb2.REASON_RECIPIENT_LIMIT: _WINDOW,
    errors_pb2.REASON_ACCOUNT_RESTRICTED: _PRECONDITION,
    errors_pb2.REASON_FEATURE_OFF: _PRECONDITION,
    errors_pb2.REASON_DOMAIN_TAKEN: _TAKEN,
    errors_pb2.REASON_MAILBOX_TAKEN: _TAKEN,
    errors_pb2.REASON_DOMAIN_NOT_EMPTY: _PRECONDITION,
    errors_pb2.REASON_SIZE_NOT_ALLOWED: _PRECONDITION,
    errors_pb2.REASON_ACCOUNT_PURGED: _PRECONDITION,
    errors_pb2.REASON_ORDER_OPEN: _PRECONDITION,
    errors_pb2.REASON_QUOTE_NOT_VALID: _PRECONDITION,
    errors_pb2.REASON_ACCOUNT_CLOSED: _PRECONDITION,
    errors_pb2.REASON_ORDER_STATE: _PRECONDITION,
    errors_pb2.REASON_SUBSCRIPTION_RUNS: _PRECONDITION,
    errors_pb2.REASON_LEGAL_HOLD: _PRECONDITION,
    errors_pb2.REASON_LEGAL_HOLD_STANDS: _PRECONDITION,
    errors_pb2.REASON_PROFILE_MISSING: _PRECONDITION,
    errors_pb2.REASON_CUSTOMER_NOT_SERVED: _PRECONDITION,
    errors_pb2.REASON_ORDERING_PERIOD_OVER: _PRECONDITION,
    errors_pb2.REASON_CONSENT_MISMATCH: _PRECONDITION,
    errors_pb2.REASON_ALREADY_BOUGHT: _PRECONDITION,
    errors_pb2.REASON_VAT_NUMBER_NOT_VALID: _PRECONDITION,
    errors_pb2.REASON_TAX_STATE: _PRECONDITION,
    errors_pb2.REASON_BUSINESS_NOT_PROVED: _PRECONDITION,
    errors_pb2.REASON_VAT_NAME_DIFFERS: _PRECONDITION,
    errors_pb2.REASON_SUBSCRIPTION_STATE: _PRECONDITION,
    errors_pb2.REASON_PERIOD_STATE: _PRECONDITION,
    errors_pb2.REASON_WITHDRAWAL_NOT_GRANTED: _PRECONDITION,
    errors_pb2.REASON_WITHDRAWAL_PERIOD_OVER: _PRECONDITION,
    errors_pb2.REASON_ALREADY_WITHDRAWN: _PRECONDITION,
    errors_pb2.REASON_RESELLER_STATE: _PRECONDITION,
    errors_pb2.REASON_PAYMENT_REQUEST_CLOSED: _PRECONDITION,
    errors_pb2.REASON_PAYMENT_PROCESSING: _PRECONDITION,
    errors_pb2.REASON_PAYMENT_REQUEST_PAID: _PRECONDITION,
    errors_pb2.REASON_WEBHOOK_SIGNATURE: _STRANGER,
    errors_pb2.REASON_WEBHOOK_NOT_OURS: _PRECONDITION,
    errors_pb2.REASON_STATEMENT_UNREADABLE: _BAD,
    errors_pb2.REASON_PROVIDER_UNAVAILABLE: _LATER,
    errors_pb2.REASON_AMOUNT_MISMATCH: _PRECONDITION,
    errors_pb2.REASON_MONEY_WAITING: _PRECONDITION,
    errors_pb2.REASON_REFUND_TOO_MUCH: _PRECONDITION,
    errors_pb2.REASON_REFUND_STATE: _PRECONDITION,
    errors_pb2.REASON_MONEY_SETTLED: _PRECONDITION,
    errors_pb2.REASON_CREDIT_TOO_SMALL: _PRECONDITION,
    errors_pb2.REASON_MANDATE_STATE: _PRECONDITION,
    errors_pb2.REASON_INVOICE_LATE: _PRECONDITION,
    errors_pb2.REASON_PAYOUT_TOO_MUCH: _PRECONDITION,
    errors_pb2.REASON_DOCUMENT_NOT_VALID: _PRECONDITION,
    errors_pb2.REASON_TRANSMISSION_STATE: _PRECONDITION,
    errors_pb2.REASON_CHANNEL_UNAVAILABLE: _LATER,
    errors_pb2.REASON_PROFILE_UNCHANGED: _PRECONDITION,
    errors_pb2.REASON_CREDIT_EXCEEDS_INVOICE: _PRECONDITION,
    errors_pb2.REASON_CREDIT_TOO_LATE: _PRECONDITION,
    errors_pb2.REASON_CREDITED_BEFORE: _PRECONDITION,
    errors_pb2.REASON_TICKET_CLOSED: _PRECONDITION,
    errors_pb2.REASON_ENDPOINT_DISABLED: _PRECONDITION,
    errors_pb2.REASON_ENDPOINT_LIMIT: _LIMIT,
    errors_pb2.REASON_ERASURE_STATE: _PRECONDITION,
}
"""Every reason but the unspecified one has exactly one row; the codes are those that errors.proto states."""


class CasellaError(Exception):
    """A business fact for which a call is refused.

    Args:
        message: One sentence for the caller's programmer; no personal data, because it travels into logs.
        metadata: Facts for programs in ``ErrorInfo.metadata``, such as ``{"limit": "25"}``; no personal data.
        retry_after: Where known, when to ask again (``RetryInfo``).
    """

    reason: ClassVar[Reason]

    def __init__(
        self, message: str = "", *, metadata: Mapping[str, str] | None = None, retry_after: timedelta | None = None
    ) -> None:
        """Say what was refused."""
        super().__init__(message or (type(self).__doc__ or "").split("\n", 1)[0])
        self.metadata = dict(metadata or {})
        self.retry_after = retry_after


class NotFound(CasellaError):
    """There is nothing with this id, or it belongs to somebody else."""

    reason = errors_pb2.REASON_NOT_FOUND


class Unauthenticated(CasellaError):
    """The caller's secret or the access token is missing, expired or wrong."""

    reason = errors_pb2.REASON_UNAUTHENTICATED


class CallerNotAllowed(CasellaError):
    """This caller may not use this RPC."""

    reason = errors_pb2.REASON_CALLER_NOT_ALLOWED


class RequestIdReused(CasellaError):
    """The request_id was used before with other content."""

    reason = errors_pb2.REASON_REQUEST_ID_REUSED


class NotReady(CasellaError):
    """Something that this answer needs is not there yet."""

    reason = errors_pb2.REASON_NOT_READY


class DeadlineExceeded(CasellaError):
    """The deadline ran out before the work was done."""

    reason = errors_pb2.REASON_DEADLINE


class RateLimited(CasellaError):
    """Too many attempts in a short time."""

    reason = errors_pb2.REASON_RATE_LIMITED


class Internal(CasellaError):
    """Something unexpected happened."""

    reason = errors_pb2.REASON_INTERNAL


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field: its path as in the proto (``profile.address.city``) and a sentence in the caller's language."""

    field: str
    message: str
    key: str = ""
    """The catalogue's key, stable for programs; travels as ``BadRequest.FieldViolation.reason``, in capitals."""


class InvalidInput(CasellaError):
    """One or more fields are wrong."""

    reason = errors_pb2.REASON_INVALID_INPUT

    def __init__(self, violations: list[FieldViolation]) -> None:
        """Carry every bad field, not only the first; the message names them for clients that show no details."""
        named = ", ".join(f"{found.field} ({found.key.upper()})" for found in violations[:_FIELDS_IN_MESSAGE])
        more = len(violations) - _FIELDS_IN_MESSAGE
        super().__init__(f"wrong fields: {named}{f' and {more} more' if more > 0 else ''}")
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a status on the wire says."""

    reason: Reason
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()
    retry_after: timedelta | None = None


class Refused(Exception):
    """Raised on the client's side when a service refuses for a reason that repeating the call does not change.

    Attributes:
        reason: The stable reason.
        code: The gRPC status code.
        metadata: ``ErrorInfo.metadata``.
        violations: The bad fields, for ``REASON_INVALID_INPUT``.
        retry_after: Where the service said when to ask again.
    """

    def __init__(self, code: grpc.StatusCode, refusal: Refusal) -> None:
        """Carry the refusal; the text names only the reason, so that it may be logged."""
        super().__init__(reason_name(refusal.reason))
        self.code = code
        self.reason = refusal.reason
        self.message = refusal.message
        self.metadata = refusal.metadata
        self.violations = refusal.violations
        self.retry_after = refusal.retry_after
