"""Decides what is due on a period and does it: the emails, and the answer what comes next.

Everything happens under the lock on the subscription's row, so that a repeated or concurrent call never sends an email
twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.ordering.domain.dates import due_now, look_again_at, reminder_name
from services.ordering.domain.dunning import notice_in_time
from services.ordering.domain.kinds import Billing
from services.ordering.domain.period_next import PeriodNext, Step, next_step
from services.ordering.domain.states import PeriodState, SubscriptionEnd, SubscriptionState
from services.ordering.orders.mails import PaymentHints
from services.ordering.reminders import PERIOD_REMINDERS
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.mails import PeriodMails
from services.ordering.subscriptions.rows import End, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.standing import Locked, locked


@dataclass(frozen=True, slots=True)
class Advanced:
    """A period after everything due was done.

    Attributes:
        wait: how long until the step's date by the service's clock.
        suspend_at: when it leads to a suspension; None once it has, and where it leads to none.
        sent: the reminder that was sent just now; empty where none was.
        reminders_over: whether none is to come any more.
        oldest_unpaid: number of the oldest period that waits for its money; 0 where none does.
    """

    state: PeriodState
    step: Step
    wait: timedelta | None
    subscription: SubscriptionRow
    skipped: Sequence[str]
    suspend_at: datetime | None
    sent: str
    reminders_over: bool
    oldest_unpaid: int


class AdvancingPeriods:
    """AdvancePeriod."""

    def __init__(self, database: Database, clock: Clock, mails: PeriodMails) -> None:
        """Take the database, the clock and what writes the emails."""
        self._database = database
        self._clock = clock
        self._mails = mails

    async def advance(
        self, period_id: UUID, recipient: common_pb2.Recipient, hints: PaymentHints, *, money_waiting: bool
    ) -> Advanced:
        """Send what is due and say what comes next.

        Args:
            period_id: The period.
            recipient: Who the emails go to.
            hints: How to pay, for their texts.
            money_waiting: Whether money that names the period waits for an operator: who has paid something is not
                told that nothing came.

        Raises:
            NotFound: There is no such period.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            step = next_step(found.standing, now)
            sent = ""
            writer = _Writer(conn, self._mails, found, recipient, hints, money_waiting, now)
            if found.carries:
                await writer.about_the_end()
            if found.period.state is PeriodState.DUE and step.next is not PeriodNext.CLOSE_DUE:
                await writer.about_the_renewal()
                sent = await writer.about_the_money()
            elif found.period.state is PeriodState.PAID and found.subscription.end is None:
                await writer.about_the_renewal()  # paid before anything was due on it, for example by account credit
            if step.next is not PeriodNext.NOT_OPEN:
                await period_store.set_next(conn, period_id, look_again_at(step.due_at, now))
            skipped = await PERIOD_REMINDERS.skipped(conn, period_id)
        wait = None if step.due_at is None else step.due_at - now
        over = all(each.due_at <= now for each in found.pending)
        oldest = found.unpaid[0].number if found.unpaid else 0
        return Advanced(
            found.period.state, step, wait, found.subscription, skipped, found.suspend_at, sent, over, oldest
        )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts into the outbox what is due; each email's key makes it one email."""

    conn: AsyncConnection
    mails: PeriodMails
    found: Locked
    recipient: common_pb2.Recipient
    hints: PaymentHints
    money_waiting: bool
    now: datetime

    async def about_the_renewal(self) -> None:
        """The notice of an annual renewal to a consumer."""
        period, subscription = self.found.period, self.found.subscription
        if period.asked is None or period.measured is None or self.recipient.erased:
            return
        consumer = period.measured.party.profile.consumer
        if subscription.billing is Billing.ANNUAL and consumer and period.notice_at is None:
            in_time = notice_in_time(self.now, period.days.first)
            await self._send(self.mails.notice(subscription, period, self.recipient, in_time=in_time))
            await period_store.set_notice(self.conn, period, self.now, in_time=in_time)

    async def about_the_money(self) -> str:
        """The reminder that is due, the suspension; which reminder was sent."""
        period, sent = self.found.period, ""
        if period.asked is None:
            return sent
        due, past = due_now(self.found.pending, self.now)
        if due is not None and self.money_waiting:
            past = [*past, due]
        elif due is not None:
            reminder = self.mails.reminder(self.found, due, self.recipient, self.hints, self.now)
            sent = reminder_name(due.days) if await self._send(reminder) else ""
            await PERIOD_REMINDERS.mark_sent(self.conn, period.period_id, due, self.now)
        await PERIOD_REMINDERS.mark_skipped(self.conn, period.period_id, past, self.now)
        if period.close_at is not None and self.found.subscription.state is SubscriptionState.ACTIVE:
            subscription = self.found.subscription
            await self._send(self.mails.suspended(subscription, period, self.recipient, self.hints, self.now))
            await self._about_newer(period)
        return sent

    async def _about_newer(self, period: PeriodRow) -> None:
        """Who pays a newer period while this one suspends sending is told that this one is still owed."""
        subscription = self.found.subscription
        if subscription.suspended_at is None or self.money_waiting or self.found.suspended_by is not None:
            return
        for newer in await period_store.periods_in(self.conn, subscription.subscription_id, [PeriodState.PAID]):
            paid_since = newer.ended_at is not None and newer.ended_at > subscription.suspended_at
            if newer.number > period.number and paid_since:
                await self._send(
                    self.mails.suspended(subscription, period, self.recipient, self.hints, self.now, newer)
                )

    async def about_the_end(self) -> None:
        """The confirmation of a cancellation, and later the end of the service."""
        subscription = self.found.subscription
        end = subscription.end
        if end is not None and end.is_announced:
            await self._send(self.mails.cancelled(subscription, end, self.recipient, await self._void(end)))
        erasing = end is not None and end.reason is SubscriptionEnd.ERASURE
        if subscription.state is SubscriptionState.CLOSING and not erasing:  # then nothing stays readable
            await self._send(self.mails.closing(subscription, self.recipient))

    async def _void(self, end: End) -> list[str]:
        """The numbers of the proformas that the end makes void: nobody should pay them any more."""
        states = [PeriodState.DUE, PeriodState.VOID]
        closed = await period_store.periods_in(self.conn, self.found.subscription.subscription_id, states)
        return [
            each.asked.proforma_number
            for each in closed
            if each.asked is not None
            and not end.owes(each.days)
            and (each.ended_at is None or each.ended_at >= end.decided_at)
        ]

    async def _send(self, mail: outbox.Mail) -> bool:
        return await outbox.mail(self.conn, mail, self.now)
