"""The SQL of the emails about money that pays nothing by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.payments.domain.receipts import MoneyEntry
from services.payments.store.books import CREDIT
from services.payments.store.short_money import short_alone
from services.payments.tables import ledger_lines, ledger_transactions, money_entries

_ENTRY = money_entries.c


async def short_money(conn: AsyncConnection, request_id: UUID, currency: str) -> Money:
    """How much short money waits that names this request alone; zero where none does."""
    query = select(func.coalesce(func.sum(_ENTRY.minor), 0)).where(
        short_alone([request_id]), _ENTRY.currency == currency
    )
    return Money(int(await conn.scalar(query) or 0), currency)


async def left_over(conn: AsyncConnection, entry: MoneyEntry) -> Money:
    """What was left over of money that was given to a request, and became credit; zero where nothing did."""
    query = select(func.coalesce(-func.sum(ledger_lines.c.minor), 0)).where(
        ledger_lines.c.transaction_id == ledger_transactions.c.id,
        ledger_lines.c.ledger_account == CREDIT,
        ledger_transactions.c.kind == "assignment",
        ledger_transactions.c.source == entry.source,
        ledger_transactions.c.source_ref == entry.source_ref,
    )
    return Money(int(await conn.scalar(query) or 0), entry.amount.currency)


async def told_of_credit(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """As `told`, of the email that it became credit."""
    await conn.execute(update(money_entries).where(_ENTRY.id == entry_id).values(credit_emailed_at=now))


async def told(conn: AsyncConnection, entry_id: UUID, now: datetime) -> None:
    """Note that the email about an entry is written, or never will be; the caller holds the entry."""
    await conn.execute(update(money_entries).where(_ENTRY.id == entry_id).values(emailed_at=now))
