"""Begins, reads and ends the recovery of a room whose rows were restored; what it holds meanwhile: ``recovery_hold``.

Since when the outside is read is the instant of the rows. What was found stays until a person has decided about it, and
nothing ends before: what had left is read back, somebody has said which emails had left, and all is decided.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import errors_pb2
from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import ROME
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import CasellaError, NotFound
from services.kit.ids import derive, new_id
from services.kit.message_ids import ours_in
from services.kit.tables import recoveries, recovery_findings, sent_elsewhere
from services.kit.validation import Violations

_MARGIN = timedelta(hours=1)
"""What is read back begins so long before the instant of the rows: clocks differ, and twice is harmless."""


class RecoveryState(CasellaError):
    """No recovery is under way, or it cannot be ended yet."""

    reason = errors_pb2.REASON_RECOVERY_STATE


@dataclass(frozen=True, slots=True)
class Recovery:
    """One recovery of a room."""

    recovery_id: UUID
    begun_at: datetime
    rows_of: datetime
    """The instant of the rows: what happened later is read back."""
    read_at: datetime | None
    mails_at: datetime | None
    """When somebody said which emails had left."""
    ended_at: datetime | None

    @property
    def reads_since(self) -> datetime:
        """From when on the outside is read."""
        return self.rows_of - _MARGIN

    @property
    def since(self) -> str:
        """Since when a person has to look, as findings say it: "since 2026-11-24 03:00 CET"."""
        return f"since {self.rows_of.astimezone(ROME):%Y-%m-%d %H:%M %Z}"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a person must decide about; the same kind and subject is the same finding at each reading."""

    kind: str
    subject: str
    detail: str
    """English, with ids, dates and amounts and nobody's name: it is shown and kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it is kept."""

    finding_id: UUID
    found: Found
    found_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading of a room brought."""

    applied: Sequence[str] = ()
    """What was applied, a line each."""
    found: Sequence[Found] = ()
    """All that a person must decide about as things stand now."""


ReadBack = Callable[[Recovery], Awaitable[Read]]
"""What a room brings: reads the outside since the rows' instant, applies what it may. Harmless however often."""


class Recoveries:
    """Begins, tells and ends the room's recoveries."""

    def __init__(self, database: Database, clock: Clock, room: str, read_back: ReadBack | None) -> None:
        """Take the parts of the room; `read_back` None where nothing but emails leaves it."""
        self._database = database
        self._clock = clock
        self._room = room
        self._read_back = read_back

    async def standing(self) -> tuple[Recovery | None, list[Finding]]:
        """The recovery under way, else the last one, and what was found in it."""
        async with self._database.reading() as conn:
            recovery = await newest(conn)
            return recovery, [] if recovery is None else await _findings(conn, recovery.recovery_id)

    async def begin(self, entry: AuditEntry, rows_of: datetime) -> Recovery:
        """Begin a recovery in a running room; the one under way stays, and an earlier instant has it read again.

        Args:
            entry: Who begins it.
            rows_of: The instant of the rows, by whoever restored them: the room runs, so its newest trace is younger.

        Raises:
            InvalidInput: The instant lies in the future: it is mistyped.
        """
        now, bad = self._clock.now(), Violations()
        if rows_of > now:
            bad.add("rows_of", "instant_in_future")
        bad.check()
        async with self._database.transaction() as conn:
            begun = insert(recoveries).values(id=new_id(), begun_at=now, rows_of=rows_of)
            await conn.execute(begun.on_conflict_do_nothing())
            # Never later: what was read is more then, and harmless.
            too_late = recoveries.c.ended_at.is_(None), recoveries.c.rows_of > rows_of
            await conn.execute(update(recoveries).where(*too_late).values(rows_of=rows_of, read_at=None))
            recovery = await _under_way(conn)
            await audit.record(conn, _about(entry, recovery), now, account_id=None)
        return recovery

    async def read_back(self) -> tuple[Recovery, Sequence[str], int]:
        """Read the outside and apply what it tells.

        Returns:
            The recovery, what was applied, and how many findings are not decided.

        Raises:
            RecoveryState: None is under way.
        """
        async with self._database.reading() as conn:
            recovery = await _under_way(conn)
        read = Read() if self._read_back is None else await self._read_back(recovery)
        now = self._clock.now()
        async with self._database.transaction() as conn:
            await _keep(conn, recovery.recovery_id, read.found, now)
            # Not where the instant was moved meanwhile: this has read too little.
            ours = recoveries.c.id == recovery.recovery_id, recoveries.c.rows_of == recovery.rows_of
            await conn.execute(update(recoveries).where(*ours).values(read_at=now))
            undecided = await _undecided(conn, recovery.recovery_id)
        return recovery, read.applied, undecided

    async def record_sent(self, message_ids: Sequence[str]) -> int:
        """Note emails of ours that have left, or with none that no email has; how many are new. Others are not kept.

        Raises:
            RecoveryState: No recovery is under way.
        """
        async with self._database.transaction() as conn:
            ours = recoveries.c.id == (await _under_way(conn)).recovery_id
            await conn.execute(update(recoveries).where(ours).values(mails_at=self._clock.now()))
            ours_sent = sorted(set().union(*(ours_in(each.encode()) for each in message_ids)))
            if not ours_sent:
                return 0
            noted = await conn.execute(
                insert(sent_elsewhere)
                .values([{"message_id": each} for each in ours_sent])
                .on_conflict_do_nothing()
                .returning(sent_elsewhere.c.message_id)
            )
            return len(noted.all())

    async def confirm(self, finding_id: UUID, entry: AuditEntry) -> Finding:
        """Note that a person has decided; again: the first time stays.

        Raises:
            NotFound: There is no such finding.
        """
        now, ours = self._clock.now(), recovery_findings.c.id == finding_id
        async with self._database.transaction() as conn:
            confirmed = func.coalesce(recovery_findings.c.confirmed_at, now)
            done = await conn.execute(
                update(recovery_findings).where(ours).values(confirmed_at=confirmed).returning(recovery_findings)
            )
            row = done.one_or_none()
            if row is None:
                raise NotFound
            await audit.record(conn, entry, now, account_id=None)
        return _finding(row)

    async def end(self, entry: AuditEntry) -> Recovery:
        """End the recovery; where none is under way the last one is told.

        Raises:
            RecoveryState: There never was one, it was not read back, or something is not decided.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            recovery = await newest(conn, lock=True)
            if recovery is None:
                raise RecoveryState("There is no recovery to end.")
            if recovery.ended_at is None:
                if recovery.read_at is None:
                    raise RecoveryState("What has left was not read back yet.")
                if recovery.mails_at is None:
                    raise RecoveryState("Nobody has said yet which emails had left.")
                undecided = await _undecided(conn, recovery.recovery_id)
                if undecided:
                    raise RecoveryState(
                        "Something is not decided yet.", metadata={"undecided": str(undecided), "room": self._room}
                    )
                ours = recoveries.c.id == recovery.recovery_id
                await conn.execute(update(recoveries).where(ours).values(ended_at=now))
                await audit.record(conn, _about(entry, recovery), now, account_id=None)
                recovery = replace(recovery, ended_at=now)
        return recovery


BEGIN = """
    INSERT INTO recoveries (id, begun_at, rows_of)
    SELECT :id, :now, greatest(
        (SELECT max(created_at) FROM requests), (SELECT max(created_at) FROM mails),
        (SELECT max(created_at) FROM outbox), (SELECT max(occurred_at) FROM events),
        timestamptz '2000-01-01 00:00Z'
    )
    ON CONFLICT DO NOTHING
"""
"""Begins a recovery unless one is under way; a restore runs it in each schema before anything starts.

The rows' instant is the newest trace in them: a backup need not say when it was made, nor a point-in-time recovery. The
schemas are of one instant, so whoever runs it lets the newest of all count; where no schema has any trace the rows know
nothing, and everything is read back.
"""


async def newest(conn: AsyncConnection, *, lock: bool = False) -> Recovery | None:
    """The recovery under way, else the last one."""
    query = select(recoveries).order_by(recoveries.c.ended_at.desc().nulls_first()).limit(1)
    row = (await conn.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else Recovery(row.id, row.begun_at, row.rows_of, row.read_at, row.mails_at, row.ended_at)


async def _under_way(conn: AsyncConnection) -> Recovery:
    found = await newest(conn)
    if found is None or found.ended_at is not None:
        raise RecoveryState("No recovery is under way.")
    return found


async def _keep(conn: AsyncConnection, recovery_id: UUID, found: Sequence[Found], now: datetime) -> None:
    """Keep what a reading found; what an earlier one found and this one did not has settled itself."""
    kept = {derive("finding", str(recovery_id), each.kind, each.subject): each for each in found}
    gone = recovery_findings.c.recovery_id == recovery_id, recovery_findings.c.confirmed_at.is_(None)
    await conn.execute(recovery_findings.delete().where(*gone, recovery_findings.c.id.not_in(kept)))
    rows = [
        {
            "id": key, "recovery_id": recovery_id, "kind": each.kind, "subject": each.subject, "detail": each.detail,
            "found_at": now,
        }
        for key, each in kept.items()
    ]  # fmt: skip
    if rows:
        adding = insert(recovery_findings)
        again = {"detail": adding.excluded.detail}
        await conn.execute(adding.on_conflict_do_update(index_elements=["id"], set_=again), rows)


async def _findings(conn: AsyncConnection, recovery_id: UUID) -> list[Finding]:
    ours = recovery_findings.c.recovery_id == recovery_id
    order = (recovery_findings.c.found_at, recovery_findings.c.kind, recovery_findings.c.subject)
    return [_finding(row) for row in await conn.execute(select(recovery_findings).where(ours).order_by(*order))]


async def _undecided(conn: AsyncConnection, recovery_id: UUID) -> int:
    ours = recovery_findings.c.recovery_id == recovery_id, recovery_findings.c.confirmed_at.is_(None)
    counted = select(func.count()).select_from(recovery_findings).where(*ours)
    return int((await conn.execute(counted)).scalar_one())


def _finding(row: Row[Any]) -> Finding:
    return Finding(row.id, Found(row.kind, row.subject, row.detail), row.found_at, row.confirmed_at)


def _about(entry: AuditEntry, recovery: Recovery) -> AuditEntry:
    return AuditEntry(entry.actor, entry.action, recovery.recovery_id, entry.reason_code, entry.ticket_id, entry.source)
