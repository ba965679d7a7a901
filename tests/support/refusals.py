"""How a test says that a call must be refused, and why."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest

from casella.common.v1.errors_pb2 import REASON_NOT_READY, Reason
from services.kit.errors import InvalidInput, Refused
from services.kit.statuses import decode
from services.kit.validation import Violations


@contextmanager
def refused_as(reason: Reason) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block is refused for this reason."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert Reason.Name(caught.value.reason) == Reason.Name(reason), caught.value.message


async def refused_for(call: Awaitable[Any], reason: Reason) -> Refused:
    """Await a call that must be refused for this reason."""
    with refused_as(reason) as refused:
        await call
    return refused.value


def bad_fields(refused: Refused) -> dict[str, str]:
    """The bad fields with their keys."""
    return {violation.field: violation.key for violation in refused.violations}


def noted(violations: Violations) -> list[tuple[str, str]]:
    """The bad fields with their keys in the order in which they were noted, repetitions too."""
    try:
        violations.check()
    except InvalidInput as refused:
        return [(violation.field, violation.key) for violation in refused.violations]
    return []


async def unavailable(call: Awaitable[Any], reason: Reason = REASON_NOT_READY) -> timedelta:
    """Await a call that must ask for another try for this reason; how long it asks to wait."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    refusal = decode(failed.value.trailing_metadata() or ())
    assert refusal is not None
    assert Reason.Name(refusal.reason) == Reason.Name(reason)
    assert refusal.retry_after is not None
    return refusal.retry_after
