"""The SQL of debits on our account that show a refund which left: each is known once, by its identity."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payments.domain.refunds import Refund
from services.payments.tables import refund_debits


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
