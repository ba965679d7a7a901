"""How the reminders of periods are kept: each is sent or skipped once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.dates import Reminder
from services.ordering.tables import period_reminders


async def insert_reminders(conn: AsyncConnection, period_id: UUID, planned: Sequence[Reminder]) -> None:
    """Write a period's reminders."""
    if planned:
        rows = [{"period_id": period_id, "days": entry.days, "due_at": entry.due_at} for entry in planned]
        await conn.execute(insert(period_reminders), rows)


async def pending_reminders(conn: AsyncConnection, period_id: UUID) -> list[Reminder]:
    """The reminders that were neither sent nor skipped."""
    return [Reminder(row.days, row.due_at) for row in await conn.execute(_PENDING, {"period": period_id})]


async def mark_sent(conn: AsyncConnection, period_id: UUID, days: int, at: datetime) -> None:
    """Note that a reminder was sent."""
    of_period = update(period_reminders).where(period_reminders.c.period_id == period_id)
    await conn.execute(of_period.where(period_reminders.c.days == days).values(sent_at=at))


async def mark_skipped(conn: AsyncConnection, period_id: UUID, days: Sequence[int], at: datetime) -> None:
    """Note which reminders came due and are not sent."""
    if days:
        of_period = update(period_reminders).where(period_reminders.c.period_id == period_id)
        await conn.execute(of_period.where(period_reminders.c.days.in_(days)).values(skipped_at=at))


async def skipped_reminders(conn: AsyncConnection, period_id: UUID) -> Sequence[int]:
    """The reminders that came due and were not sent, in their order."""
    return (await conn.scalars(_SKIPPED, {"period": period_id})).all()


_SKIPPED = (
    select(period_reminders.c.days)
    .where(period_reminders.c.period_id == bindparam("period"), period_reminders.c.skipped_at.is_not(None))
    .order_by(period_reminders.c.days)
)
_PENDING = select(period_reminders.c.days, period_reminders.c.due_at).where(
    period_reminders.c.period_id == bindparam("period"),
    period_reminders.c.sent_at.is_(None),
    period_reminders.c.skipped_at.is_(None),
)
