"""Decides what is due on an open order and does it: at most one reminder, and the answer what comes next.

Everything happens on the order's locked row, so that a repeated or concurrent call never sends a reminder twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.ordering.domain.dates import PROFORMA_WAIT, due_now, look_again_at, next_due, reminder_name
from services.ordering.domain.states import OrderState
from services.ordering.orders import store
from services.ordering.orders.mails import Mails, PaymentHints
from services.ordering.reminders import ORDER_REMINDERS


class Next(StrEnum):
    """What comes next on an order."""

    WAIT = "wait"
    EXPIRY_DUE = "expiry_due"
    CANCEL_REQUESTED = "cancel_requested"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class Advanced:
    """An order after everything due was done.

    Attributes:
        due: what is due next, with WAIT, for example `reminder_7_days`, `expiry`, `proforma`.
        due_at: when; with WAIT.
        wait: how long until then by the service's clock; with WAIT.
        skipped: the reminders that came due and were not sent, whenever that was; with WAIT.
        expires_at: when the order expires unpaid; with WAIT, once the proforma is known.
        sent: the reminder that was sent just now; empty where none was.
        facts_wanted: a reminder is due and nobody has said to whom it goes: nothing was done.
    """

    state: OrderState
    next: Next
    due: str = ""
    due_at: datetime | None = None
    wait: timedelta | None = None
    skipped: tuple[str, ...] = ()
    expires_at: datetime | None = None
    sent: str = ""
    facts_wanted: bool = False


class Advancing:
    """AdvanceOrder."""

    def __init__(self, database: Database, clock: Clock, mails: Mails) -> None:
        """Take the database, the clock and what writes the emails."""
        self._database = database
        self._clock = clock
        self._mails = mails

    async def advance(
        self, order_id: UUID, recipient: common_pb2.Recipient | None, hints: PaymentHints, *, money_waiting: bool
    ) -> Advanced:
        """Send the reminder that is due, skip those that are past, and say what comes next.

        Args:
            order_id: the order.
            recipient: who a reminder goes to; None where that was not read yet, since mostly none is due.
            hints: how to pay, for the reminder's text.
            money_waiting: whether money that names the order waits for an operator: who has paid something is not told
                that nothing came, so what is due is skipped.

        Raises:
            NotFound: There is no such order.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            order = await store.lock_order(conn, order_id)
            if order is None:
                raise NotFound
            if order.state is not OrderState.OPEN:
                return Advanced(order.state, Next.NOT_OPEN)
            if order.cancel_requested_at is not None:
                await store.set_next(conn, order_id, look_again_at(None, now))
                return Advanced(order.state, Next.CANCEL_REQUESTED)
            if order.expires_at is None:
                return Advanced(order.state, Next.WAIT, "proforma", now + PROFORMA_WAIT, PROFORMA_WAIT)
            if now >= order.expires_at:
                await store.set_next(conn, order_id, look_again_at(None, now))
                return Advanced(order.state, Next.EXPIRY_DUE)
            pending = await ORDER_REMINDERS.pending(conn, order_id)
            due, past = due_now(pending, now)
            sent = ""
            if due is not None and recipient is None:
                return Advanced(order.state, Next.WAIT, facts_wanted=True)
            if due is not None and money_waiting:
                past = [*past, due]
            elif due is not None and recipient is not None:
                if await outbox.mail(conn, self._mails.reminder(order, due, recipient, hints), now):
                    sent = reminder_name(due.days)
                await ORDER_REMINDERS.mark_sent(conn, order_id, due, now)
            await ORDER_REMINDERS.mark_skipped(conn, order_id, past, now)
            what, due_at = next_due(pending, order.expires_at, now)
            await store.set_next(conn, order_id, due_at)
            skipped = await ORDER_REMINDERS.skipped(conn, order_id)
            return Advanced(order.state, Next.WAIT, what, due_at, due_at - now, skipped, order.expires_at, sent)
