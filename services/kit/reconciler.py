"""Finds rows that nobody moves on, and wakes their workflows: the net under outbox, Temporal and restores.

Each minute rows that are 10 minutes past their ``next_at``, each hour rows whose workflow is not listed as running,
are asked for one by one and woken where none runs. One process of a room does so at a time (advisory lock); the same
lock guards the room's daily jobs.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.kit import outbox, recovery_hold
from services.kit.clock import Clock
from services.kit.context import background
from services.kit.database import Database
from services.kit.logs import class_name
from services.kit.metrics import Values
from services.kit.outbox import Wake
from services.kit.temporal_client import RPC_TIMEOUT

_LOG = logging.getLogger(__name__)
_EVERY = timedelta(minutes=1)
_LATE = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class WatchedRows(Protocol):
    """How a room hands over one kind of rows, normally a method of its store."""

    async def __call__(self, conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
        """The wakes of the rows that are not final.

        Args:
            conn: A connection for reading.
            due_before: Only rows whose ``next_at`` lies before; None: every row that is not final.
        """
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """Something that a room does once a day, such as deleting what it may not keep."""

    name: str
    run: Callable[[datetime], Awaitable[int]]
    """Takes the present instant, returns how many rows it changed; harmless when run again."""


@dataclass(slots=True)
class Counts:
    """What was found since the start; anything but zero is worth a look."""

    overdue: int = 0
    """Rows past their time, whether or not their workflow runs."""
    missing: int = 0
    """Rows whose workflow did not run."""

    def found(self) -> Values:
        """Both, for the metrics."""
        return {("overdue",): self.overdue, ("missing",): self.missing}


@dataclass(slots=True)
class Reconciler:
    """Looks after one room's rows."""

    database: Database
    clock: Clock
    temporal: Client
    watched: Sequence[WatchedRows] = ()
    jobs: Sequence[Job] = ()
    counts: Counts = field(default_factory=Counts)
    _listed_at: datetime | None = None
    _jobs_at: datetime | None = None

    async def run(self) -> None:
        """Look every minute of real time, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  the next minute looks again
                _LOG.warning("reconciler stopped early", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(_EVERY.total_seconds())

    async def look(self) -> bool:
        """Do what is due.

        Returns:
            Whether this process had the lock; if not, another one is looking.
        """
        async with self._alone() as alone:
            if alone:
                now = self.clock.now()
                if self._jobs_at is None or now - self._jobs_at >= _DAY:
                    await self.do_jobs()
                    self._jobs_at = now
                await self.wake_overdue()
                if self._listed_at is None or now - self._listed_at >= _HOUR:
                    await self.wake_missing()
                    self._listed_at = now
        return alone

    async def wake_overdue(self) -> None:
        """Wake what is past its time and has no running workflow."""
        for wake in await self._rows(self.clock.now() - _LATE):
            self.counts.overdue += 1
            _LOG.warning("row past its time", extra={"ids": {"workflow": wake.workflow_id}})
            await self._wake_unless_running(wake)

    async def wake_missing(self) -> None:
        """Wake what visibility does not list as running and is not running: visibility lags, so it is only a hint."""
        rows = await self._rows(None)
        if not rows:
            return
        running = {execution.id async for execution in self.temporal.list_workflows("ExecutionStatus = 'Running'")}
        for wake in rows:
            if wake.workflow_id not in running:
                await self._wake_unless_running(wake)

    async def do_jobs(self) -> None:
        """Run every daily job; one that fails leaves the others alone. They delete, so a recovery holds them."""
        async with self.database.reading() as conn:
            if await recovery_hold.stands(conn):
                return
        for job in self.jobs:
            try:
                with background(f"reconciler.{job.name.replace(' ', '_')}"):
                    changed = await job.run(self.clock.now())
            except Exception as error:  # noqa: BLE001  one job must not stop the others
                _LOG.exception("daily job failed", extra={"ids": {"job": job.name, "error": class_name(error)}})
            else:
                _LOG.info("daily job done", extra={"ids": {"job": job.name, "rows": changed}})

    async def _rows(self, due_before: datetime | None) -> list[Wake]:
        return await _read(self.database, self.watched, due_before)

    async def _wake_unless_running(self, wake: Wake) -> None:
        if await self._runs(wake.workflow_id):
            return
        self.counts.missing += 1
        _LOG.warning("row without a running workflow: woken", extra={"ids": {"workflow": wake.workflow_id}})
        with background("reconciler"):
            async with self.database.single() as conn:
                await outbox.wake(conn, wake, self.clock.now())

    async def _runs(self, workflow_id: str) -> bool:
        try:
            found = await self.temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return found.status is WorkflowExecutionStatus.RUNNING

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        """Hold the room's lock on a connection of its own: in AUTOCOMMIT, so that no transaction stays open."""
        key = func.hashtextextended(f"casella reconciler {self.database.schema}", 0)
        async with self.database.reading() as conn:
            alone = bool((await conn.execute(select(func.pg_try_advisory_lock(key)))).scalar_one())
            try:
                yield alone
            finally:
                if alone:
                    await conn.execute(select(func.pg_advisory_unlock(key)))


async def wake_all(database: Database, clock: Clock, watched: Sequence[WatchedRows]) -> int:
    """Wake every row that is not final, whether or not its workflow runs.

    For a lost Temporal, another one, and restored rows: to a run that goes on a wake says nothing new.

    Returns:
        How many there are.
    """
    rows = await _read(database, watched, None)
    async with database.single() as conn:
        for wake in rows:
            await outbox.wake(conn, wake, clock.now())
    return len(rows)


async def _read(database: Database, watched: Sequence[WatchedRows], due_before: datetime | None) -> list[Wake]:
    found: list[Wake] = []
    for rows in watched:
        async with database.reading() as conn:
            found += await rows(conn, due_before)
    return found
