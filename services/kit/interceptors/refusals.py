"""Turns every error into one status on the wire; what nobody expected becomes INTERNAL with an incident id.

``context.abort`` raises ``AbortError``, which must go on to gRPC and is never swallowed.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NoReturn

import grpc

from services.kit.context import current_call
from services.kit.database import is_transient
from services.kit.errors import CasellaError, Internal, NotReady, reason_name
from services.kit.ids import new_id
from services.kit.interceptors.around import Around, Context
from services.kit.logs import class_name
from services.kit.statuses import DETAILS_KEY, code_of, encode

_LOG = logging.getLogger(__name__)
_AGAIN = timedelta(seconds=1)


class Refusals(Around):
    """The one place where an exception becomes a status."""

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Let the call run and translate what it raises."""
        try:
            yield
        except grpc.aio.AbortError:
            raise
        except CasellaError as refusal:
            await _abort(context, refusal)
        except Exception as error:  # noqa: BLE001  its text must not reach the client
            await _abort(context, _unexpected(error))


def _unexpected(error: Exception) -> CasellaError:
    """A database that is away is no incident: the caller tries again."""
    ids = {"correlation": current_call().correlation_id}
    if is_transient(error):
        _LOG.warning("database not available", extra={"ids": {**ids, "error": class_name(error)}})
        return NotReady("the service cannot reach its database at the moment", retry_after=_AGAIN)
    incident = str(new_id())
    _LOG.error("unexpected error", exc_info=error, extra={"ids": {**ids, "incident": incident}})
    return Internal(f"something unexpected happened; quote incident {incident}", metadata={"incident": incident})


async def _abort(context: Context, refusal: CasellaError) -> NoReturn:
    current_call().refusal = reason_name(refusal.reason)
    status = encode(refusal)
    await context.abort(code_of(status), status.message, trailing_metadata=((DETAILS_KEY, status.SerializeToString()),))
    raise AssertionError("abort returned")
