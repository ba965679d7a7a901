"""The SQL of domains and of the spans in which they existed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, collate, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import start_of_day
from services.mailboxes.domain.accounts import Domain
from services.mailboxes.domain.names import DomainName
from services.mailboxes.domain.usage import DomainSpan
from services.mailboxes.tables import domain_spans, domains, mailboxes

_BOXES = select(func.count()).select_from(mailboxes).where(mailboxes.c.domain_id == domains.c.id).scalar_subquery()
_DOMAIN = select(domains.c.id, domains.c.name, _BOXES.label("mailboxes"), domains.c.created_at, domains.c.uncovered)


async def count(conn: AsyncConnection, account_id: UUID) -> int:
    """Counts an account's domains; true until the commit only under the account's lock."""
    counted = await conn.execute(select(func.count()).select_from(domains).where(domains.c.account_id == account_id))
    return counted.scalar_one()


async def touches_another(conn: AsyncConnection, account_id: UUID, name: DomainName) -> bool:
    """Whether a domain of another account lies above or below a name; true until the end of the transaction.

    Additions of related names pass one by one: each would otherwise not see the other. Take the account's lock first.
    """
    await conn.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:family, 0))"), {"family": f"domains {name.family}"}
    )
    backwards, ending = collate(func.reverse(domains.c.name), "C"), name.ascii[::-1]
    below = and_(backwards > f"{ending}.", backwards < f"{ending}/")  # "/" follows "."
    related = select(domains.c.id).where(domains.c.account_id != account_id, or_(domains.c.name.in_(name.above), below))
    return (await conn.execute(related.limit(1))).first() is not None


async def insert_domain(conn: AsyncConnection, account_id: UUID, domain_id: UUID, name: str, now: datetime) -> bool:
    """Adds a domain and begins its span.

    Returns:
        False if the name is in use, by whatever account.
    """
    inserted = await conn.execute(
        insert(domains)
        .values(id=domain_id, account_id=account_id, name=name, created_at=now)
        .on_conflict_do_nothing()
        .returning(domains.c.id)
    )
    if inserted.first() is None:
        return False
    await conn.execute(insert(domain_spans).values(domain_id=domain_id, account_id=account_id, started_at=now))
    return True


async def read(conn: AsyncConnection, account_id: UUID, name: str) -> Domain | None:
    """Reads a domain of an account by its ASCII name."""
    row = (await conn.execute(_DOMAIN.where(domains.c.account_id == account_id, domains.c.name == name))).one_or_none()
    return None if row is None else _domain(row)


async def read_by_id(conn: AsyncConnection, domain_id: UUID) -> Domain | None:
    """Reads a domain by its id."""
    row = (await conn.execute(_DOMAIN.where(domains.c.id == domain_id))).one_or_none()
    return None if row is None else _domain(row)


async def remove(conn: AsyncConnection, domain_id: UUID, now: datetime) -> None:
    """Removes a domain without mailboxes and ends its span."""
    await conn.execute(delete(domains).where(domains.c.id == domain_id))
    await conn.execute(
        update(domain_spans)
        .where(domain_spans.c.domain_id == domain_id)
        # A clock that steps back must not make a span end before it began.
        .values(ended_at=func.greatest(now, domain_spans.c.started_at))
    )


async def page(conn: AsyncConnection, account_id: UUID, after: str, size: int) -> list[Domain]:
    """Reads up to `size` domains of an account whose names follow `after`, by name."""
    found = await conn.execute(
        _DOMAIN.where(domains.c.account_id == account_id, domains.c.name > after).order_by(domains.c.name).limit(size)
    )
    return [_domain(row) for row in found]


async def spans(conn: AsyncConnection, account_id: UUID, first: date, last: date) -> Sequence[DomainSpan]:
    """Reads the spans of an account's domains that touch the days from `first` to `last` (Europe/Rome)."""
    found = await conn.execute(
        select(domain_spans).where(
            domain_spans.c.account_id == account_id,
            domain_spans.c.started_at < start_of_day(last + timedelta(days=1)),
            or_(domain_spans.c.ended_at.is_(None), domain_spans.c.ended_at >= start_of_day(first)),
        )
    )
    return [DomainSpan(row.domain_id, row.started_at, row.ended_at) for row in found]


def _domain(row: Row[*tuple[Any, ...]]) -> Domain:
    return Domain(row.id, row.name, row.mailboxes, row.created_at, row.uncovered)
