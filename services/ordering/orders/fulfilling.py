"""Decides what a paid order becomes with its unlock: the first period, and the subscription that begins with it; or
what joins the annual contract to which it adds.

The period is computed once, with the unlock, and stored on the order: the invoice, which comes before the
subscription, names the very days that the subscription has. With the subscription the second period is made, which
waits for its measuring: its renewal begins at once, so that a subscription is never without one.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.wakes import withdrawal_wake
from services.ordering.domain.dates import first_period
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import OrderState
from services.ordering.errors import OrderNotPaid
from services.ordering.orders.events import order_event
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, fulfil, record_unlock
from services.ordering.subscriptions.adding import join, wake_measuring
from services.ordering.subscriptions.beginning import begin
from services.ordering.subscriptions.ending import withdraw
from services.ordering.subscriptions.leaving import Leave, leave_of
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.store import (
    find_subscription,
    find_subscription_of_account,
    find_subscription_of_order,
)
from services.ordering.withdrawn import is_withdrawn, withdrawal_of
from workflows.names import WITHDRAWAL_CHANGED


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the unlock and the invoice left: the invoice's id and the time of the unlock."""

    order_id: UUID
    invoice_id: UUID
    unlocked_at: datetime


class Fulfilling:
    """RecordUnlock, FulfilOrder and GetSubscription."""

    def __init__(self, database: Database, clock: Clock, policy: RenewalPolicy) -> None:
        """Take the database, the clock and the policy of the periods that follow."""
        self._database = database
        self._clock = clock
        self._policy = policy

    async def record_unlock(self, order_id: UUID, unlocked_at: datetime) -> OrderRow:
        """Note a paid order's unlock and the period that it pays for; the first moment stays.

        Raises:
            NotFound: There is no such order.
            OrderNotPaid: It is not paid.
        """
        async with self._database.transaction() as conn:
            return await _unlocked(conn, order_id, unlocked_at)

    async def fulfil(self, wanted: Fulfilment) -> tuple[OrderRow, SubscriptionRow]:
        """Complete a paid order, unlocked now unless that is noted already; a repetition gets the first subscription.

        Raises:
            NotFound: There is no such order.
            OrderNotPaid: It is not paid.
        """
        async with self._database.transaction() as conn:
            unlocked = await _unlocked(conn, wanted.order_id, wanted.unlocked_at)
            now = self._clock.now()
            order = await fulfil(conn, wanted.order_id, wanted.invoice_id, now)
            if order is not None:
                await events.tell(conn, order_event(order), now)
                return order, await self._subscribed(conn, order, now)
            order = await find_order(conn, unlocked.order_id)
            subscription = await _subscription_of(conn, unlocked)
        if order is None or subscription is None:
            raise AssertionError("a fulfilled order has its subscription")
        return order, subscription

    async def _subscribed(self, conn: AsyncConnection, order: OrderRow, now: datetime) -> SubscriptionRow:
        """The subscription that a fulfilled order begins, or that it adds to."""
        if order.quote.addition is None:
            return await self._begun(conn, order, now)
        withdrawn = await withdrawal_of(conn, order.order_id)
        if withdrawn == order.order_id:
            await wake_measuring(conn, order.quote.addition.subscription_id, now)
        else:
            await join(conn, order, order.quote.addition, now)
        if withdrawn is not None:
            await outbox.wake(conn, withdrawal_wake(withdrawn, WITHDRAWAL_CHANGED), now)
        subscription = await _subscription_of(conn, order)
        if subscription is None:
            raise AssertionError("an addition has its contract")
        return subscription

    async def subscription(self, account_id: UUID) -> tuple[SubscriptionRow, Leave | None]:
        """An account's subscription, the one that runs, else the newest; and whether a consumer may leave it now.

        Raises:
            NotFound: It has none.
        """
        async with self._database.reading() as conn:
            found = await find_subscription_of_account(conn, account_id)
            if found is None:
                raise NotFound("the account has no subscription")
            return found, await leave_of(conn, found, rome_date(self._clock.now()))

    async def _begun(self, conn: AsyncConnection, order: OrderRow, now: datetime) -> SubscriptionRow:
        """The subscription of an order; one from which the consumer has withdrawn meanwhile ends as it begins."""
        begun = await begin(conn, order, self._policy, now)
        if not await is_withdrawn(conn, order.order_id):
            return begun
        await withdraw(conn, begun, self._policy, now)
        await outbox.wake(conn, withdrawal_wake(order.order_id, WITHDRAWAL_CHANGED), now)
        ended = await find_subscription_of_order(conn, order.order_id)
        if ended is None:
            raise AssertionError("the subscription was written just now")
        return ended


async def _subscription_of(conn: AsyncConnection, order: OrderRow) -> SubscriptionRow | None:
    if order.quote.addition is None:
        return await find_subscription_of_order(conn, order.order_id)
    return await find_subscription(conn, order.quote.addition.subscription_id)


async def _unlocked(conn: AsyncConnection, order_id: UUID, unlocked_at: datetime) -> OrderRow:
    """The paid order with the unlock and the period that were noted first."""
    order = await find_order(conn, order_id)
    if order is None:
        raise NotFound
    if order.unlocked_at is not None:  # for good
        return order
    addition = order.quote.addition
    days = addition.days if addition else first_period(unlocked_at, order.quote.billing)
    noted = await record_unlock(conn, order_id, unlocked_at, days)
    if noted is None:
        noted = await find_order(conn, order_id)
    if noted is None or noted.state not in (OrderState.PAID, OrderState.FULFILLED):
        raise OrderNotPaid(metadata={"state": str(order.state)})
    return noted
