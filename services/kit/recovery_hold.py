"""Decides what stands still while restored rows are behind the world, and until an operator ends the recovery.

The recovery is a row of the room's own schema, which a restore writes before any process starts: nothing can number,
send, charge or delete on rows that are behind the world. What is held is said beside each RPC (option
``held_in_recovery``) and refused in one place (``services.kit.interceptors.recovery``); the relay holds emails by the
same row, the reconciler its daily deletions.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import errors_pb2
from services.kit.database import Database
from services.kit.errors import CasellaError
from services.kit.measuring import Gauge
from services.kit.metrics import Values
from services.kit.row_measures import Measure
from services.kit.tables import recoveries, sent_elsewhere

KNOWN_FOR_SECONDS = 1.0
"""How long a process believes what it read: held RPCs are hot ones. ``Recoveries.begin`` waits that out."""

_ASK_AGAIN = timedelta(seconds=30)

UNDER_WAY = exists().where(recoveries.c.ended_at.is_(None))
"""For statements that must find nothing to do while a recovery is under way."""

EVER = exists().select_from(recoveries)
"""Whether the rows were ever restored."""


class RecoveryUnderWay(CasellaError):
    """The rows were restored: this waits until an operator ends the recovery (`casella recover status`)."""

    reason = errors_pb2.REASON_RECOVERY_UNDER_WAY


class Hold:
    """Whether a recovery stands in this room's rows, as far as this process has read."""

    def __init__(self, database: Database) -> None:
        """Take the room's database."""
        self._database = database
        self._read_at = -KNOWN_FOR_SECONDS
        self._stands = True

    async def refuse(self) -> None:
        """Let go on what may go on.

        Raises:
            RecoveryUnderWay: It may not.
        """
        if monotonic() - self._read_at >= KNOWN_FOR_SECONDS:
            asked_at = monotonic()
            async with self._database.reading() as conn:
                self._stands = await stands(conn)
            self._read_at = asked_at
        if self._stands:
            raise RecoveryUnderWay(retry_after=_ASK_AGAIN)


async def stands(conn: AsyncConnection) -> bool:
    """Whether a recovery is under way."""
    return bool((await conn.execute(select(UNDER_WAY))).scalar_one())


async def ever(conn: AsyncConnection) -> bool:
    """Whether the rows were ever restored: what was asked of others may then have been asked before, unknown here."""
    return bool((await conn.execute(select(EVER))).scalar_one())


async def was_sent(conn: AsyncConnection, message_id: str) -> bool:
    """Whether an email has left before the rows were restored."""
    return bool((await conn.execute(_WAS_SENT, {"id": message_id})).scalar_one())


_WAS_SENT = select(exists().where(sent_elsewhere.c.message_id == bindparam("id")))


async def _measure(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:  # noqa: ARG001
    return {_UNDER_WAY.name: {(): float(await stands(conn))}}


_UNDER_WAY = Gauge("casella_recovery_under_way", "1 while restored rows hold the service, else 0.")
MEASURE = Measure((_UNDER_WAY,), _measure)
"""Whether the room stands still."""
