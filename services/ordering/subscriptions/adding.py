"""Decides whether an annual contract can be added to, for which days, and what joins it.

An addition must be paid or have expired before the renewal is measured, which would miss it: so its order expires at
the latest as that day begins, and while money on its way keeps it open longer, the measuring waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.calendar import Period, rome_date, start_of_day
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.wakes import order_wake, renewal_wake
from services.ordering import errors
from services.ordering.domain.additions import Addition, Share, shares
from services.ordering.domain.items import merged, without
from services.ordering.domain.kinds import Billing
from services.ordering.domain.states import OrderState, SubscriptionState
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import note_cancel_request
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.tables import orders

_UNSETTLED = (OrderState.OPEN, OrderState.PAID)


@dataclass(frozen=True, slots=True)
class Addable:
    """A contract that can be added to.

    Attributes:
        shares: the days that are paid for from today on, term by term.
        hold_until: when an order that adds to it expires at the latest.
    """

    subscription_id: UUID
    shares: Sequence[Share]
    hold_until: datetime

    @property
    def addition(self) -> Addition:
        """What a quote adds to."""
        return Addition(self.subscription_id, Period(self.shares[0].days.first, self.shares[-1].days.last))


async def annual_contract(conn: AsyncConnection, account_id: UUID) -> SubscriptionRow | None:
    """The account's annual contract whose service has not ended; None where it has none."""
    found = await store.find_subscription_of_account(conn, account_id)
    runs = found is not None and found.state is SubscriptionState.ACTIVE and found.billing is Billing.ANNUAL
    return found if runs else None


async def addable(conn: AsyncConnection, account_id: UUID, now: datetime) -> Addable | None:
    """The account's annual contract, locked, if it can be added to now; None where it has none.

    Raises:
        ContractEnds: It was cancelled.
        RenewalNotPaid: Its renewal is asked for, or sending suspended.
        RenewalNear: Its renewal is measured today, or should have been.
    """
    found = await annual_contract(conn, account_id)
    contract = await store.lock_subscription(conn, found.subscription_id) if found else None
    if contract is None or contract.state is not SubscriptionState.ACTIVE:
        return None
    if contract.end is not None:
        raise errors.ContractEnds
    if contract.suspended_at is not None or await period_store.due_periods(conn, contract.subscription_id):
        raise errors.RenewalNotPaid
    measure_at = (await period_store.next_period(conn, contract.subscription_id)).measure_at
    if measure_at is None:
        raise AssertionError("a scheduled period knows when it is measured")
    hold = start_of_day(rome_date(measure_at))
    parts = shares(await period_store.paid_terms(conn, contract.subscription_id), rome_date(now))
    if now >= hold or not parts:
        raise errors.RenewalNear
    return Addable(contract.subscription_id, parts, hold)


async def join(conn: AsyncConnection, order: OrderRow, addition: Addition, now: datetime) -> None:
    """Let a fulfilled addition join its contract, with which it is renewed.

    A contract whose service has ended meanwhile has nothing to renew.
    """
    contract = await store.lock_subscription(conn, addition.subscription_id)
    if contract is None:
        raise AssertionError("an addition has its contract")
    if contract.state is SubscriptionState.ACTIVE:
        await store.set_items(conn, contract.subscription_id, merged([*contract.items, *order.quote.items]))
        ids = {"subscription_id": contract.subscription_id, "order_id": order.order_id}
        event = Event(EventType.SUBSCRIPTION_EXTENDED, contract.account_id, ids, state=contract.state)
        await events.tell(conn, event, now)
    await wake_measuring(conn, addition.subscription_id, now)


async def remove_addition(conn: AsyncConnection, order: OrderRow, addition: Addition) -> None:
    """Take a withdrawn addition out of its contract, which goes on without it."""
    contract = await store.lock_subscription(conn, addition.subscription_id)
    if contract is not None and contract.state is SubscriptionState.ACTIVE:
        await store.set_items(conn, contract.subscription_id, without(contract.items, order.quote.items))


async def cancel_open(conn: AsyncConnection, subscription_id: UUID, now: datetime) -> None:
    """Ask for the cancellation of the orders that wait for their money to add to a contract which ends."""
    waiting = select(orders.c.id).where(orders.c.subscription_id == subscription_id, orders.c.state == OrderState.OPEN)
    for order_id in (await conn.scalars(waiting)).all():
        await note_cancel_request(conn, order_id, now)
        await outbox.wake(conn, order_wake(order_id), now)


async def wake_measuring(conn: AsyncConnection, subscription_id: UUID, now: datetime) -> None:
    """Wake the renewal that may have waited for an addition to be decided, or for a proof of business."""
    scheduled = await period_store.scheduled_period(conn, subscription_id)
    if scheduled is not None:
        await outbox.wake(conn, renewal_wake(scheduled.cause), now)


async def is_undecided(conn: AsyncConnection, subscription_id: UUID) -> bool:
    """Whether an addition to a contract waits for its money, or is paid and has not joined it yet."""
    unsettled = exists().where(orders.c.subscription_id == subscription_id, orders.c.state.in_(_UNSETTLED))
    return bool((await conn.execute(select(unsettled))).scalar())
