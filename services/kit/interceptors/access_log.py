"""Writes one log line per call: method, caller, ids, code, reason and time taken; no payload, no address."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from services.kit.context import current_call
from services.kit.interceptors.around import Around, Context

_LOG = logging.getLogger(__name__)


class AccessLog(Around):
    """Stands outside of the refusals, so that it sees the code that the client gets."""

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
            call = current_call()
            ids = {
                "method": method,
                "caller": call.caller,
                "account": str(call.account_id) if call.account_id else None,
                "correlation": call.correlation_id,
                "code": code,
                "reason": call.refusal or None,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            }
            _LOG.info("call", extra={"ids": {name: value for name, value in ids.items() if value is not None}})


def _code(context: Context) -> str:
    """The aborted call's code: a number while the call is open."""
    number = context.code()
    return next((code.name for code in grpc.StatusCode if number in {code, code.value[0]}), str(number))
