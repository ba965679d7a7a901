"""Decides how many quotes, orders and billing profiles an account may make in any 24 hours, and how many cancellations
it takes back.

Each order burns a number of the proforma series, PDFs and emails: placing and cancelling in turn must have an end. So
must cancelling a subscription and taking that back, which asks anew for what was asked for before, and saving a
profile, which tries an e-invoice.
Counted under a lock on the account's row, or on its subscription's, so that concurrent calls do not count past each
other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ordering.errors import TooManyToday
from services.ordering.tables import orders, profile_trials, quotes, subscription_keeps

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the rows of a table by their account and the moment at which they were made."""

    limit: str
    table: Table
    made_at: Column[datetime]


QUOTES = Counted("quotes_per_day", quotes, quotes.c.created_at)
ORDERS = Counted("orders_per_day", orders, orders.c.placed_at)
PROFILES = Counted("profiles_per_day", profile_trials, profile_trials.c.tried_at)
KEEPS = Counted("keeps_per_day", subscription_keeps, subscription_keeps.c.kept_at)


async def check_daily(conn: AsyncConnection, counted: Counted, account_id: UUID, most: int, now: datetime) -> None:
    """See that a locked account, or one whose subscription is locked, may make another one.

    Args:
        conn: The transaction that holds the lock.
        counted: What is to be made.
        account_id: The account.
        most: How many it may make in any 24 hours, at least 1.
        now: The present moment.

    Raises:
        TooManyToday: It made as many, with the time until the first of them no longer counts.
    """
    table, made_at = counted.table, counted.made_at
    latest = select(made_at).where(table.c.account_id == account_id, made_at > now - _DAY).order_by(made_at.desc())
    first = (await conn.execute(latest.offset(most - 1).limit(1))).scalar()
    if first is not None:
        raise TooManyToday(metadata={"limit": counted.limit, "value": str(most)}, retry_after=first + _DAY - now)
