"""Decides what ordering forgets by itself: what is left of an account that never paid, some months after its purge.

The account's own row stays: it holds no personal data, and it keeps the account closed. An account that has paid keeps
its orders for as long as its fiscal documents are kept; a legal hold stops every erasure.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import add_days
from services.kit.database import Database
from services.kit.tables import mails
from services.ordering.domain.states import OrderState
from services.ordering.tables import (
    accounts,
    billing_profiles,
    order_reminders,
    orders,
    quotes,
    vat_checks,
    withdrawals,
)

_BATCH = 500
"""Accounts in one transaction: more would hold its locks for too long."""


async def erase_never_paid(database: Database, now: datetime, days: int) -> int:
    """Erase profiles, quotes, unpaid orders and kept emails of never-paid accounts.

    Args:
        database: The room's database.
        now: The present moment.
        days: Calendar days after the purge.

    Returns:
        How many accounts had something left.
    """
    erased = 0
    while True:
        async with database.transaction() as conn:
            found = await _due(conn, add_days(now, -days))
            await _erase(conn, found)
        erased += len(found)
        if len(found) < _BATCH:
            return erased


async def _due(conn: AsyncConnection, purged_before: datetime) -> list[UUID]:
    """Accounts that are due; rows are locked, so that a hold set meanwhile waits and finds nothing half erased."""
    own = orders.c.account_id == accounts.c.id
    paid = exists().where(own, orders.c.state.in_([OrderState.PAID, OrderState.FULFILLED]))
    left = (
        exists().where(own)
        | exists().where(quotes.c.account_id == accounts.c.id)
        | exists().where(billing_profiles.c.account_id == accounts.c.id)
        | exists().where(vat_checks.c.account_id == accounts.c.id)
        | exists().where(mails.c.subject_id == accounts.c.id)
    )
    due = (
        select(accounts.c.id)
        .where(accounts.c.purged_at < purged_before, ~accounts.c.legal_hold, ~paid, left)
        .limit(_BATCH)
        .with_for_update(of=accounts)
    )
    return list((await conn.execute(due)).scalars())


async def _erase(conn: AsyncConnection, account_ids: list[UUID]) -> None:
    if not account_ids:
        return
    theirs = select(orders.c.id).where(orders.c.account_id.in_(account_ids))
    for of_order in (order_reminders.c.order_id, withdrawals.c.order_id):
        await conn.execute(delete(of_order.table).where(of_order.in_(theirs)))
    for column in (
        orders.c.account_id,
        quotes.c.account_id,
        billing_profiles.c.account_id,
        vat_checks.c.account_id,
        mails.c.subject_id,
    ):
        await conn.execute(delete(column.table).where(column.in_(account_ids)))
