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


async def mark_reminders(
    conn: AsyncConnection, period_id: UUID, sent: int, skipped: Sequence[int], at: datetime
) -> None:
    """Note which reminder was sent and which are past."""
    of_period = update(period_reminders).where(period_reminders.c.period_id == period_id)
    await conn.execute(of_period.where(period_reminders.c.days == sent).values(sent_at=at))
    if skipped:
        await conn.execute(of_period.where(period_reminders.c.days.in_(skipped)).values(skipped_at=at))


_PENDING = select(period_reminders.c.days, period_reminders.c.due_at).where(
    period_reminders.c.period_id == bindparam("period"),
    period_reminders.c.sent_at.is_(None),
    period_reminders.c.skipped_at.is_(None),
)
