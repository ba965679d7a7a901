"""The SQL of debits on our account that show a refund which left: each is known once, by its identity."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.refunds import Refund
from services.payments.tables import lost_debits, refund_debits

_LOST = lost_debits.c


@dataclass(frozen=True, slots=True)
class LostDebit:
    """A debit that shows a try of a refund of which no row knows."""

    identity: bytes
    refund_id: UUID
    attempt: int
    amount: Money
    booked_on: date | None


async def note_lost(conn: AsyncConnection, lost: LostDebit, now: datetime) -> None:
    """Note a debit of a refund that no row knows, once."""
    noted = insert(lost_debits).values(
        identity=lost.identity, refund_id=lost.refund_id, attempt=lost.attempt, minor=lost.amount.minor,
        currency=lost.amount.currency, booked_on=lost.booked_on, imported_at=now,
    )  # fmt: skip
    await conn.execute(noted.on_conflict_do_nothing())


async def lost(conn: AsyncConnection, refund_id: UUID) -> LostDebit | None:
    """The debit of the last try of a refund that no row knew when it came; None where none came."""
    query = select(lost_debits).where(_LOST.refund_id == refund_id).order_by(_LOST.attempt.desc()).limit(1)
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return LostDebit(row.identity, row.refund_id, row.attempt, Money(row.minor, row.currency), row.booked_on)


async def insert_new(
    conn: AsyncConnection, identity: bytes, refund: Refund, booked_on: date | None, now: datetime
) -> bool:
    """Write down the debit that shows a refund, first thing in its transaction; False when it is known."""
    inserted = await conn.execute(
        insert(refund_debits)
        .values(
            identity=identity,
            refund_id=refund.refund_id,
            attempt=refund.attempt,
            minor=refund.money.minor,
            currency=refund.money.currency,
            booked_on=booked_on,
            imported_at=now,
        )
        .on_conflict_do_nothing()
        .returning(refund_debits.c.identity)
    )
    return inserted.first() is not None


async def is_known(conn: AsyncConnection, identity: bytes) -> bool:
    """Whether this debit is known as that of a refund."""
    query = select(refund_debits.c.identity).where(refund_debits.c.identity == identity)
    return (await conn.execute(query)).first() is not None
