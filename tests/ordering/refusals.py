"""How a test says why a call must be refused."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import grpc
import pytest

from casella.common.v1.errors_pb2 import REASON_NOT_READY, Reason
from services.kit.errors import Refused
from services.kit.statuses import decode


async def refused_for(call: Awaitable[Any], reason: Reason) -> Refused:
    """Await a call that must be refused for this reason."""
    with pytest.raises(Refused) as refused:
        await call
    assert Reason.Name(refused.value.reason) == Reason.Name(reason), refused.value.message
    return refused.value


def bad_fields(refused: Refused) -> dict[str, str]:
    """The bad fields with their keys."""
    return {violation.field: violation.key for violation in refused.violations}


async def unavailable(call: Awaitable[Any]) -> timedelta:
    """Await a call that must ask for another try; how long it asks to wait."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    refusal = decode(failed.value.trailing_metadata() or ())
    assert refusal is not None
    assert refusal.reason == REASON_NOT_READY
    assert refusal.retry_after is not None
    return refusal.retry_after
