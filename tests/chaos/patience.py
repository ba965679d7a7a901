"""Callers who ask again when a service dies under their call, as a gateway does: the same request, the same id."""

import asyncio
from dataclasses import replace
from typing import Any

import grpc

from deploy.local.demo.front import Front
from tests.e2e.play import Play

_SECONDS = 120.0
_PAUSE = 0.1
_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_STUBS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support", "erasures")


class _Patient:
    """A service's stub whose calls are made again, unchanged, while the service is away."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> Any:
        once = getattr(self._stub, method)

        async def call(request: Any, **options: Any) -> Any:
            end = asyncio.get_running_loop().time() + _SECONDS
            while True:
                try:
                    return await once(request, **options)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in _AGAIN or asyncio.get_running_loop().time() > end:
                        raise
                    await asyncio.sleep(_PAUSE)

        return call


def patient_front(front: Front) -> Front:
    """The same caller with patience."""
    stubs: dict[str, Any] = {name: _Patient(getattr(front, name)) for name in _STUBS}
    return replace(front, **stubs)


def patient(play: Play) -> Play:
    """The same Casella with callers who have patience."""
    return replace(
        play,
        gateway=patient_front(play.gateway),
        worker=patient_front(play.worker),
        operator=patient_front(play.operator),
    )
