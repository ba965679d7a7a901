"""The SQL of options: how many mailboxes may have one, and what was ordered and is not made yet."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.domain.options import Ordered
from services.mailboxes.tables import mailboxes, option_places, ordered_mailboxes


async def read_places(conn: AsyncConnection, account_id: UUID) -> dict[str, int]:
    """Reads how many mailboxes of an annual contract may have each option."""
    found = await conn.execute(
        select(option_places.c.code, option_places.c.mailboxes).where(option_places.c.account_id == account_id)
    )
    return {row.code: row.mailboxes for row in found}


async def replace_places(conn: AsyncConnection, account_id: UUID, numbers: Mapping[str, int]) -> None:
    """Writes how many mailboxes may have each option; call it under the account's lock."""
    await conn.execute(delete(option_places).where(option_places.c.account_id == account_id))
    rows = [{"account_id": account_id, "code": code, "mailboxes": n} for code, n in numbers.items() if n]
    if rows:
        await conn.execute(insert(option_places), rows)


async def count(conn: AsyncConnection, account_id: UUID, code: str, but: UUID | None) -> int:
    """Counts the mailboxes with an option, except one; true until the commit only under the account's lock."""
    query = select(func.count()).where(mailboxes.c.account_id == account_id, literal(code) == any_(mailboxes.c.options))
    if but is not None:
        query = query.where(mailboxes.c.id != but)
    return (await conn.execute(query)).scalar_one()


async def read_waiting(conn: AsyncConnection, account_id: UUID) -> list[Ordered]:
    """Reads what was ordered and is not made yet, the smallest first."""
    query = select(ordered_mailboxes).where(ordered_mailboxes.c.account_id == account_id)
    found = await conn.execute(query)
    return sorted(Ordered(row.size_gb, tuple(row.options), row.mailboxes) for row in found)


async def replace_waiting(conn: AsyncConnection, account_id: UUID, waiting: Sequence[Ordered]) -> None:
    """Writes what waits; nothing where none of it has options. Call it under the account's lock."""
    await conn.execute(delete(ordered_mailboxes).where(ordered_mailboxes.c.account_id == account_id))
    if any(entry.options for entry in waiting):
        rows = [
            {
                "account_id": account_id,
                "size_gb": entry.size_gb,
                "options": list(entry.options),
                "mailboxes": entry.mailboxes,
            }
            for entry in waiting
        ]
        await conn.execute(insert(ordered_mailboxes), rows)
