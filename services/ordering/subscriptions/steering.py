"""What a customer or an operator may ask of a subscription: cancel it, keep it after all, pay otherwise."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.kit.requests import Call, claim
from services.kit.wakes import renewal_wake
from services.ordering.daily import KEEPS, check_daily
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.states import SubscriptionEnd, SubscriptionState
from services.ordering.errors import PaidByAutomaticDebit, SubscriptionNotActive
from services.ordering.subscriptions import store
from services.ordering.subscriptions.ending import cancel
from services.ordering.subscriptions.events import subscription_event
from services.ordering.subscriptions.period_store import due_periods
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.subscriptions.standing import replan

_Change = Callable[[AsyncConnection, SubscriptionRow, datetime], Awaitable[bool]]
"""Changes a locked, running subscription; whether there was anything to change."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: the call, the subscription, whose it must be, and why an operator does so."""

    call: Call
    subscription_id: UUID
    owner: UUID | None
    entry: AuditEntry | None = None


class SubscriptionSteering:
    """CancelSubscription, KeepSubscription and ChangePaymentMethod."""

    def __init__(self, database: Database, clock: Clock, policy: OrderingPolicy) -> None:
        """Take the database, the clock and the policy."""
        self._database = database
        self._clock = clock
        self._policy = policy

    async def cancel(self, asked: Asked) -> SubscriptionRow:
        """Let a subscription end with what is paid; the first cancellation stays.

        Raises:
            NotFound: There is no such subscription, or it is another customer's.
            SubscriptionNotActive: It has ended.
        """

        async def change(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> bool:
            if subscription.end is not None:
                return False
            await cancel(conn, subscription, now)
            await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_CANCELLED, subscription), now)
            return True

        return await self._changed(asked, change)

    async def keep(self, asked: Asked) -> SubscriptionRow:
        """Take a cancellation back before the end: the next period begins with the first day that is not paid for.

        What was asked for, and closed by the cancellation, is asked for anew. How often a customer does so is limited.

        Raises:
            TooManyToday: The customer has done so as often in the last 24 hours as they may.
            NotFound: There is no such subscription, or it is another customer's.
            SubscriptionNotActive: It has ended, or ends because a period was not paid.
        """

        async def change(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> bool:
            end = subscription.end
            if end is None:
                return False
            if end.reason is not SubscriptionEnd.CANCELLED or now >= end.at:
                raise SubscriptionNotActive(metadata={"end": str(end.reason)})
            if asked.owner is not None:
                await check_daily(conn, KEEPS, subscription.account_id, self._policy.keeps_per_day, now)
            await store.write_end(conn, subscription.subscription_id, None)
            await store.insert_keep(conn, subscription, now)
            await replan(conn, subscription, self._policy.renewals, now)
            for each in await due_periods(conn, subscription.subscription_id):
                await outbox.wake(conn, renewal_wake(each.cause), now)
            await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_KEPT, subscription), now)
            return True

        return await self._changed(asked, change)

    async def change_method(self, asked: Asked, method: PaymentMethod) -> SubscriptionRow:
        """Pay otherwise, from the next measuring on: what is asked for already keeps its method.

        Raises:
            NotFound: There is no such subscription, or it is another customer's.
            SubscriptionNotActive: It has ended.
            PaidByAutomaticDebit: To automatic debit and from it payments leads, because there the mandate stands.
        """

        async def change(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> bool:  # noqa: ARG001
            if PaymentMethod.AUTOMATIC_DEBIT in {method, subscription.payment_method}:
                raise PaidByAutomaticDebit(metadata={"payment_method": str(subscription.payment_method)})
            await store.set_payment_method(conn, subscription.subscription_id, method)
            return True

        return await self._changed(asked, change)

    async def follow_debit(self, account_id: UUID, instead: PaymentMethod | None) -> bool:
        """Let an account's running subscription follow its mandate, from the next measuring on.

        Args:
            account_id: Whose.
            instead: How it is paid without a mandate; None while one stands.

        Returns:
            Whether it is paid otherwise now than before; False too where none runs.
        """
        async with self._database.transaction() as conn:
            newest = await store.find_subscription_of_account(conn, account_id)
            if newest is None:
                return False
            subscription = _found(await store.lock_subscription(conn, newest.subscription_id))
            by_debit = subscription.payment_method is PaymentMethod.AUTOMATIC_DEBIT
            if subscription.state is not SubscriptionState.ACTIVE or by_debit is (instead is None):
                return False
            method = PaymentMethod.AUTOMATIC_DEBIT if instead is None else instead
            await store.set_payment_method(conn, subscription.subscription_id, method)
            return True

    async def _changed(self, asked: Asked, change: _Change) -> SubscriptionRow:
        now = self._clock.now()
        async with self._database.transaction() as conn:
            first = await claim(conn, asked.call, asked.subscription_id)
            subscription = _found(await store.lock_subscription(conn, asked.subscription_id, asked.owner))
            if first is not None:
                return subscription
            if subscription.state is not SubscriptionState.ACTIVE:
                raise SubscriptionNotActive(metadata={"state": str(subscription.state)})
            if await change(conn, subscription, now) and asked.entry is not None:
                await audit.record(conn, asked.entry, now, account_id=subscription.account_id)
            return _found(await store.find_subscription(conn, asked.subscription_id))


def _found(subscription: SubscriptionRow | None) -> SubscriptionRow:
    if subscription is None:
        raise NotFound
    return subscription
