"""How the payment reminders of orders and of periods are kept: each is sent or skipped once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.domain.dates import Reminder, reminder_name
from services.ordering.tables import order_reminders, period_reminders


@dataclass(frozen=True, slots=True)
class Reminders:
    """The reminders of one kind of rows.

    Attributes:
        table: where they are kept.
        of: its column that says of which row they are.
    """

    table: Table
    of: str

    async def insert(self, conn: AsyncConnection, row_id: UUID, planned: Sequence[Reminder]) -> None:
        """Write a row's reminders."""
        if planned:
            rows = [{self.of: row_id, "days": entry.days, "due_at": entry.due_at} for entry in planned]
            await conn.execute(insert(self.table), rows)

    async def pending(self, conn: AsyncConnection, row_id: UUID) -> list[Reminder]:
        """Those that were neither sent nor skipped."""
        columns = self.table.c
        query = select(columns.days, columns.due_at).where(
            self._of(row_id), columns.sent_at.is_(None), columns.skipped_at.is_(None)
        )
        return [Reminder(row.days, row.due_at) for row in await conn.execute(query)]

    async def mark_sent(self, conn: AsyncConnection, row_id: UUID, sent: Reminder, at: datetime) -> None:
        """Note that one was sent."""
        await self._mark(conn, row_id, [sent], {"sent_at": at})

    async def mark_skipped(
        self, conn: AsyncConnection, row_id: UUID, skipped: Sequence[Reminder], at: datetime
    ) -> None:
        """Note which came due and are not sent."""
        if skipped:
            await self._mark(conn, row_id, skipped, {"skipped_at": at})

    async def skipped(self, conn: AsyncConnection, row_id: UUID) -> tuple[str, ...]:
        """The names of those that came due and were not sent, in their order."""
        days = self.table.c.days
        query = select(days).where(self._of(row_id), self.table.c.skipped_at.is_not(None)).order_by(days)
        return tuple(map(reminder_name, await conn.scalars(query)))

    async def _mark(
        self, conn: AsyncConnection, row_id: UUID, which: Sequence[Reminder], values: dict[str, Any]
    ) -> None:
        days = [entry.days for entry in which]
        await conn.execute(update(self.table).where(self._of(row_id), self.table.c.days.in_(days)).values(**values))

    def _of(self, row_id: UUID) -> ColumnElement[bool]:
        return self.table.c[self.of] == row_id


ORDER_REMINDERS = Reminders(order_reminders, "order_id")
PERIOD_REMINDERS = Reminders(period_reminders, "period_id")
