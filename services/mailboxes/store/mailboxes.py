"""The SQL of mailboxes, of the spans in which they kept size and options, and of their removal from the mail system."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import start_of_day
from services.mailboxes.domain.accounts import Mailbox
from services.mailboxes.domain.usage import MailboxSpan
from services.mailboxes.tables import mailbox_spans, mailboxes, places, removals

_SHOWN = [column for column in mailboxes.c if column.name != "password_hash"]
_MAILBOX = select(*_SHOWN)


async def count_per_size(conn: AsyncConnection, account_id: UUID) -> dict[int, int]:
    """Counts an account's mailboxes per size in GB; true until the commit only under the account's lock."""
    counted = await conn.execute(
        select(mailboxes.c.size_gb, func.count().label("number"))
        .where(mailboxes.c.account_id == account_id)
        .group_by(mailboxes.c.size_gb)
    )
    return {row.size_gb: row.number for row in counted}


async def read_places(conn: AsyncConnection, account_id: UUID) -> dict[int, int]:
    """Reads how many mailboxes of each size an account may have."""
    found = await conn.execute(select(places.c.size_gb, places.c.mailboxes).where(places.c.account_id == account_id))
    return {row.size_gb: row.mailboxes for row in found}


async def insert_mailbox(conn: AsyncConnection, mailbox: Mailbox, password_hash: str) -> bool:
    """Adds a mailbox and begins its span.

    Returns:
        False if the address exists.
    """
    inserted = await conn.execute(
        insert(mailboxes)
        .values(
            id=mailbox.id,
            account_id=mailbox.account_id,
            domain_id=mailbox.domain_id,
            address=mailbox.address,
            password_hash=password_hash,
            size_gb=mailbox.size_gb,
            active=mailbox.active,
            created_at=mailbox.created_at,
            options=list(mailbox.options),
        )
        .on_conflict_do_nothing()
        .returning(mailboxes.c.id)
    )
    if inserted.first() is None:
        return False
    await _begin_span(conn, mailbox, mailbox.created_at)
    return True


async def read(conn: AsyncConnection, mailbox_id: UUID, owner: UUID | None) -> Mailbox | None:
    """Reads a mailbox by its id; None if there is none, or if it is not the owner's."""
    query = _MAILBOX.where(mailboxes.c.id == mailbox_id)
    if owner is not None:
        query = query.where(mailboxes.c.account_id == owner)
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _mailbox(row)


async def of_account(conn: AsyncConnection, account_id: UUID) -> list[Mailbox]:
    """Reads all mailboxes of an account; call it under the account's lock."""
    return [_mailbox(row) for row in await conn.execute(_MAILBOX.where(mailboxes.c.account_id == account_id))]


async def set_options(conn: AsyncConnection, mailbox: Mailbox, options: tuple[str, ...], now: datetime) -> None:
    """Gives a mailbox options in the place of those that it has, with the span of its usage."""
    if options != mailbox.options:
        changed = replace(mailbox, options=options)
        await change(conn, changed, None)
        await change_span(conn, changed, now)


async def change(conn: AsyncConnection, mailbox: Mailbox, password_hash: str | None) -> None:
    """Writes size, activity, options and, where given, the password's hash."""
    values: dict[str, object] = {
        "size_gb": mailbox.size_gb,
        "active": mailbox.active,
        "options": list(mailbox.options),
    }
    if password_hash is not None:
        values["password_hash"] = password_hash
    await conn.execute(update(mailboxes).where(mailboxes.c.id == mailbox.id).values(values))


async def change_span(conn: AsyncConnection, changed: Mailbox, now: datetime) -> None:
    """Ends the mailbox's present span and begins that of its new size and options."""
    await _end_spans(conn, [changed.id], now)
    await _begin_span(conn, changed, now)


async def remove(conn: AsyncConnection, account_id: UUID, mailbox_ids: Sequence[UUID], now: datetime) -> None:
    """Deletes mailboxes, ends their spans and notes that the mail system still has to forget them."""
    await conn.execute(delete(mailboxes).where(mailboxes.c.id.in_(mailbox_ids)))
    await _end_spans(conn, mailbox_ids, now)
    noted = [{"mailbox_id": one, "account_id": account_id, "since": now} for one in mailbox_ids]
    if noted:
        await conn.execute(insert(removals).on_conflict_do_nothing(), noted)


async def page(conn: AsyncConnection, account_id: UUID, domain: str, after: str, size: int) -> list[Mailbox]:
    """Reads up to `size` mailboxes whose addresses follow `after`, by address.

    Args:
        conn: Any connection.
        account_id: Whose.
        domain: Only this domain, in its ASCII form; empty for all.
        after: The last address of the page before; empty for the first.
        size: How many at most.
    """
    query = _MAILBOX.where(mailboxes.c.account_id == account_id, mailboxes.c.address > after)
    if domain:
        query = query.where(func.split_part(mailboxes.c.address, "@", 2) == domain)
    found = await conn.execute(query.order_by(mailboxes.c.address).limit(size))
    return [_mailbox(row) for row in found]


async def spans(conn: AsyncConnection, account_id: UUID, first: date, last: date) -> Sequence[MailboxSpan]:
    """Reads the spans of an account's mailboxes that touch the days from `first` to `last` (Europe/Rome)."""
    found = await conn.execute(
        select(mailbox_spans).where(
            mailbox_spans.c.account_id == account_id,
            mailbox_spans.c.started_at < start_of_day(last + timedelta(days=1)),
            or_(mailbox_spans.c.ended_at.is_(None), mailbox_spans.c.ended_at >= start_of_day(first)),
        )
    )
    return [
        MailboxSpan(row.mailbox_id, row.domain_id, row.size_gb, row.started_at, row.ended_at, tuple(row.options))
        for row in found
    ]


async def _begin_span(conn: AsyncConnection, mailbox: Mailbox, now: datetime) -> None:
    await conn.execute(
        insert(mailbox_spans).values(
            mailbox_id=mailbox.id,
            account_id=mailbox.account_id,
            domain_id=mailbox.domain_id,
            size_gb=mailbox.size_gb,
            started_at=now,
            options=list(mailbox.options),
        )
    )


async def _end_spans(conn: AsyncConnection, mailbox_ids: Sequence[UUID], now: datetime) -> None:
    await conn.execute(
        update(mailbox_spans)
        .where(mailbox_spans.c.mailbox_id.in_(mailbox_ids), mailbox_spans.c.ended_at.is_(None))
        # A clock that steps back must not make a span end before it began.
        .values(ended_at=func.greatest(now, mailbox_spans.c.started_at))
    )


def _mailbox(row: Row[Any]) -> Mailbox:
    return Mailbox(
        id=row.id,
        account_id=row.account_id,
        domain_id=row.domain_id,
        address=row.address,
        size_gb=row.size_gb,
        active=row.active,
        created_at=row.created_at,
        options=tuple(row.options),
        uncovered=row.uncovered,
    )
