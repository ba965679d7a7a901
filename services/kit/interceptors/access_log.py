"""Counts each call, and writes one log line of it: method, caller, ids, code, reason, time; no payload, no address."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from services.kit.context import current_call
from services.kit.interceptors.around import Around, Context
from services.kit.metrics import Metrics

_LOG = logging.getLogger(__name__)


class AccessLog(Around):
    """Stands outside of the refusals, so that it sees the code that the client gets."""

    def __init__(self, metrics: Metrics) -> None:
        """Take where calls are counted."""
        self._metrics = metrics

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Measure and log one call, however it ends."""
        began = time.perf_counter()
        code = "CANCELLED"
        try:
            yield
            code = "OK"
        except grpc.aio.AbortError:
            code = _code(context)
            raise
        finally:
            seconds = time.perf_counter() - began
            self._metrics.call(method, code, seconds)
            call = current_call()
            ids = {
                "method": method,
                "caller": call.caller,
                "account": str(call.account_id) if call.account_id else None,
                "correlation": call.correlation_id,
                "code": code,
                "reason": call.refusal or None,
                "ms": round(seconds * 1000, 1),
            }
            _LOG.info("call", extra={"ids": {name: value for name, value in ids.items() if value is not None}})


def _code(context: Context) -> str:
    """The aborted call's code: a number while the call is open."""
    number = context.code()
    return next((code.name for code in grpc.StatusCode if number in {code, code.value[0]}), str(number))
