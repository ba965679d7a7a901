"""Decides what a paid and unlocked order becomes: the subscription with its first period.

Nothing wakes the subscription's renewal yet; its rows are all that a renewal needs: anchor day, period, items.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import derive
from services.ordering.domain.dates import first_period
from services.ordering.domain.states import OrderState
from services.ordering.errors import OrderNotPaid
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, fulfil
from services.ordering.orders.subscription_store import (
    SubscriptionRow,
    find_subscription,
    find_subscription_of,
    insert_subscription,
)


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What the unlock and the invoice left: the invoice's id and the time of the unlock."""

    order_id: UUID
    invoice_id: UUID
    unlocked_at: datetime


class Fulfilling:
    """FulfilOrder and GetSubscription."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database and the clock."""
        self._database = database
        self._clock = clock

    async def fulfil(self, wanted: Fulfilment) -> tuple[OrderRow, SubscriptionRow]:
        """Complete a paid order; a repetition gets the first subscription.

        Raises:
            NotFound: There is no such order.
            OrderNotPaid: It is not paid.
        """
        async with self._database.transaction() as conn:
            order = await fulfil(conn, wanted.order_id, wanted.invoice_id, wanted.unlocked_at, self._clock.now())
            if order is not None:
                subscription_id = derive("subscription", str(order.order_id))
                period = first_period(wanted.unlocked_at, order.quote.billing)
                return order, await insert_subscription(conn, subscription_id, order, period)
            order = await find_order(conn, wanted.order_id)
            if order is None:
                raise NotFound
            if order.state is not OrderState.FULFILLED:
                raise OrderNotPaid(metadata={"state": str(order.state)})
            subscription = await find_subscription_of(conn, order.order_id)
        if subscription is None:
            raise AssertionError("a fulfilled order has its subscription")
        return order, subscription

    async def subscription(self, account_id: UUID) -> SubscriptionRow:
        """An account's subscription: the one that runs, else the newest.

        Raises:
            NotFound: It has none.
        """
        async with self._database.reading() as conn:
            found = await find_subscription(conn, account_id)
        if found is None:
            raise NotFound("the account has no subscription")
        return found
