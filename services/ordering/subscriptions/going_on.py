"""Decides how a measured period goes on: proforma, suspension, its end, its invoice.

Payments decides whether a period was paid; ordering follows and keeps the first outcome that it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.ordering.domain.dates import look_again_at
from services.ordering.domain.dunning import Dunning, carried, close_at, dunning, last_moment
from services.ordering.domain.period_next import PeriodNext, next_step
from services.ordering.domain.periods import confirms_contract
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.errors import PeriodNotDue, PeriodNotPaid, SuspensionNotDue
from services.ordering.orders.store import Proforma
from services.ordering.reminders import PERIOD_REMINDERS
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.ending import close_period, end_service, is_over
from services.ordering.subscriptions.events import period_event
from services.ordering.subscriptions.rows import End, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.standing import Locked, locked, suspending, wake_beside

_RESUMING = (PeriodState.PAID, PeriodState.VOID)
"""What a period is that no longer keeps a suspension up."""


@dataclass(frozen=True, slots=True)
class Both:
    """A period with its subscription; `resume_due` tells whether sending must be resumed now.

    `suspended_by` is the older period that has suspended sending, where it was read with it.
    """

    period: PeriodRow
    subscription: SubscriptionRow
    resume_due: bool = False
    suspended_by: PeriodRow | None = None

    @property
    def confirms_contract(self) -> bool:
        """Whether its payment ends the lower ceiling of a new monthly contract."""
        return self.period.state is PeriodState.PAID and confirms_contract(self.subscription.billing, self.period.days)


class Periods:
    """Periods after their measuring."""

    def __init__(self, database: Database, clock: Clock, policy: RenewalPolicy) -> None:
        """Take the database, the clock and the policy."""
        self._database = database
        self._clock = clock
        self._policy = policy

    async def get(self, period_id: UUID, owner: UUID | None) -> Both:
        """A period; with an owner only that account's.

        Raises:
            NotFound: There is none, or it is another customer's.
        """
        async with self._database.reading() as conn:
            found = await read(conn, period_id, owner)
            unpaid = await period_store.due_periods(conn, found.subscription.subscription_id)
            return replace(found, suspended_by=suspending(found.subscription, unpaid, found.period))

    async def list(
        self, subscription_id: UUID, owner: UUID | None, *, after: int | None, limit: int
    ) -> tuple[SubscriptionRow, Sequence[PeriodRow]]:
        """A subscription's periods, newest first, from the one after `after`.

        Raises:
            NotFound: There is no such subscription, or it is another customer's.
        """
        async with self._database.reading() as conn:
            subscription = await store.find_subscription(conn, subscription_id, owner)
            if subscription is None:
                raise NotFound
            return subscription, await period_store.list_periods(conn, subscription_id, after=after, limit=limit)

    async def record_proforma(self, period_id: UUID, proforma: Proforma) -> Both:
        """Write a due period's proforma; its dates count from now. A repetition changes nothing.

        Days that were asked for before a cancellation which was taken back keep their dates, and what was said of them.

        Raises:
            PeriodNotDue: It is not measured, or has ended without a proforma.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            if found.period.asked is not None:
                return Both(found.period, found.subscription)
            if found.period.state is not PeriodState.DUE:
                raise PeriodNotDue(metadata={"state": str(found.period.state)})
            dates = dunning(now, found.subscription.billing, found.period.days.first, self._policy)
            before = await period_store.asked_before(conn, found.period.subscription_id, found.period.days.first)
            if before is not None:
                dates = carried(dates, await _dates_of(conn, before), *_days_of_closing(before, now))
            period = await period_store.record_proforma(conn, period_id, proforma, now, dates)
            if before is not None and before.notice_at is not None:
                period = await period_store.set_notice(conn, period, before.notice_at, in_time=before.notice_in_time)
            await PERIOD_REMINDERS.insert(conn, period_id, dates.reminders)
            return Both(period, found.subscription)

    async def record_paid(self, period_id: UUID, available_on: date) -> Both:
        """Write that a period was paid; a subscription that ends is served to the end of it. The first outcome stays.

        Raises:
            PeriodNotDue: It was never asked for.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            if found.period.state is PeriodState.DUE:
                paid = await period_store.end(conn, found.period, PeriodState.PAID, now, available_on)
                await self._serve(conn, found, paid)
                await events.tell(conn, period_event(EventType.PERIOD_PAID, paid), now)
                await wake_beside(conn, found.subscription, period_id, now)
            elif found.period.measured is None:
                raise PeriodNotDue(metadata={"state": str(found.period.state)})
            return await self._both(conn, period_id, now)

    async def record_unpaid(self, period_id: UUID) -> Both:
        """Write that a period was closed without money, or that the service of the subscription it carries has ended.

        Raises:
            PeriodNotDue: It was never asked for, and carries no subscription to its end.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            if found.period.state is PeriodState.DUE:
                await close_period(conn, found, self._policy, now)
                found = await locked(conn, period_id)
                await wake_beside(conn, found.subscription, period_id, now)
            elif found.period.measured is None and not found.carries:
                raise PeriodNotDue(metadata={"state": str(found.period.state)})
            if is_over(found, now):
                await end_service(conn, found, self._policy, now)
            return await self._both(conn, period_id, now)

    async def record_invoice(self, period_id: UUID, invoice_id: UUID) -> Both:
        """Write the invoice of a paid period, or of an unpaid one that has accrued; the first one stays.

        Raises:
            PeriodNotPaid: It is not paid, and is not invoiced before.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            period, first = found.period, found.period.invoice_id or invoice_id
            if period.state is PeriodState.PAID:
                period = await period_store.record_invoice(conn, period_id, first, _after_invoice(found, now))
            elif period.is_accrued(now):
                period = await period_store.record_accrued_invoice(conn, period_id, first)
            elif period.invoice_id is None:
                raise PeriodNotPaid(metadata={"state": str(period.state)})
            if found.period.invoice_id is None and found.subscription.withdrawn:
                await wake_beside(conn, found.subscription, period_id, now)
            return Both(period, found.subscription)

    async def suspend(self, period_id: UUID) -> Both:
        """Note that sending was suspended because of a period; its closing counts from now. The first one stays.

        Raises:
            SuspensionNotDue: Its time has not come, it does not wait for money any more, or an older period decides.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            if found.period.close_at is None:
                if next_step(found.standing, now).next is not PeriodNext.SUSPEND_DUE:
                    raise SuspensionNotDue(metadata={"state": str(found.period.state)})
                await period_store.set_close_at(conn, period_id, close_at(now, self._policy), now)
                if found.subscription.suspended_at is None:
                    await store.set_suspended(conn, found.subscription.subscription_id, now)
            return await self._both(conn, period_id, now)

    async def resume(self, period_id: UUID) -> Both:
        """Note that sending works again because a period was paid, or is not asked for any more.

        An unpaid period that has come to its own suspension meanwhile leads to it anew.

        Raises:
            PeriodNotPaid: It is neither paid nor void.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            if found.period.state not in _RESUMING:
                raise PeriodNotPaid(metadata={"state": str(found.period.state)})
            if found.period.resumed_at is None:
                await period_store.set_resumed(conn, found.period, now)
                if found.subscription.state is SubscriptionState.ACTIVE:
                    await store.set_suspended(conn, found.subscription.subscription_id, None)
                for each in found.unpaid:
                    await period_store.set_close_at(conn, each.period_id, None, now)
                await wake_beside(conn, found.subscription, period_id, now)
            return await self._both(conn, period_id, now)

    async def _serve(self, conn: AsyncConnection, found: Locked, paid: PeriodRow) -> None:
        """A payment that wins against the end of its subscription moves that end to its own last day."""
        end = found.subscription.end
        if end is not None and found.subscription.state is SubscriptionState.ACTIVE:
            later = max(end.at, last_moment(paid.days.last))
            await store.write_end(conn, paid.subscription_id, End(end.reason, end.decided_at, later, end.number))

    async def _both(self, conn: AsyncConnection, period_id: UUID, now: datetime) -> Both:
        found = await locked(conn, period_id)
        return Both(found.period, found.subscription, _resume_due(found, now))


async def read(conn: AsyncConnection, period_id: UUID, owner: UUID | None = None) -> Both:
    """A period with its subscription, neither locked; with an owner only that account's.

    Raises:
        NotFound: There is none, or it is another customer's.
    """
    period = await period_store.find_period(conn, period_id, owner)
    if period is None:
        raise NotFound
    subscription = await store.find_subscription(conn, period.subscription_id)
    if subscription is None:
        raise NotFound
    return Both(period, subscription)


async def _dates_of(conn: AsyncConnection, period: PeriodRow) -> Dunning:
    """The dates of a period that was asked for, with the reminders that were not sent."""
    if period.asked is None:
        raise AssertionError("a period that was asked for has its dates")
    reminders = await PERIOD_REMINDERS.pending(conn, period.period_id)
    return Dunning(period.asked.due_on, period.asked.suspend_at, reminders)


def _days_of_closing(period: PeriodRow, now: datetime) -> tuple[date, date]:
    """The day in Rome on which a period was closed, and the present one."""
    if period.ended_at is None:
        raise AssertionError("a void period has ended")
    return rome_date(period.ended_at), rome_date(now)


def _resume_due(found: Locked, now: datetime) -> bool:
    """Whether the subscription's sending is suspended, or may be by this period, and no unpaid one keeps that up."""
    period, subscription = found.period, found.subscription
    if period.state not in _RESUMING or subscription.state is not SubscriptionState.ACTIVE:
        return False
    if subscription.end is not None and subscription.end.at <= now:
        return False
    kept_up = any(each.asked is not None and each.asked.suspend_at <= now for each in found.unpaid)
    return not kept_up and (subscription.suspended_at is not None or _may_have_suspended(period))


def _may_have_suspended(period: PeriodRow) -> bool:
    """Whether a period had come to its suspension, which may have been begun and not recorded, and was not resumed."""
    if period.asked is None or period.ended_at is None:
        return False
    return period.ended_at >= period.asked.suspend_at and period.resumed_at is None


def _after_invoice(found: Locked, now: datetime) -> datetime | None:
    """When a paid period moves on after its invoice; None unless it carries its subscription, which is not over."""
    step = next_step(found.standing, now)
    return None if step.next is PeriodNext.NOT_OPEN else look_again_at(step.due_at, now)
