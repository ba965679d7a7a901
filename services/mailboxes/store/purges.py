"""The SQL that removes an account's domains and mailboxes for good, and that looks for what is left of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailboxes.tables import domain_spans, domains, mailbox_spans, mailboxes, removals, sends

_DELETE_MAILBOXES = text("""
    WITH gone AS (DELETE FROM mailboxes WHERE account_id = :account RETURNING id)
    INSERT INTO removals (mailbox_id, account_id, since) SELECT id, :account, :now FROM gone
""")


@dataclass(frozen=True, slots=True)
class Left:
    """What this room still has of an account, besides usage without names."""

    domains: int
    mailboxes: int
    removals: int


async def delete_mailboxes(conn: AsyncConnection, account_id: UUID, now: datetime) -> int:
    """Deletes all mailboxes of an account and notes each for removal from the mail system.

    Returns:
        How many there were.
    """
    deleted = await conn.execute(_DELETE_MAILBOXES, {"account": account_id, "now": now})
    # After the mailboxes: a message that is being counted holds its mailbox's row, and is deleted with the others.
    await conn.execute(delete(sends).where(sends.c.account_id == account_id))
    return deleted.rowcount


async def delete_domains(conn: AsyncConnection, account_id: UUID) -> int:
    """Deletes all domains of an account, once its mailboxes are deleted.

    Returns:
        How many there were.
    """
    return (await conn.execute(delete(domains).where(domains.c.account_id == account_id))).rowcount


async def end_spans(conn: AsyncConnection, account_id: UUID, now: datetime) -> None:
    """Ends the usage of an account that was paid for: ids, sizes and times, which its last bill needs."""
    for spans in (mailbox_spans, domain_spans):
        await conn.execute(
            update(spans)
            .where(spans.c.account_id == account_id, spans.c.ended_at.is_(None))
            .values(ended_at=func.greatest(now, spans.c.started_at))
        )


async def delete_spans(conn: AsyncConnection, account_id: UUID) -> None:
    """Deletes the usage of an account that will never be billed."""
    for spans in (mailbox_spans, domain_spans):
        await conn.execute(delete(spans).where(spans.c.account_id == account_id))


async def what_is_left(conn: AsyncConnection, account_id: UUID) -> Left:
    """Counts what is left of an account."""
    counts = [
        select(func.count()).select_from(table).where(table.c.account_id == account_id).scalar_subquery()
        for table in (domains, mailboxes, removals)
    ]
    row = (await conn.execute(select(*counts))).one()
    return Left(*row)


async def next_removals(conn: AsyncConnection, account_id: UUID | None, after: UUID, size: int) -> list[UUID]:
    """Reads up to `size` mailboxes, with ids beyond `after`, that the mail system still has to forget.

    Args:
        conn: Any connection.
        account_id: Only this account's; None for all.
        after: The last id of the batch before.
        size: How many at most.
    """
    query = select(removals.c.mailbox_id).where(removals.c.mailbox_id > after)
    if account_id is not None:
        query = query.where(removals.c.account_id == account_id)
    return list((await conn.execute(query.order_by(removals.c.mailbox_id).limit(size))).scalars())


async def forget_removals(conn: AsyncConnection, mailbox_ids: Sequence[UUID]) -> None:
    """Notes that the mail system has forgotten these mailboxes."""
    await conn.execute(delete(removals).where(removals.c.mailbox_id.in_(mailbox_ids)))
