"""How one process calls a service: its secret, a deadline, retries while the service is away, refusals as exceptions.

A refusal that repeating does not change becomes ``Refused`` with its reason. Unavailability, a lost deadline and
incidents stay ``grpc.aio.AioRpcError``: whoever calls tries again later. One channel per service and process is kept;
a new one per call costs three times the CPU.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from grpc.aio import AioRpcError, Channel, ClientCallDetails, Metadata

from services.kit.context import call_or_none
from services.kit.errors import Refused
from services.kit.limits import LARGEST_MESSAGE
from services.kit.metadata import CALLER_SECRET, CORRELATION_ID, LANGUAGE
from services.kit.settings import ProcessSettings, Tls
from services.kit.statuses import decode
from services.kit.tracing import TRACEPARENT, traceparent

DEADLINE_SECONDS = 5.0
"""For calls that name none: quick work inside the house."""

_RETRIES = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
"""Every mutating RPC has a request_id or a guarded statement, so that a repetition is harmless."""


def channel_of(settings: ProcessSettings, address: str, *, language: str = "") -> Channel:
    """Open a process's channel to a service, with all by which it proves who it is: certificate or secret."""
    return open_channel(address, settings.caller_secret, settings.tls, language=language)


def open_channel(address: str, secret: str, tls: Tls | None = None, *, language: str = "") -> Channel:
    """Open the channel to a service; it connects at the first call and again whenever it must.

    Args:
        address: ``host:port``.
        secret: This process's own secret (``settings.caller_secret``).
        tls: The files of mutual TLS (``settings.tls``); without them the channel is for loopback.
        language: ``it`` or ``en``: who reads what is said of bad fields, where the call in hand says nothing of it.
    """
    config = {"methodConfig": [{"name": [{}], "retryPolicy": _RETRIES}]}
    options = (
        ("grpc.service_config", json.dumps(config)),
        ("grpc.enable_retries", 1),
        ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2000),  # the default of 2 minutes outlasts every restart
    )
    interceptors = [_Caller(secret, language), _Reader(secret, language)]
    if tls is None:
        return grpc.aio.insecure_channel(address, options=options, interceptors=interceptors)
    credentials = grpc.ssl_channel_credentials(
        tls.authority.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(address, credentials, options=options, interceptors=interceptors)


class _Caller(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds what every call carries, and translates what comes back."""

    def __init__(self, secret: str, language: str) -> None:
        self._secret = secret
        self._language = language

    async def intercept_unary_unary(
        self,
        continuation: Callable[[ClientCallDetails, Any], Awaitable[Any]],
        client_call_details: ClientCallDetails,
        request: Any,
    ) -> Any:
        """Make one call."""
        call = await continuation(self._complete(client_call_details), request)
        try:
            await call
        except AioRpcError as error:
            refused = refusal_of(error)
            if refused is None:
                raise
            raise refused from None
        return call

    def _complete(self, details: ClientCallDetails) -> ClientCallDetails:
        timeout = DEADLINE_SECONDS if details.timeout is None else details.timeout
        metadata = _signed(details, self._secret, self._language)
        return ClientCallDetails(details.method, timeout, metadata, details.credentials, details.wait_for_ready)


class _Reader(grpc.aio.UnaryStreamClientInterceptor):
    """The same for streams, which have no deadline: they live as long as their reader."""

    def __init__(self, secret: str, language: str) -> None:
        self._secret = secret
        self._language = language

    async def intercept_unary_stream(
        self,
        continuation: Callable[[ClientCallDetails, Any], Awaitable[Any]],
        client_call_details: ClientCallDetails,
        request: Any,
    ) -> AsyncIterator[Any]:
        """Begin one stream."""
        details = client_call_details
        metadata = _signed(details, self._secret, self._language)
        complete = ClientCallDetails(
            details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
        )
        return _translated(await continuation(complete, request))


async def _translated(call: Any) -> AsyncIterator[Any]:
    try:
        async for message in call:
            yield message
    except AioRpcError as error:
        refused = refusal_of(error)
        if refused is None:
            raise
        raise refused from None
    finally:
        call.cancel()


def _signed(details: ClientCallDetails, secret: str, language: str) -> Metadata:
    """What every call carries: who calls, what it goes back to, and who reads the answer."""
    metadata = Metadata(*(details.metadata or ()))
    if secret:
        metadata[CALLER_SECRET] = secret
    around = call_or_none()
    if around is not None:
        for key, value in ((CORRELATION_ID, around.correlation_id), (LANGUAGE, around.language)):
            if metadata.get(key) is None:
                metadata[key] = value
    if (parent := traceparent()) and metadata.get(TRACEPARENT) is None:
        metadata[TRACEPARENT] = parent
    if language and metadata.get(LANGUAGE) is None:
        metadata[LANGUAGE] = language
    return metadata


def refusal_of(error: AioRpcError) -> Refused | None:
    """The refusal in a failed call, or None where the same call may succeed later or the error is not ours."""
    if error.code() in _LATER:
        return None
    refusal = decode(error.trailing_metadata() or ())
    return None if refusal is None else Refused(error.code(), refusal)


_LATER = frozenset({
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL,
})  # fmt: skip
