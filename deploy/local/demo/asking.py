"""Decides what becomes of a call that finds a service away, or too slow for its deadline: it is made again, unchanged.

The same request has the same request id, so that nothing is done twice.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import grpc

from deploy.local.demo.front import Front

Left = Callable[[], bool]
"""Whether there is patience left for the call in hand."""

_PAUSE = 0.1
_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_STUBS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support", "erasures")


class Patient:
    """A service's stub whose calls are made again while the service is away or too slow.

    Args:
        stub: The stub.
        patience: Begins to count at each call.
    """

    def __init__(self, stub: Any, patience: Callable[[], Left]) -> None:
        self._stub = stub
        self._patience = patience

    def __getattr__(self, method: str) -> Any:
        once = getattr(self._stub, method)

        async def call(request: Any, **options: Any) -> Any:
            left = self._patience()
            while True:
                try:
                    return await once(request, **options)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in _AGAIN or not left():
                        error.add_note(self._named(method))
                        raise
                    await asyncio.sleep(_PAUSE)

        return call

    def _named(self, method: str) -> str:
        """Whom a call asks what: the error that comes of it does not tell."""
        stub = type(self._stub)
        room = stub.__module__.split(".")[1]
        return f"{stub.__name__.removesuffix('Stub')}/{method}, whose log is var/logs/{room}.log,"


def patient_front(front: Front, patience: Callable[[], Left]) -> Front:
    """The same caller with patience."""
    stubs: dict[str, Any] = {name: Patient(getattr(front, name), patience) for name in _STUBS}
    return replace(front, **stubs)


def told(error: grpc.aio.AioRpcError) -> str:
    """A call that was given up, in words and without a full stop."""
    asked = " ".join(getattr(error, "__notes__", ["a call"]))
    return f"{asked} failed ({error.code().name}: {(error.details() or '').rstrip('.')})"
