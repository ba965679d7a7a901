"""Callers who ask again when a service dies under their call, as a gateway does: the same request, the same id."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

from deploy.local.demo import asking
from deploy.local.demo.front import Front
from deploy.local.demo.inbox import Inbox, NoSuchMail
from tests.e2e.play import Play
from tests.e2e.waiting import PATIENCE_SECONDS, patience, until

_SECONDS = 120.0
Patient = partial(asking.Patient, patience=partial(patience, _SECONDS))


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
    return asking.patient_front(front, partial(patience, _SECONDS))


def patient(play: Play) -> Play:
    """The same Casella with callers who have patience."""
    return replace(
        play,
        gateway=patient_front(play.gateway),
        worker=patient_front(play.worker),
        operator=patient_front(play.operator),
        inbox=_PatientInbox(play.inbox.host, play.inbox.port, play.inbox.password),
    )
