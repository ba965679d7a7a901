"""Brings a room's rows back from a real backup, as `casella recover restore` does, and holds them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url

from casella.common.v1 import common_pb2, errors_pb2
from casella.common.v1 import recovery_pb2 as recovery
from deploy.backup import dump
from deploy.backup.restore import hold
from deploy.local import provision
from services.kit.errors import Refused
from tests.e2e.waiting import until

Answer = TypeVar("Answer")
STEERING = common_pb2.Steering(actor="operator@casella.example", reason_code="checked", source="test/1")


@dataclass
class Recovering:
    """A room on restored rows, before a person who recovers it.

    Attributes:
        recovering: The operator's stub of its RecoveryService.
    """

    recovering: Any

    async def findings(self) -> dict[str, list[str]]:
        """What a person must decide: subjects by kind."""
        told = await self.recovering.GetRecovery(recovery.GetRecoveryRequest())
        found: dict[str, list[str]] = {}
        for each in told.findings:
            found.setdefault(each.kind, []).append(each.subject)
        return found

    async def told_of(self, kind: str) -> str:
        """What the one finding of a kind says."""
        told = await self.recovering.GetRecovery(recovery.GetRecoveryRequest())
        (detail,) = [each.detail for each in told.findings if each.kind == kind]
        return str(detail)

    async def once_ended(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to a call that is held, after the end of the recovery, which a process knows a second later."""
        await self.end()

        async def ask() -> Answer | None:
            try:
                return await call()
            except Refused as refused:
                if refused.reason != errors_pb2.REASON_RECOVERY_UNDER_WAY:
                    raise
                return None

        return await until(ask, "the end of the hold")

    async def end(self) -> None:
        """Decide about everything and end the recovery, once."""
        told = await self.recovering.GetRecovery(recovery.GetRecoveryRequest())
        if told.recovery.HasField("ended_at"):
            return
        for each in told.findings:
            confirm = recovery.ConfirmFindingRequest(finding_id=each.finding_id, steering=STEERING)
            await self.recovering.ConfirmFinding(confirm)
        await self.recovering.RecordSentMails(recovery.RecordSentMailsRequest())
        await self.recovering.EndRecovery(recovery.EndRecoveryRequest(steering=STEERING))


def back_up(admin_url: str, room_url: str, file: Path) -> Path:
    """Writes all rows of a room's test database into a file."""
    dump.dump(file, _as_admin(admin_url, str(make_url(room_url).database)))
    return file


async def restored(admin_url: str, room: str, room_url: str, file: Path, now: datetime) -> str:
    """The URL, as the room's role, of a new database with the rows of a backup, which hold themselves."""
    name = f"{room}_{secrets.token_hex(6)}"
    await provision.create_database(admin_url, name)
    url = _as_admin(admin_url, name)
    arguments, variables = dump.for_client(url)
    await asyncio.to_thread(dump.run, "pg_restore", ["--exit-on-error", *arguments, str(file)], variables)
    await hold(url, now, (room,))
    return make_url(room_url).set(database=name).render_as_string(hide_password=False)


def _as_admin(admin_url: str, name: str) -> str:
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)
