"""How subscriptions and their periods are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import Period
from services.ordering.domain.kinds import Billing
from services.ordering.domain.states import SubscriptionState
from services.ordering.orders.rows import OrderRow
from services.ordering.tables import subscription_periods, subscriptions


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription with the period that is paid at present."""

    subscription_id: UUID
    account_id: UUID
    order_id: UUID
    state: SubscriptionState
    billing: Billing
    started_at: datetime
    period: Period
    anchor_day: int


async def insert_subscription(conn: AsyncConnection, subscription_id: UUID, order: OrderRow) -> SubscriptionRow:
    """Write the subscription that an order makes, with the order's period as its first."""
    period = order.period
    if order.unlocked_at is None or period is None:
        raise AssertionError("a subscription begins with the unlock")
    made = SubscriptionRow(
        subscription_id=subscription_id,
        account_id=order.account_id,
        order_id=order.order_id,
        state=SubscriptionState.ACTIVE,
        billing=order.quote.billing,
        started_at=order.unlocked_at,
        period=period,
        anchor_day=period.first.day,
    )
    await conn.execute(
        insert(subscriptions).values(
            id=made.subscription_id,
            account_id=made.account_id,
            order_id=made.order_id,
            state=str(made.state),
            billing=str(made.billing),
            items=order.quote.content()["items"],
            started_at=made.started_at,
            anchor_day=made.anchor_day,
        )
    )
    await conn.execute(
        insert(subscription_periods).values(
            subscription_id=made.subscription_id,
            number=1,
            first_day=period.first,
            last_day=period.last,
            order_id=made.order_id,
        )
    )
    return made


async def find_subscription(conn: AsyncConnection, account_id: UUID) -> SubscriptionRow | None:
    """The account's newest subscription with its newest period."""
    row = (await conn.execute(_OF_ACCOUNT, {"account": account_id})).first()
    return _row(row) if row else None


async def find_subscription_of(conn: AsyncConnection, order_id: UUID) -> SubscriptionRow | None:
    """The subscription that an order made."""
    row = (await conn.execute(_OF_ORDER, {"order": order_id})).first()
    return _row(row) if row else None


def _row(row: Row[Any]) -> SubscriptionRow:
    return SubscriptionRow(
        subscription_id=row.id,
        account_id=row.account_id,
        order_id=row.order_id,
        state=SubscriptionState(row.state),
        billing=Billing(row.billing),
        started_at=row.started_at,
        period=Period(row.first_day, row.last_day),
        anchor_day=row.anchor_day,
    )


_NEWEST = (
    select(subscriptions, subscription_periods.c.first_day, subscription_periods.c.last_day)
    .join(subscription_periods, subscription_periods.c.subscription_id == subscriptions.c.id)
    .order_by(subscriptions.c.started_at.desc(), subscription_periods.c.number.desc())
    .limit(1)
)
_OF_ACCOUNT = _NEWEST.where(subscriptions.c.account_id == bindparam("account"))
_OF_ORDER = _NEWEST.where(subscriptions.c.order_id == bindparam("order"))
