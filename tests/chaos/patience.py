"""Callers who ask again when a service dies under their call, as a gateway does: the same request, the same id."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import grpc

from deploy.local.demo.front import Front
from deploy.local.demo.inbox import Inbox, NoSuchMail
from tests.e2e.play import Play
from tests.e2e.waiting import PATIENCE_SECONDS, patience, until

_SECONDS = 120.0
_PAUSE = 0.1
_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_STUBS = ("trial", "mailboxes", "ordering", "payments", "invoicing", "support", "erasures")


class Patient:
    """A service's stub whose calls are made again, unchanged, while the service is away."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> Any:
        once = getattr(self._stub, method)

        async def call(request: Any, **options: Any) -> Any:
            left = patience(_SECONDS)
            while True:
                try:
                    return await once(request, **options)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in _AGAIN or not left():
                        raise
                    await asyncio.sleep(_PAUSE)

        return call


class _PatientInbox(Inbox):
    """A person who looks into the inbox for longer while processes die."""

    async def wait_for(
        self, address: str, wanted: Callable[[EmailMessage], bool], what: str, seconds: float = PATIENCE_SECONDS
    ) -> EmailMessage:
        """As for everybody, but never with less patience than for anything else."""

        async def look() -> EmailMessage | None:
            try:
                return await Inbox.wait_for(self, address, wanted, what, 0)
            except NoSuchMail:
                return None

        return await until(look, f"{what} for {address}", max(seconds, PATIENCE_SECONDS))


def patient_front(front: Front) -> Front:
    """The same caller with patience."""
    stubs: dict[str, Any] = {name: Patient(getattr(front, name)) for name in _STUBS}
    return replace(front, **stubs)


def patient(play: Play) -> Play:
    """The same Casella with callers who have patience."""
    return replace(
        play,
        gateway=patient_front(play.gateway),
        worker=patient_front(play.worker),
        operator=patient_front(play.operator),
        inbox=_PatientInbox(play.inbox.host, play.inbox.port, play.inbox.password),
    )
