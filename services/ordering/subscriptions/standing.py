"""A period with everything that decides on it, read under its subscription's lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import outbox
from services.kit.causes import PeriodCause
from services.kit.errors import NotFound
from services.kit.wakes import renewal_wake, withdrawal_wake
from services.ordering.domain.dates import Reminder
from services.ordering.domain.period_next import PeriodStanding, Unpaid
from services.ordering.domain.periods import planned
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.reminders import PERIOD_REMINDERS
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import is_undecided
from services.ordering.subscriptions.rows import End, PeriodRow, SubscriptionRow
from workflows.names import WITHDRAWAL_CHANGED


@dataclass(frozen=True, slots=True)
class Locked:
    """A period of a locked subscription.

    Attributes:
        unpaid: the subscription's periods that wait for their money, the oldest first; this one too, where it does.
        addition_undecided: whether an addition to the contract waits for its money, or has not joined it yet.
    """

    subscription: SubscriptionRow
    period: PeriodRow
    unpaid: list[PeriodRow]
    pending: list[Reminder]
    addition_undecided: bool = False

    @property
    def carries(self) -> bool:
        """Whether the period carries its subscription to its end."""
        return self.subscription.is_carried_by(self.period.number)

    @property
    def suspend_at(self) -> datetime | None:
        """When the period leads to a suspension; None once it has, and where it leads to none."""
        period, end = self.period, self.subscription.end
        asks = period.state is PeriodState.DUE and self.subscription.state is SubscriptionState.ACTIVE
        if not asks or period.asked is None or period.close_at is not None:
            return None
        at = period.asked.suspend_at
        return at if end is None or at < end.at else None

    @property
    def suspended_by(self) -> PeriodRow | None:
        """The older period that has suspended sending for want of its money and decides on the end; None without."""
        return suspending(self.subscription, self.unpaid, self.period)

    @property
    def standing(self) -> PeriodStanding:
        """What decides on the period."""
        end = self.subscription.end
        return PeriodStanding(
            number=self.period.number,
            state=self.period.state,
            measure_at=self.period.measure_at,
            unpaid=unpaid_of(self.unpaid, end),
            pending=self.pending,
            subscription=self.subscription.state,
            carries=self.carries,
            ends_at=None if end is None else end.at,
            purge_at=self.subscription.purge_at,
            invoice_at=self._invoice_at,
            invoiced=self.period.invoice_id is not None,
            addition_undecided=self.addition_undecided,
        )

    @property
    def _invoice_at(self) -> datetime | None:
        """From when on the unpaid period is to be invoiced; where VIES said no, when it is asked again."""
        period = self.period
        if period.invoice_at is None or period.invoice_id is not None:
            return None
        return max(period.invoice_at, period.tax_ask_at or period.invoice_at)


def suspending(subscription: SubscriptionRow, unpaid: list[PeriodRow], period: PeriodRow) -> PeriodRow | None:
    """The older one of unpaid periods that has suspended sending for want of its money, beside a period."""
    if subscription.state is not SubscriptionState.ACTIVE or not unpaid or unpaid[0].close_at is None:
        return None
    return unpaid[0] if unpaid[0].period_id != period.period_id else None


async def locked(conn: AsyncConnection, period_id: UUID) -> Locked:
    """Lock a period's subscription and read all that decides on the period.

    Raises:
        NotFound: There is no such period.
    """
    found = await period_store.find_period(conn, period_id)
    if found is None:
        raise NotFound
    subscription = await store.lock_subscription(conn, found.subscription_id)
    period = await period_store.find_period(conn, period_id)
    if subscription is None or period is None:
        raise NotFound
    due = period.state is PeriodState.DUE
    return Locked(
        subscription,
        period,
        await period_store.due_periods(conn, subscription.subscription_id),
        await PERIOD_REMINDERS.pending(conn, period_id) if due else [],
        await is_undecided(conn, subscription.subscription_id),
    )


def unpaid_of(due: list[PeriodRow], end: End | None) -> list[Unpaid]:
    """Periods that wait for their money, as far as others ask, and what the subscription's end makes of them."""
    return [
        Unpaid(
            each.number,
            each.asked.suspend_at if each.asked else None,
            each.close_at,
            owed=end is not None and end.owes(each.days),
        )
        for each in due
    ]


async def wake_beside(conn: AsyncConnection, subscription: SubscriptionRow, but: UUID, now: datetime) -> None:
    """Wake the renewals of a subscription's other open periods: what they wait for may have changed.

    Open is what waits for its money or its measuring, and what carries the subscription to its end: a renewal, or the
    withdrawal, which waits until all that was paid is decided.
    """
    if subscription.withdrawn:
        await outbox.wake(conn, withdrawal_wake(subscription.order_id, WITHDRAWAL_CHANGED), now)
    waiting = await period_store.due_periods(conn, subscription.subscription_id)
    scheduled = await period_store.scheduled_period(conn, subscription.subscription_id)
    causes = {each.cause for each in [*waiting, *([scheduled] if scheduled else [])]}
    if subscription.end is not None and subscription.end.number is not None:
        causes.add(PeriodCause(subscription.subscription_id, subscription.end.number))
    for cause in sorted(causes, key=lambda cause: cause.number):
        if cause.key != but:
            await outbox.wake(conn, renewal_wake(cause), now)


async def replan(conn: AsyncConnection, subscription: SubscriptionRow, policy: RenewalPolicy, now: datetime) -> None:
    """Give the scheduled period the days after those that are paid for, or asked for, and wake its renewal.

    Where periods before it have fallen away these are their days, and it is measured at once.
    """
    scheduled = await period_store.next_period(conn, subscription.subscription_id)
    until = await period_store.asked_for_until(conn, subscription.subscription_id)
    await period_store.replan(conn, scheduled.period_id, planned(subscription.contract, until, policy))
    await outbox.wake(conn, renewal_wake(scheduled.cause), now)
