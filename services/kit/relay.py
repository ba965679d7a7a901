"""Delivers the outbox: wakes to Temporal in batches, mails to the SMTP server one by one, at least once each.

Each loop runs when the bell of its kind rings: by a commit, and by a slow poll, which in one statement looks for what a
crash has left and for rows whose pause is over. A row that fails waits longer each time, and the others go on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, FromClause, Row, Uuid, any_, bindparam, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client

from services.kit import hooks, recovery_hold
from services.kit.bells import Kind
from services.kit.clock import Clock
from services.kit.context import background
from services.kit.database import Database
from services.kit.logs import class_name
from services.kit.mailer import MailBuilder, Mailer, Message, is_permanent
from services.kit.outbox import Wake, mail_from, wake_from
from services.kit.tables import mails, outbox
from services.kit.temporal_client import signal_running, signal_with_start
from services.kit.tracing import continued

_LOG = logging.getLogger(__name__)
_BATCH = 50
_FIRST_PAUSE = timedelta(milliseconds=500)
_LONGEST_PAUSE = timedelta(seconds=30)
_SIGNAL_SECONDS = 10
"""The client tries again by itself for a while; the batch's rows stay locked until it has answered."""
_REFUSED_PAUSE = timedelta(minutes=15)
"""For a mail that the server refuses for good: an operator sees the row, and nobody hammers the server."""
_DOUBLINGS = 12


class _NothingDueError(Exception):
    """A look that found nothing: its transaction ends without a commit."""


class Relay:
    """The delivering half of a room's outbox."""

    def __init__(
        self, database: Database, clock: Clock, temporal: Client, task_queue: str, builder: MailBuilder, mailer: Mailer,
        *, poll_seconds: float = 1.0,
    ) -> None:  # fmt: skip
        """Take what it delivers from and to."""
        self._database = database
        self._clock = clock
        self._temporal = temporal
        self._task_queue = task_queue
        self._builder = builder
        self._mailer = mailer
        self._poll = poll_seconds

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._loop(Kind.WAKE, self.deliver_wakes))
                group.create_task(self._loop(Kind.MAIL, self.deliver_mail))
                group.create_task(self._ring_for_due())
        finally:
            await self._mailer.close()

    async def _loop(self, kind: Kind, deliver: Callable[[], Awaitable[bool]]) -> None:
        bell = self._database.bells[kind].listen()
        while True:
            await bell.wait()
            bell.clear()
            try:
                while await deliver():
                    pass
            except Exception as error:  # noqa: BLE001  the loop outlives a database that is away for a while
                _LOG.warning("relay could not look into its outbox", extra={"ids": {"error": class_name(error)}})

    async def _ring_for_due(self) -> None:
        while True:
            try:
                async with self._database.reading() as conn:
                    for kind in (await conn.execute(_KINDS_DUE, {"now": self._clock.now()})).scalars():
                        self._database.bells[Kind(kind)].ring()
            except Exception as error:  # noqa: BLE001  as above
                _LOG.warning("relay could not look into its outbox", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(self._poll)

    async def deliver_wakes(self) -> bool:
        """Deliver one batch of due wakes.

        Wakes of the same workflow with the same signal are one: a signal means "look again", and all rows that it
        stands for are committed.

        Returns:
            Whether the batch was full, so that more may be waiting.
        """
        with background("relay.wakes"), contextlib.suppress(_NothingDueError):
            async with self._database.transaction() as conn:
                rows = await self._due(conn, Kind.WAKE, _BATCH)
                wakes = {row.id: wake_from(row.payload) for row in rows}
                errors = await self._signal_all(list(dict.fromkeys(wakes.values())))
                await conn.execute(_DELETE, {"ids": [row_id for row_id, wake in wakes.items() if not errors[wake]]})
                for row in rows:
                    if error := errors[wakes[row.id]]:
                        await self._postpone(conn, row, error, _LONGEST_PAUSE)
                return len(rows) == _BATCH
        return False

    async def _due(self, conn: AsyncConnection, kind: Kind, most: int) -> Sequence[Row[Any, Any, Any, Any]]:
        rows = (await conn.execute(_DUE[kind], {"kind": kind, "now": self._clock.now(), "most": most})).all()
        if not rows:
            raise _NothingDueError
        return rows

    async def _signal_all(self, wakes: Sequence[Wake]) -> dict[Wake, str]:
        """Deliver all at once; an empty text is success, else it is the class of what went wrong."""

        async def signal(wake: Wake) -> str:
            try:
                async with asyncio.timeout(_SIGNAL_SECONDS), hooks.around(f"{self._database.schema}.wake"):
                    with continued(wake.traceparent):
                        await self._signal(wake)
            except Exception as error:  # noqa: BLE001  one failing wake must not stop the others
                return class_name(error)
            return ""

        return dict(zip(wakes, await asyncio.gather(*map(signal, wakes)), strict=True))

    async def _signal(self, wake: Wake) -> None:
        if not wake.starts:
            await signal_running(self._temporal, wake.workflow_id, wake.signal)
            return
        await signal_with_start(
            self._temporal, task_queue=self._task_queue, workflow=wake.workflow, workflow_id=wake.workflow_id,
            signal=wake.signal, subject=str(wake.subject), summary=wake.summary, priority=wake.priority,
        )  # fmt: skip

    async def deliver_mail(self) -> bool:
        """Send the first due mail: its acceptance, its kept copy and its outbox row's end are one transaction.

        Returns:
            Whether another one was due beside it.
        """
        with background("relay.mail"), contextlib.suppress(_NothingDueError):
            async with self._database.transaction() as conn:
                [row] = await self._due(conn, Kind.MAIL, 1)
                await self._send(conn, row)
                return bool(row.others)
        return False

    async def _send(self, conn: AsyncConnection, row: Row[Any, Any, Any, Any]) -> None:
        mail = await mail_from(conn, row.id, row.payload)
        try:
            message = self._builder.build(mail, row.created_at)
            if not await recovery_hold.was_sent(conn, message.message_id):
                async with hooks.around(f"{self._database.schema}.mail"):
                    await self._mailer.send(message)
        except Exception as error:  # noqa: BLE001  the row waits, the others go on
            longest = _REFUSED_PAUSE if is_permanent(error) else _LONGEST_PAUSE
            await self._postpone(conn, row, class_name(error), longest)
            return
        await self._end(conn, row.id, mail.key, message)

    async def _end(self, conn: AsyncConnection, row_id: UUID, key: str, message: Message) -> None:
        """Keep a sent mail and delete its outbox row."""
        told = {"id": message.message_id, "kept": message.kept, "hash": message.sha256, "now": self._clock.now()}
        await conn.execute(_SENT, {"row_id": row_id, "of": key, **told})

    async def _postpone(
        self, conn: AsyncConnection, row: Row[Any, Any, Any, Any], error: str, longest: timedelta
    ) -> None:
        tried = row.attempts + 1
        again_at = self._clock.now() + pause_after(tried, longest)
        await conn.execute(_POSTPONE, {"row_id": row.id, "tried": tried, "error": error, "again_at": again_at})
        _LOG.warning("outbox row not delivered", extra={"ids": {"outbox": str(row.id), "error": error, "tried": tried}})


def pause_after(tried: int, longest: timedelta) -> timedelta:
    """How long a row waits after so many failed attempts: doubling from half a second to the longest pause."""
    return min(longest, _FIRST_PAUSE * (1 << min(tried - 1, _DOUBLINGS)))


def _is_due(rows: FromClause) -> ColumnElement[bool]:
    """Later than the longest pause is the mark of a clock that was set back: waiting for it could take hours."""
    return or_(rows.c.next_at <= bindparam("now"), rows.c.next_at > bindparam("now") + _REFUSED_PAUSE)


_KINDS_DUE = select(outbox.c.kind).where(_is_due(outbox)).distinct()

_ANY_DUE = (
    select(outbox.c.id, outbox.c.payload, outbox.c.created_at, outbox.c.attempts)
    .where(outbox.c.kind == bindparam("kind"), _is_due(outbox))
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("most", type_=outbox.c.attempts.type))
    .with_for_update(skip_locked=True)
)

# Most mails come alone: without it each would be followed by a transaction that finds nothing.
_OTHER = outbox.alias("other")
_OTHERS = exists().where(_OTHER.c.kind == outbox.c.kind, _is_due(_OTHER), _OTHER.c.id != outbox.c.id).label("others")

_DUE = {Kind.WAKE: _ANY_DUE, Kind.MAIL: _ANY_DUE.add_columns(_OTHERS).where(~recovery_hold.UNDER_WAY)}
"""After a restore emails wait: those that had left are named first (``sent_elsewhere``)."""

_KEEP = (
    update(mails)
    .where(mails.c.key == bindparam("of"))
    .values(message_id=bindparam("id"), eml=bindparam("kept"), sha256=bindparam("hash"), sent_at=bindparam("now"))
)

_IDS = any_(bindparam("ids", type_=ARRAY(Uuid)))

_DELETE = delete(outbox).where(outbox.c.id == _IDS)

_SENT = delete(outbox).where(outbox.c.id == bindparam("row_id")).add_cte(_KEEP.cte("kept"))

_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(attempts=bindparam("tried"), last_error=bindparam("error"), next_at=bindparam("again_at"))
)
