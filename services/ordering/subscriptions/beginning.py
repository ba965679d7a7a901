"""Decides what a subscription begins with: the period that its order paid for, and the next, to be measured."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.causes import PeriodCause
from services.kit.ids import derive
from services.kit.wakes import renewal_wake
from services.ordering.domain.metering import Counted, Prepaid
from services.ordering.domain.periods import Plan, planned
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.orders.rows import OrderRow
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.events import started_event
from services.ordering.subscriptions.rows import SubscriptionRow


async def begin(conn: AsyncConnection, order: OrderRow, policy: RenewalPolicy, now: datetime) -> SubscriptionRow:
    """Write the subscription of an order that was fulfilled just now, with its first two periods.

    Args:
        conn: The transaction that fulfils the order.
        order: Unlocked and fulfilled.
        policy: When periods are measured.
        now: The present moment.
    """
    if order.period is None:
        raise AssertionError("a subscription begins with the unlock")
    subscription_id = derive("subscription", str(order.order_id))
    await store.insert_subscription(conn, subscription_id, order)
    paid = Prepaid(order.period, Counted.of_items(order.quote.items))
    await period_store.insert_first(conn, subscription_id, order.account_id, order.order_id, paid)
    made = await store.find_subscription(conn, subscription_id)
    if made is None:
        raise AssertionError("the subscription was written just now")
    await events.tell(conn, started_event(made), now)
    second = PeriodCause(subscription_id, 2)
    await schedule(conn, made, second, planned(made.contract, order.period.last, policy), now)
    return made


async def schedule(
    conn: AsyncConnection, subscription: SubscriptionRow, cause: PeriodCause, plan: Plan, now: datetime
) -> None:
    """Write a period that waits for its measuring, and start its renewal."""
    await period_store.insert_scheduled(conn, cause, subscription.account_id, plan)
    await outbox.wake(conn, renewal_wake(cause), now)
