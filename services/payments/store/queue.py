"""The SQL of the operator's queue, read oldest first, page by page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.matching import QueueReason
from services.payments.domain.receipts import MoneyEntry, Source
from services.payments.tables import announced_transfers, money_entries, payment_requests

_ENTRY = money_entries.c
_RECORD = announced_transfers.c
_WAITING = (
    select(money_entries, _RECORD.minor.label("recorded_minor"), _RECORD.currency.label("recorded_currency"))
    .outerjoin(announced_transfers, _RECORD.id == _ENTRY.contradicts)
    .where(_ENTRY.settled_at.is_(None))
    .order_by(_ENTRY.created_at, _ENTRY.id)
)


async def page(conn: AsyncConnection, after: tuple[datetime, UUID] | None, most: int) -> list[MoneyEntry]:
    """The next entries after one, oldest first."""
    query = _WAITING.limit(most)
    if after is not None:
        query = query.where(tuple_(_ENTRY.created_at, _ENTRY.id) > tuple_(*after))
    return [_entry(row) for row in await conn.execute(query)]


async def waiting(conn: AsyncConnection, shown_reference: str, amount: Money) -> UUID | None:
    """The entry of a transfer that waits, found as an operator names it."""
    query = (
        select(_ENTRY.id)
        .where(_ENTRY.settled_at.is_(None), _ENTRY.source.in_((Source.BANK, Source.ANNOUNCED)))
        .where(_ENTRY.reason != QueueReason.REVERSED)
        .where(_ENTRY.shown_reference == shown_reference)
        .where(_ENTRY.minor == amount.minor, _ENTRY.currency == amount.currency)
        .order_by(_ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def naming(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names this request: by reference or number, not as a mere suggestion. Oldest first.

    What the bank took back is no money, so it holds nothing (`taken_back`).
    """
    query = _WAITING.where(_ENTRY.named.contains([request_id]), _ENTRY.reason != QueueReason.REVERSED)
    return [_entry(row) for row in await conn.execute(query)]


async def taken_back(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """What the bank took back of money that was for this request, oldest first."""
    query = _WAITING.where(_ENTRY.named.contains([request_id]), _ENTRY.reason == QueueReason.REVERSED)
    return [_entry(row) for row in await conn.execute(query)]


async def naming_account(conn: AsyncConnection, account_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names a request of this account, as `naming`. Oldest first."""
    theirs = select(payment_requests.c.id).where(payment_requests.c.account_id == account_id).scalar_subquery()
    named = _ENTRY.named.overlap(func.array(theirs, type_=ARRAY(Uuid)))
    query = _WAITING.where(named, _ENTRY.reason != QueueReason.REVERSED)
    return [_entry(row) for row in await conn.execute(query)]


def _entry(row: Row[Any]) -> MoneyEntry:
    reason, amount = QueueReason(row.reason), Money(row.minor, row.currency)
    return MoneyEntry(
        entry_id=row.id,
        reason=reason,
        source=row.source,
        shown_reference=row.shown_reference,
        amount=-amount if reason is QueueReason.REVERSED else amount,
        available_on=row.available_on,
        remittance=row.remittance,
        payer_name=row.payer_name,
        suggestions=tuple(row.suggestions),
        created_at=row.created_at,
        named=tuple(row.named),
        recorded=None if row.contradicts is None else Money(row.recorded_minor, row.recorded_currency),
        payer_iban=row.payer_iban,
    )
