"""Decides how an order goes on after it was placed: cancellation, proforma, what is due, its end, its fulfilment.

Payments decides whether an order was paid; ordering follows and keeps the first outcome that it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.kit.wakes import order_wake, trial_wake, withdrawal_wake
from services.ordering.domain.dates import expiry, next_due, reminders
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.states import OrderEmail, OrderState
from services.ordering.errors import OrderNotEnded, OrderNotOpen, TaxStillOpen
from services.ordering.orders import store
from services.ordering.orders.events import order_event
from services.ordering.orders.mails import Mails
from services.ordering.orders.rows import OrderRow
from services.ordering.reminders import ORDER_REMINDERS
from services.ordering.subscriptions.adding import wake_measuring
from services.ordering.withdrawn import withdrawal_of
from workflows.names import WITHDRAWAL_CHANGED


@dataclass(frozen=True, slots=True)
class Ending:
    """How an order ended; `available_on` is the day on which the money was available, with PAID only."""

    order_id: UUID
    outcome: OrderState
    available_on: date | None


class Orders:
    """Orders after their placing."""

    def __init__(self, database: Database, clock: Clock, policy: OrderingPolicy, mails: Mails) -> None:
        """Take the database, the clock, the policy and what writes the emails."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._mails = mails

    async def get(self, order_id: UUID, owner: UUID | None) -> OrderRow:
        """An order; with an owner only that account's.

        Raises:
            NotFound: There is none, or it is another customer's.
        """
        async with self._database.reading() as conn:
            return _found(await store.find_order(conn, order_id, owner))

    async def list(self, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[OrderRow]:
        """An account's orders, newest first, from the one after `after`."""
        async with self._database.reading() as conn:
            return await store.list_orders(conn, account_id, after=after, limit=limit)

    async def ask_cancellation(
        self, call: Call, order_id: UUID, owner: UUID | None, entry: AuditEntry | None
    ) -> OrderRow:
        """Note that an open order is to be cancelled and wake its workflow, which asks payments.

        What is noted already stays as it is: whoever asks again and again while a payment is processing wakes nobody.

        Raises:
            NotFound: There is no such order, or it is another customer's.
            OrderNotOpen: It has ended.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, order_id)
            order = _found(await store.find_order(conn, order_id, owner))
            if first is not None:
                return order
            noted = await store.note_cancel_request(conn, order_id, now)
            if noted is None:
                order = _found(await store.find_order(conn, order_id, owner))
                if order.state is not OrderState.OPEN:
                    raise OrderNotOpen(metadata={"state": str(order.state)})
                return order
            if entry is not None:
                await audit.record(conn, entry, now, account_id=order.account_id)
            await outbox.wake(conn, order_wake(order_id), now)
        return noted

    async def record_proforma(self, order_id: UUID, proforma: store.Proforma) -> OrderRow:
        """Write an order's proforma; expiry and reminders count from now. A repetition changes nothing.

        Raises:
            NotFound: There is no such order.
            TaxStillOpen: Its tax is not settled.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            order = _found(await store.find_order(conn, order_id))
            if order.tax_settled_at is None:
                raise TaxStillOpen
            expires_at = expiry(now, order.payment_method, order.hold_until, self._policy)
            planned = reminders(now, expires_at, self._policy)
            _, next_at = next_due(planned, expires_at, now)
            written = await store.record_proforma(conn, order_id, proforma, now, expires_at, next_at)
            if written is not None:
                await ORDER_REMINDERS.insert(conn, order_id, planned)
                return written
            return _found(await store.find_order(conn, order_id))

    async def end(self, ending: Ending) -> OrderRow:
        """Write how an order ended, as payments decided it, and wake the trial. The first outcome stays."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            ended = await store.end(conn, ending.order_id, ending.outcome, ending.available_on, now)
            if ended is None:
                return _found(await store.find_order(conn, ending.order_id))
            if ended.quote.addition is None:
                await outbox.wake(conn, trial_wake(ended.account_id), now)
            withdrawn = await withdrawal_of(conn, ended.order_id) if ended.cancel_requested_at is not None else None
            if withdrawn is not None:
                await outbox.wake(conn, withdrawal_wake(withdrawn, WITHDRAWAL_CHANGED), now)
            await events.tell(conn, order_event(ended), now)
            if ended.quote.addition is not None:
                await wake_measuring(conn, ended.quote.addition.subscription_id, now)
        return ended

    async def send(
        self, order_id: UUID, email: OrderEmail, recipient: common_pb2.Recipient, held: Sequence[Money]
    ) -> None:
        """Write one of the order's emails: once a kind. After the news of its end nothing more is to be done.

        Args:
            order_id: The order.
            email: Which.
            recipient: To whom.
            held: Money that names the order and waits for an operator, for the news of its end.

        Raises:
            OrderNotEnded: The email tells of an end that has not happened.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            order = _found(await store.lock_order(conn, order_id))
            wanted = _TELLS_OF.get(email)
            if wanted is not None and order.state is not wanted:
                raise OrderNotEnded(metadata={"state": str(order.state)})
            if email is OrderEmail.TAX_OPEN and (order.tax_settled_at or order.ended_at):
                return  # no news any more
            await outbox.mail(conn, self._mails.of_order(order, email, recipient, held), now)
            if wanted is not None:
                await store.set_next(conn, order_id, None)


_TELLS_OF = {
    OrderEmail.EXPIRED: OrderState.EXPIRED,
    OrderEmail.CANCELLED: OrderState.CANCELLED,
    OrderEmail.REFUSED: OrderState.CANCELLED,
}


def _found(order: OrderRow | None) -> OrderRow:
    if order is None:
        raise NotFound
    return order
