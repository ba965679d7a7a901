"""The SQL of files of refunds: written once with the refunds that they have, and read again byte for byte."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.tables import refund_files


@dataclass(frozen=True, slots=True)
class RefundFile:
    """A file for the bank."""

    message_id: str
    content: bytes
    transfers: int
    sum: Money
    created_at: datetime


async def insert_file(conn: AsyncConnection, made: RefundFile) -> None:
    """Write a file down, in the transaction that marks its refunds as sent; one that is known stays as it is."""
    await conn.execute(
        insert(refund_files)
        .values(
            message_id=made.message_id,
            content=made.content,
            transfers=made.transfers,
            minor=made.sum.minor,
            currency=made.sum.currency,
            created_at=made.created_at,
        )
        .on_conflict_do_nothing()
    )


async def by_id(conn: AsyncConnection, message_id: str) -> RefundFile | None:
    """A file by its message id."""
    row = (await conn.execute(select(refund_files).where(refund_files.c.message_id == message_id))).first()
    if row is None:
        return None
    return RefundFile(row.message_id, row.content, row.transfers, Money(row.minor, row.currency), row.created_at)
