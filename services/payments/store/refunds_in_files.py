"""The SQL of what files for the bank had transferred before the rows were restored, by refund and try."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import require_transaction
from services.kit.money import Money
from services.payments.tables import refunds, refunds_in_files

_IN_FILE = refunds_in_files.c


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transfer of a file as it is kept.

    Attributes:
        refund_id: The refund.
        attempt: Its try.
        message_id: The file; None where a statement alone tells of it.
        amount: What left.
        sent_at: When the file was made.
        statement_by: Until when a statement should have its debit.
        debit: The entry of a statement that told of it while no row knew the refund; None where none did.
    """

    refund_id: UUID
    attempt: int
    message_id: str | None
    amount: Money
    sent_at: datetime
    statement_by: date
    debit: bytes | None = None


async def hold_refunds(conn: AsyncConnection) -> None:
    """Let no refund be written or held until the transaction ends: a new one sees what is recorded here, or is seen."""
    require_transaction(conn)
    await conn.execute(text("LOCK TABLE refunds IN EXCLUSIVE MODE"))


async def record(conn: AsyncConnection, left: Recorded, now: datetime, *, refused: bool) -> None:
    """Write a transfer down; once more, whether the bank has refused it is what is said now."""
    adding = insert(refunds_in_files).values(
        refund_id=left.refund_id,
        attempt=left.attempt,
        message_id=left.message_id,
        minor=left.amount.minor,
        currency=left.amount.currency,
        sent_at=left.sent_at,
        statement_by=left.statement_by,
        refused=refused,
        recorded_at=now,
    )
    again = {"refused": adding.excluded.refused}
    await conn.execute(adding.on_conflict_do_update(index_elements=["refund_id", "attempt"], set_=again))


async def of_refund(conn: AsyncConnection, refund_id: UUID) -> Recorded | None:
    """The last try of a refund that has left by a file; None where none has, or rows were never restored."""
    query = select(refunds_in_files).where(_IN_FILE.refund_id == refund_id, ~_IN_FILE.refused)
    row = (await conn.execute(query.order_by(_IN_FILE.attempt.desc()).limit(1))).first()
    return None if row is None else _recorded(row)


async def awaited(conn: AsyncConnection, amount: Money) -> Recorded | None:
    """A transfer of this amount whose refund no row knows, and of which no statement has told yet."""
    query = (
        select(refunds_in_files)
        .where(~_IN_FILE.refused, _IN_FILE.debit.is_(None), ~exists().where(refunds.c.id == _IN_FILE.refund_id))
        .where(_IN_FILE.minor == amount.minor, _IN_FILE.currency == amount.currency)
        .order_by(_IN_FILE.sent_at, _IN_FILE.refund_id)
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return None if row is None else _recorded(row)


async def note_debit(conn: AsyncConnection, refund_id: UUID, attempt: int, debit: bytes) -> None:
    """Note the entry of a statement that tells of a transfer whose refund no row knows."""
    which = _IN_FILE.refund_id == refund_id, _IN_FILE.attempt == attempt, _IN_FILE.debit.is_(None)
    await conn.execute(update(refunds_in_files).where(*which).values(debit=debit))


def _recorded(row: Row[Any]) -> Recorded:
    amount = Money(row.minor, row.currency)
    return Recorded(row.refund_id, row.attempt, row.message_id, amount, row.sent_at, row.statement_by, row.debit)
