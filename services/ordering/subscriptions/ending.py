"""Decides how a subscription ends: with what is paid, by a cancellation or because a period was not paid; at once, by a
withdrawal or an erasure; or, terminated because a payment was taken back, as soon as no other payment covers the day.

The newest period, which waits for its measuring, carries the subscription to its end; of a monthly contract it then
asks for what was used above the prepaid. A withdrawal carries its own, and takes over one that closes already; an
erasure changes the moment, not the carrier.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.causes import PeriodCause
from services.kit.event_types import EventType
from services.kit.wakes import money_news, renewal_wake
from services.ordering.domain.dunning import ends_at, purge_at
from services.ordering.domain.period_next import is_closing_time
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import PeriodState, SubscriptionEnd, SubscriptionState
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import cancel_open
from services.ordering.subscriptions.events import period_event, subscription_event
from services.ordering.subscriptions.rows import End, SubscriptionRow
from services.ordering.subscriptions.standing import Locked, replan, unpaid_of


async def cancel(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> None:
    """Let a locked subscription that goes on end with what is paid.

    What waits for its money is closed without it, unless all its days were served: that stays owed.
    """
    carrier = (await period_store.next_period(conn, subscription.subscription_id)).cause
    end = End(SubscriptionEnd.CANCELLED, now, ends_at(subscription.paid.last, now), carrier.number)
    await store.write_end(conn, subscription.subscription_id, end)
    await _wake_open(conn, subscription.subscription_id, now, carrier)


async def terminate(conn: AsyncConnection, subscription: SubscriptionRow, at: datetime, now: datetime) -> None:
    """Let a locked, running subscription end at a moment because a payment for it was taken back for good.

    What waits for its money is closed as by a cancellation, and so are open orders that would add to it.
    """
    carrier = await _carrier(conn, subscription)
    end = End(SubscriptionEnd.TERMINATED, now, at, carrier.number)
    await store.write_end(conn, subscription.subscription_id, end)
    await _wake_open(conn, subscription.subscription_id, now, carrier)
    await cancel_open(conn, subscription.subscription_id, now)
    if subscription.end is None:
        await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_CANCELLED, subscription), now)


async def erase(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> None:
    """End a locked subscription at once because its account is erased, whatever of it is paid, or still owed.

    What waits for its money is closed by its renewal; a payment that wins there is served.
    """
    end = subscription.end
    if end is not None and end.at <= now and not end.reason.leaves_debts:
        return
    carrier = await _carrier(conn, subscription)
    at = now if end is None else min(end.at, now)
    at_once = End(SubscriptionEnd.ERASURE, now, at, carrier.number)
    await store.write_end(conn, subscription.subscription_id, at_once, subscription.state)
    if subscription.state is SubscriptionState.CLOSING:
        await void_scheduled(conn, subscription.subscription_id, now)
        await _wake_open(conn, subscription.subscription_id, now)
        return
    await _wake_open(conn, subscription.subscription_id, now, carrier)
    await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_CANCELLED, subscription), now)


async def close_period(conn: AsyncConnection, found: Locked, policy: RenewalPolicy, now: datetime) -> None:
    """Write that a locked period was closed without money.

    One that was not paid in time is unpaid, and the oldest of them ends its subscription. One of a cancelled
    subscription is void, unless all its days were served; so is one whose cancellation was taken back meanwhile, and
    its days are asked for anew.
    """
    subscription, period, end = found.subscription, found.period, found.subscription.end
    if end is not None and not end.owes(period.days):
        await period_store.end(conn, period, PeriodState.VOID, now)
        return
    closing = is_closing_time(unpaid_of(found.unpaid, end), now)
    if end is None and not closing:
        await period_store.end(conn, period, PeriodState.VOID, now)
        await replan(conn, subscription, policy, now)
        return
    unpaid = await period_store.end(conn, period, PeriodState.UNPAID, now)
    await events.tell(conn, period_event(EventType.PERIOD_UNPAID, unpaid), now)
    is_active = subscription.state is SubscriptionState.ACTIVE
    if is_active and closing and found.unpaid[0].period_id == period.period_id:
        await _end_for_want_of_money(conn, found, now)


async def withdraw(conn: AsyncConnection, subscription: SubscriptionRow, policy: RenewalPolicy, now: datetime) -> None:
    """End a locked, running subscription at once because the consumer withdrew; its closing days begin.

    The period that waits for its measuring is void; what waits for its money is closed by its renewal, and a payment
    that wins there is refunded by the withdrawal.
    """
    await store.write_end(conn, subscription.subscription_id, End(SubscriptionEnd.WITHDRAWN, now, now, None))
    await store.begin_closing(conn, subscription.subscription_id, now, purge_at(now, policy))
    await void_scheduled(conn, subscription.subscription_id, now)
    await _wake_open(conn, subscription.subscription_id, now)
    await _tell_of_closing(conn, subscription.subscription_id, now)


async def withdraw_closing(conn: AsyncConnection, subscription: SubscriptionRow, now: datetime) -> None:
    """Waive what a locked subscription still asks for whose service had ended before the consumer withdrew.

    Its last period is void, like what waits in a contract that a withdrawal itself ends. Its closing days stay, and its
    withdrawal carries it from now on: the period that did is over with its own money.
    """
    end = subscription.end
    if end is None or end.number is None or not end.reason.leaves_debts:
        return
    carrier = await period_store.find_period(conn, PeriodCause(subscription.subscription_id, end.number).key)
    withdrawn = End(SubscriptionEnd.WITHDRAWN, now, end.at, None)
    await store.write_end(conn, subscription.subscription_id, withdrawn, SubscriptionState.CLOSING)
    await void_scheduled(conn, subscription.subscription_id, now)
    await _wake_open(conn, subscription.subscription_id, now)
    if carrier is not None and carrier.is_done:
        await period_store.set_next(conn, carrier.period_id, None)
        await outbox.wake(conn, renewal_wake(carrier.cause), now)


def is_over(found: Locked, now: datetime) -> bool:
    """Whether the service of the subscription that a period carries has come to its end."""
    end = found.subscription.end
    active = found.subscription.state is SubscriptionState.ACTIVE
    return active and end is not None and found.carries and now >= end.at and _all_owed(found, end)


async def end_service(conn: AsyncConnection, found: Locked, policy: RenewalPolicy, now: datetime) -> None:
    """Write that the service of a locked subscription has ended; its closing days begin.

    The period that carried it is measured for the last time where use above the prepaid may be owed.
    """
    subscription, period = found.subscription, found.period
    until = purge_at(now, policy)
    await store.begin_closing(conn, subscription.subscription_id, now, until)
    if period.state is PeriodState.SCHEDULED and not subscription.owes_use:
        await period_store.end(conn, period, PeriodState.VOID, now)
    await period_store.set_next(conn, period.period_id, now)
    await _tell_of_closing(conn, subscription.subscription_id, now)


async def void_scheduled(conn: AsyncConnection, subscription_id: UUID, now: datetime) -> None:
    """Write that the period that waits for its measuring is not measured any more, if there is one."""
    scheduled = await period_store.scheduled_period(conn, subscription_id)
    if scheduled is not None:
        await period_store.end(conn, scheduled, PeriodState.VOID, now)
        await outbox.wake(conn, renewal_wake(scheduled.cause), now)


async def _carrier(conn: AsyncConnection, subscription: SubscriptionRow) -> PeriodCause:
    """The period that carries a locked subscription to its end, or would."""
    end = subscription.end
    if end is None:
        return (await period_store.next_period(conn, subscription.subscription_id)).cause
    if end.number is None:
        raise AssertionError("a subscription from which the consumer withdrew does not run")
    return PeriodCause(subscription.subscription_id, end.number)


def _all_owed(found: Locked, end: End) -> bool:
    """Whether nothing waits for its money that is closed before the end, where a payment may still win."""
    return all(end.owes(each.days) for each in found.unpaid)


async def _wake_open(conn: AsyncConnection, subscription_id: UUID, now: datetime, *carrier: PeriodCause) -> None:
    """Have the renewals look at once that wait for money, or carry the subscription to its end."""
    for cause in [*(each.cause for each in await period_store.due_periods(conn, subscription_id)), *carrier]:
        await period_store.set_next(conn, cause.key, now)
        await outbox.wake(conn, renewal_wake(cause), now)


async def _tell_of_closing(conn: AsyncConnection, subscription_id: UUID, now: datetime) -> None:
    closing = await store.find_subscription(conn, subscription_id)
    if closing is not None:
        await events.tell(conn, subscription_event(EventType.SUBSCRIPTION_CLOSING, closing), now)
        if closing.terminated_for is not None:
            await outbox.wake(conn, money_news(closing.terminated_for), now)


async def _end_for_want_of_money(conn: AsyncConnection, found: Locked, now: datetime) -> None:
    subscription = found.subscription
    carrier = (await period_store.next_period(conn, subscription.subscription_id)).cause
    end = End(SubscriptionEnd.UNPAID, now, ends_at(subscription.paid.last, now), carrier.number)
    await store.write_end(conn, subscription.subscription_id, end)
    await _wake_open(conn, subscription.subscription_id, now, carrier)
