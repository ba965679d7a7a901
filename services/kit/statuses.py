"""The one translation between an error and ``google.rpc.Status`` on the wire, each way."""

from collections.abc import Iterable
from typing import cast

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from casella.common.v1 import errors_pb2
from casella.common.v1.errors_pb2 import Reason
from services.kit.errors import (
    DOMAIN,
    REASON_PREFIX,
    RULES,
    CasellaError,
    FieldViolation,
    InvalidInput,
    Refusal,
    reason_name,
)

_MOST_OF_FIELDS = 6 * 1024
"""Bytes: some forty bad fields. With more than 8 KiB of metadata in an answer gRPC drops the answer itself."""
DETAILS_KEY = "grpc-status-details-bin"
"""Trailing metadata that carries the serialized ``google.rpc.Status`` (gRPC's richer error model)."""


def encode(error: CasellaError) -> status_pb2.Status:
    """What a refusal looks like on the wire: ErrorInfo, and BadRequest or RetryInfo where they apply."""
    status = status_pb2.Status(code=RULES[error.reason].code.value[0], message=str(error))
    _attach(
        status,
        error_details_pb2.ErrorInfo(reason=reason_name(error.reason), domain=DOMAIN, metadata=error.metadata),
    )
    if isinstance(error, InvalidInput):
        bad, room = error_details_pb2.BadRequest(), _MOST_OF_FIELDS
        for violation in error.violations:
            one = bad.FieldViolation(field=violation.field, description=violation.message, reason=violation.key.upper())
            room -= one.ByteSize()
            if room < 0:
                break
            bad.field_violations.append(one)
        _attach(status, bad)
    if error.retry_after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromTimedelta(error.retry_after)
        _attach(status, retry)
    return status


def decode(trailing_metadata: Iterable[tuple[str, str | bytes]]) -> Refusal | None:
    """The refusal in a failed call's trailing metadata, or None where the failure is not one of ours.

    A reason that is newer than this client becomes ``REASON_UNSPECIFIED``: the code still says what kind it is.
    """
    raw = next((value for key, value in trailing_metadata if key == DETAILS_KEY), None)
    if not isinstance(raw, bytes):
        return None
    status = status_pb2.Status()
    try:
        status.ParseFromString(raw)
    except DecodeError:
        return None
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    delay = None
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        if detail.Unpack(retry):
            delay = retry.retry_delay.ToTimedelta()
    if info.domain != DOMAIN:
        return None
    name = f"{REASON_PREFIX}{info.reason}"
    known = name in Reason.keys()  # noqa: SIM118  an enum's wrapper is no dictionary
    reason = Reason.Value(name) if known else errors_pb2.REASON_UNSPECIFIED
    violations = tuple(FieldViolation(v.field, v.description, v.reason.lower()) for v in bad.field_violations)
    return Refusal(cast(Reason, reason), status.message, dict(info.metadata), violations, delay)


def code_of(status: status_pb2.Status) -> grpc.StatusCode:
    """The gRPC status code of a status message."""
    return next(code for code in grpc.StatusCode if code.value[0] == status.code)


def _attach(
    status: status_pb2.Status,
    detail: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> None:
    packed = AnyMessage()
    packed.Pack(detail)
    status.details.append(packed)
