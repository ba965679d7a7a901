"""Tells what an account's next period would ask for, were it measured now."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.ordering.domain.measurement import Content
from services.ordering.domain.period_lines import PeriodLine, with_stamp_duty
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.quote import QuoteTotals, totals
from services.ordering.domain.states import SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.errors import NoUpcomingPeriod, ProfileMissing
from services.ordering.profiles.store import find_profile
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.reckoning import Reckoning, scope_of
from services.ordering.subscriptions.rows import PeriodRow, SubscriptionRow
from services.ordering.subscriptions.taxing import ForeseenTax, PeriodTaxing


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The period that is measured next, as it would be measured at a moment.

    Attributes:
        is_last: whether its subscription ends, and it asks for what was used above the prepaid alone.
        consumer: whether a consumer's renewal needs the legal notice.
        policy: who bears stamp duty.
    """

    subscription: SubscriptionRow
    period: PeriodRow
    is_last: bool
    consumer: bool
    at: datetime
    content: Content
    tax: ForeseenTax
    currency: str
    policy: TaxPolicy

    @property
    def lines(self) -> tuple[PeriodLine, ...]:
        """Its lines, under the tax that is foreseen."""
        return self._lines(self.tax.tax.treatment)

    @property
    def totals(self) -> QuoteTotals:
        """Their sum."""
        return self._totals(self.tax.tax.treatment)

    @property
    def totals_with_vat(self) -> QuoteTotals | None:
        """The sum with Italian VAT, should the proof not come; None where the tax is not open."""
        return self._totals(TaxTreatment.DOMESTIC) if self.tax.is_open else None

    def _lines(self, treatment: TaxTreatment) -> tuple[PeriodLine, ...]:
        return with_stamp_duty(self.content.lines, self.period.days, treatment, self.policy)

    def _totals(self, treatment: TaxTreatment) -> QuoteTotals:
        return totals(self._lines(treatment), treatment.rate, self.currency)


class UpcomingPeriods:
    """GetUpcomingPeriod."""

    def __init__(
        self, database: Database, clock: Clock, policy: TaxPolicy, reckoning: Reckoning, taxing: PeriodTaxing
    ) -> None:
        """Take the database, the clock, who bears stamp duty, what reckons, and what foresees the tax."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._reckoning = reckoning
        self._taxing = taxing

    async def of_account(self, account_id: UUID) -> Upcoming:
        """What an account's next period would ask for were it measured now. Nothing is stored, VIES is not asked.

        Args:
            account_id: The account.

        Raises:
            NotFound: It has no subscription.
            NoUpcomingPeriod: Its subscription does not go on, and nothing that it used above the prepaid is asked for.
            ProfileMissing: There is nobody to make a document out to.
            NothingForSale: No prices are in force.
            NotReady: Mailboxes does not answer.
        """
        async with self._database.reading() as conn:
            subscription = await store.find_subscription_of_account(conn, account_id)
            if subscription is None:
                raise NotFound("the account has no subscription")
            period = await period_store.scheduled_period(conn, subscription.subscription_id)
            party = await find_profile(conn, account_id)
            scope = None if period is None else await scope_of(conn, subscription, period)
        if period is None or scope is None or not (scope.is_last or _goes_on(subscription)):
            raise NoUpcomingPeriod(metadata={"subscription": str(subscription.state)})
        if party is None:
            raise ProfileMissing
        foreseen = await self._taxing.foreseen(subscription, party.profile)
        given = await self._reckoning.given(subscription, scope, party)
        async with self._database.reading() as conn:
            found = await self._reckoning.content(conn, subscription, scope, given)
        if subscription.end is not None:
            period = replace(period, days=scope.days, measure_at=subscription.end.at)
        return Upcoming(
            subscription=subscription,
            period=period,
            is_last=scope.is_last,
            consumer=party.profile.consumer,
            at=self._clock.now(),
            content=found,
            tax=foreseen,
            currency=self._reckoning.currency,
            policy=self._policy,
        )


def _goes_on(subscription: SubscriptionRow) -> bool:
    return subscription.state is SubscriptionState.ACTIVE and subscription.end is None
