"""Decides what ends because its payment was taken back for good, and whether what a payment paid for has ended.

A contract ends as the first day begins that no other payment pays for. An addition to an annual contract ends alone, as
long as the contract's renewal was not asked for with it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import audit, outbox
from services.kit.audit import AuditEntry
from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.requests import Call, claim
from services.ordering.domain.dunning import paid_without
from services.ordering.domain.items import Item
from services.ordering.domain.states import OrderState, PeriodState, SubscriptionEnd, SubscriptionState
from services.ordering.errors import AdditionRenewed, OrderNotFulfilled, SubscriptionNotActive
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, lock_order, note_termination
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import remove_addition
from services.ordering.subscriptions.ending import terminate
from services.ordering.subscriptions.mails import PeriodMails
from services.ordering.subscriptions.rows import SubscriptionRow
from services.ordering.withdrawn import is_withdrawn

_PAID = (PeriodState.PREPAID, PeriodState.PAID)
_RENEWING = (PeriodState.DUE, PeriodState.PAID)
_NEVER_SERVED = (OrderState.EXPIRED, OrderState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Terminated:
    """What is to be ended: by what it was paid, who is told of it, and which operator wants it why.

    `money_entry_id` is the money entry whose workflow is told of a contract's end; None where none waits for that.
    """

    cause: Cause
    recipient: common_pb2.Recipient
    entry: AuditEntry
    money_entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class ServiceEnd:
    """The end of the service that an order or a period paid for.

    Attributes:
        ended: whether it has ended; so too where none began.
        ends_at: when it ended or ends, as far as that is decided.
        ending: whether that moment has come, and the renewal is carrying the end out.
        would_end_at: when a termination would end it; None where there is nothing for it to change.
        addition: whether it was added to an annual contract, which goes on without it.
        renewed: whether the contract's renewal was asked for with the addition.
        order_id: the addition's order.
        take_back: the places of an addition that was terminated.
    """

    account_id: UUID
    ended: bool
    ends_at: datetime | None = None
    ending: bool = False
    would_end_at: datetime | None = None
    addition: bool = False
    renewed: bool = False
    order_id: UUID | None = None
    take_back: tuple[Item, ...] = ()


class Terminating:
    """TerminateService and GetServiceEnd."""

    def __init__(self, database: Database, clock: Clock, mails: PeriodMails) -> None:
        """Take the database, the clock and what writes the emails."""
        self._database = database
        self._clock = clock
        self._mails = mails

    async def read(self, cause: Cause) -> ServiceEnd:
        """How the service stands that an order or a period paid for.

        Raises:
            NotFound: There is no such order or period.
        """
        async with self._database.reading() as conn:
            return await _standing(conn, cause, self._clock.now())

    async def terminate(self, call: Call, wanted: Terminated) -> ServiceEnd:
        """End what a payment paid for that was taken back; a repeated call changes nothing.

        Raises:
            NotFound: There is no such order or period.
            OrderNotFulfilled: Nothing of it has begun yet.
            SubscriptionNotActive: It has ended, or ends no later already.
            AdditionRenewed: The contract's renewal was asked for with the addition.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, wanted.cause.key) is None:
                await self._end(conn, wanted, now)
            return await _standing(conn, wanted.cause, now)

    async def _end(self, conn: AsyncConnection, wanted: Terminated, now: datetime) -> None:
        cause = wanted.cause
        if isinstance(cause, OrderCause):
            await lock_order(conn, cause.order_id)
        contract = await _contract(conn, cause)
        if contract is not None:
            await store.lock_subscription(conn, contract.subscription_id)
        standing, contract = await _standing(conn, cause, now), await _contract(conn, cause)
        if standing.renewed:
            raise AdditionRenewed
        if not standing.ended and standing.ends_at is None and standing.would_end_at is None:
            raise OrderNotFulfilled
        if contract is None or standing.would_end_at is None:
            raise SubscriptionNotActive
        if standing.addition:
            await self._end_addition(conn, await _order(conn, cause), wanted.recipient, now)
        else:
            await terminate(conn, contract, standing.would_end_at, now)
            if wanted.money_entry_id is not None:
                await store.note_terminated_for(conn, contract.subscription_id, wanted.money_entry_id)
        await audit.record(conn, wanted.entry, now, account_id=standing.account_id)

    async def _end_addition(
        self, conn: AsyncConnection, order: OrderRow, recipient: common_pb2.Recipient, now: datetime
    ) -> None:
        if order.quote.addition is None:
            raise AssertionError("an addition says to what it adds")
        await remove_addition(conn, order, order.quote.addition)
        await note_termination(conn, order.order_id, now)
        await outbox.mail(conn, self._mails.addition_ended(order, recipient), now)


async def _standing(conn: AsyncConnection, cause: Cause, now: datetime) -> ServiceEnd:
    contract = await _contract(conn, cause)
    if isinstance(cause, OrderCause):
        order = await _order(conn, cause)
        if order.state in _NEVER_SERVED:
            return ServiceEnd(order.account_id, ended=True)
        if order.state is not OrderState.FULFILLED:
            return ServiceEnd(order.account_id, ended=False)
        if order.quote.addition is not None and contract is not None:
            return await _of_addition(conn, order, contract, now)
    if contract is None:
        raise AssertionError("a fulfilled order and a period have their contract")
    if contract.state is not SubscriptionState.ACTIVE:
        return ServiceEnd(contract.account_id, ended=True, ends_at=contract.end.at if contract.end else None)
    return await _of_running(conn, cause, contract, now)


async def _of_running(conn: AsyncConnection, cause: Cause, contract: SubscriptionRow, now: datetime) -> ServiceEnd:
    """A contract whose service goes on: its end, if that is decided, and the one that a termination would give it."""
    paid = await period_store.periods_in(conn, contract.subscription_id, _PAID)
    others = [each.days for each in paid if cause.key not in {each.period_id, each.order_id}]
    end, at = contract.end, paid_without(others, now)
    stands = end is not None and end.at <= at and end.reason is not SubscriptionEnd.CANCELLED
    if end is None:
        return ServiceEnd(contract.account_id, ended=False, would_end_at=at)
    would = None if stands or end.at <= now else min(at, end.at)
    return ServiceEnd(contract.account_id, ended=False, ends_at=end.at, ending=end.at <= now, would_end_at=would)


async def _of_addition(conn: AsyncConnection, order: OrderRow, contract: SubscriptionRow, now: datetime) -> ServiceEnd:
    ends_at = contract.end.at if contract.end else None
    runs = contract.state is SubscriptionState.ACTIVE
    if order.terminated_at is not None:
        return ServiceEnd(
            order.account_id, ended=True, ends_at=order.terminated_at, addition=True, order_id=order.order_id,
            take_back=order.quote.items if runs else (),
        )  # fmt: skip
    if not runs or await is_withdrawn(conn, order.order_id):
        return ServiceEnd(order.account_id, ended=True, ends_at=None if runs else ends_at, addition=True)
    asked = await period_store.periods_in(conn, contract.subscription_id, _RENEWING)
    renewed = any(each.measured and order.fulfilled_at and each.measured.at > order.fulfilled_at for each in asked)
    ending = ends_at is not None and ends_at <= now
    would = None if renewed or ending else now
    return ServiceEnd(
        order.account_id, ended=False, ends_at=ends_at, ending=ending, would_end_at=would, addition=True,
        renewed=renewed,
    )  # fmt: skip


async def _contract(conn: AsyncConnection, cause: Cause) -> SubscriptionRow | None:
    """The contract for which something was paid; None where the order has not made it yet.

    Raises:
        NotFound: There is no such order or period.
    """
    if isinstance(cause, PeriodCause):
        if await period_store.find_period(conn, cause.key) is None:
            raise NotFound
        return await store.find_subscription(conn, cause.subscription_id)
    order = await _order(conn, cause)
    if order.quote.addition is not None:
        return await store.find_subscription(conn, order.quote.addition.subscription_id)
    return await store.find_subscription_of_order(conn, order.order_id)


async def _order(conn: AsyncConnection, cause: Cause) -> OrderRow:
    order = await find_order(conn, cause.key)
    if order is None:
        raise NotFound
    return order
