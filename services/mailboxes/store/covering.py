"""The SQL of what a contract covers: everything that takes a place, and the mark of what has none."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.covering import Taker
from services.mailboxes.tables import domains, mailboxes


async def takers(conn: AsyncConnection, account_id: UUID) -> list[Taker]:
    """Reads an account's mailboxes and its domains without any."""
    boxes = await conn.execute(
        select(mailboxes.c.id, mailboxes.c.size_gb, mailboxes.c.created_at).where(mailboxes.c.account_id == account_id)
    )
    empty = await conn.execute(
        select(domains.c.id, domains.c.created_at).where(domains.c.account_id == account_id, _EMPTY)
    )
    return [
        *(Taker(row.id, row.size_gb, row.created_at) for row in boxes),
        *(Taker(row.id, None, row.created_at) for row in empty),
    ]


async def count_empty_domains(conn: AsyncConnection, account_id: UUID) -> int:
    """Counts the domains without mailboxes; true until the commit only under the account's lock."""
    query = select(func.count()).select_from(domains).where(domains.c.account_id == account_id, _EMPTY)
    return (await conn.execute(query)).scalar_one()


async def note_uncovered(conn: AsyncConnection, account_id: UUID, left_out: Collection[UUID]) -> None:
    """Marks exactly these mailboxes and domains of an account as not covered; rows that are right stay untouched."""
    for table in (mailboxes, domains):
        marked = table.c.id.in_(left_out)
        await conn.execute(
            update(table).where(table.c.account_id == account_id, table.c.uncovered != marked).values(uncovered=marked)
        )


_EMPTY = ~select(mailboxes.c.id).where(mailboxes.c.domain_id == domains.c.id).exists()
