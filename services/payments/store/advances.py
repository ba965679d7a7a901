"""The SQL of part payments: short money that waits too long, what is invoiced of it, and what is to be credited."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.receipts import MoneyEntry, Settlement
from services.payments.store.entry_rows import HERE, READ, REVERSAL_WAITS, entry_from
from services.payments.tables import money_entries

_ENTRY = money_entries.c
TO_INVOICE = and_(HERE, _ENTRY.advance_at.is_not(None), _ENTRY.advance_decided_at.is_(None), ~REVERSAL_WAITS)
"""Short money for which no invoice of a part payment is decided yet; one is due while its request is open."""
_PAID_OWN = and_(_ENTRY.settled_as == Settlement.ASSIGNED, _ENTRY.settled_to == _ENTRY.named[1])
"""What was given to the request that it names, whose invoice then deducts what was invoiced as a part payment."""
TO_CREDIT = and_(
    _ENTRY.advance_decided_at.is_not(None),
    _ENTRY.advance_credited_at.is_(None),
    _ENTRY.settled_at.is_not(None),
    ~_PAID_OWN,
)
"""Invoiced as a part payment of a request that it did not pay, and not credited yet."""


async def left_to_invoice(conn: AsyncConnection, request_id: UUID, asked: Money) -> Money:
    """What of a request no invoice of a part payment has yet, of money that waits for it; its row is held."""
    query = select(func.coalesce(func.sum(_ENTRY.advance_minor), 0)).where(
        HERE, _ENTRY.named == [request_id], _ENTRY.advance_decided_at.is_not(None)
    )
    return asked - Money(int(await conn.scalar(query) or 0), asked.currency)


async def decide(conn: AsyncConnection, entry_id: UUID, amount: Money, now: datetime) -> None:
    """Write down that an entry is invoiced as a part payment, or that nothing of it is, once."""
    decided = {"advance_minor": amount.minor, "advance_decided_at": now} if amount else {"advance_at": None}
    which = (_ENTRY.id == entry_id) & _ENTRY.advance_decided_at.is_(None)
    await conn.execute(update(money_entries).where(which).values(decided))


async def credit(conn: AsyncConnection, entry_id: UUID, now: datetime) -> bool:
    """Note that the invoice of an entry's part payment was credited; the first moment stays.

    Returns:
        Whether there is such an invoice.
    """
    noted = await conn.execute(
        update(money_entries)
        .where(_ENTRY.id == entry_id, _ENTRY.advance_decided_at.is_not(None))
        .values(advance_credited_at=func.coalesce(_ENTRY.advance_credited_at, now))
        .returning(_ENTRY.id)
    )
    return noted.first() is not None


async def page(conn: AsyncConnection, after: UUID | None, most: int) -> list[MoneyEntry]:
    """The entries decided to be invoiced as part payments after one, by id."""
    query = READ.where(_ENTRY.advance_decided_at.is_not(None)).order_by(None).order_by(_ENTRY.id).limit(most)
    return [entry_from(row) for row in await conn.execute(query if after is None else query.where(_ENTRY.id > after))]
