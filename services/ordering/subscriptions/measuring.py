"""Decides what a period costs, once its time has come: what exists, what was used above the prepaid, at which tax.

Before that time the same code says what it would cost now. What mailboxes and VIES say is asked for before the
transaction. In it everything is frozen and the next period made, so that no subscription is ever without the period
that follows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events
from services.kit.audit import AuditEntry
from services.kit.calendar import Period, rome_date
from services.kit.causes import PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.ordering.domain.dunning import can_be_in_time
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.measurement import Basis, Content, Told, content
from services.ordering.domain.period_lines import PeriodLine, with_stamp_duty
from services.ordering.domain.periods import month_before, planned, term_before
from services.ordering.domain.policy import OrderingPolicy, TaxPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.domain.quote import QuoteTotals, totals
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.errors import NothingForSale, NoUpcomingPeriod, PeriodNotMeasurable, ProfileMissing
from services.ordering.profiles.store import SavedProfile, find_profile
from services.ordering.readings import Readings
from services.ordering.resellers.store import is_reseller
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import is_undecided
from services.ordering.subscriptions.beginning import schedule
from services.ordering.subscriptions.events import period_event
from services.ordering.subscriptions.going_on import Both, read
from services.ordering.subscriptions.rows import Measured, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.taxing import Decided, ForeseenTax, PeriodTax, PeriodTaxing


@dataclass(frozen=True, slots=True)
class _Readings:
    """All that was read before the transaction."""

    party: SavedProfile
    tax: PeriodTax
    told: Told | None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The scheduled period of a subscription that goes on, as it would be measured at a moment.

    Attributes:
        consumer: whether a consumer's renewal needs the legal notice.
        policy: who bears stamp duty.
    """

    subscription: SubscriptionRow
    period: PeriodRow
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
        """The sum with Italian VAT, should the VAT number not be confirmed; None where the tax is not open."""
        return self._totals(TaxTreatment.DOMESTIC) if self.tax.is_open else None

    def _lines(self, treatment: TaxTreatment) -> tuple[PeriodLine, ...]:
        return with_stamp_duty(self.content.lines, self.period.days, treatment, self.policy)

    def _totals(self, treatment: TaxTreatment) -> QuoteTotals:
        return totals(self._lines(treatment), treatment.rate, self.currency)


class Measuring:
    """MeasurePeriod, GetUpcomingPeriod."""

    def __init__(
        self, database: Database, clock: Clock, policy: OrderingPolicy, price_list: PriceList, readings: Readings,
        taxing: PeriodTaxing,
    ) -> None:  # fmt: skip
        """Take the database, the clock, policy and prices, the rooms that may be asked, and what proves VAT numbers."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._price_list = price_list
        self._readings = readings
        self._taxing = taxing

    async def measure(self, period_id: UUID, decided: Decided | None) -> Both:
        """Freeze a scheduled period and make the next; a repetition gets the first measurement.

        Args:
            period_id: The period.
            decided: What an operator decided about its tax, if that was asked for.

        Raises:
            NotFound: There is no such period.
            PeriodNotMeasurable: It is not scheduled, its subscription ends, or its time has not come.
            ProfileMissing: There is nobody to make a document out to.
            PeriodTaxOpen: Nothing confirms the VAT number.
            NotReady: Mailboxes does not answer.
        """
        async with self._database.reading() as conn:
            found = await read(conn, period_id)
            party = await find_profile(conn, found.period.account_id)
        period, subscription = found.period, found.subscription
        if period.measured is not None:
            return found
        _check(subscription, period, self._clock.now())
        if party is None:
            raise ProfileMissing
        tax = await self._taxing.of_period(subscription, party.profile, decided.decision if decided else None)
        readings = _Readings(party, tax, await self._ask_mailboxes(subscription, period.days))
        async with self._database.transaction() as conn:
            entry = decided.entry if decided else None
            return Both(await self._freeze(conn, period, readings, entry), subscription)

    async def upcoming(self, account_id: UUID) -> Upcoming:
        """What an account's next period would ask for were it measured now. Nothing is stored, VIES is not asked.

        Args:
            account_id: The account.

        Raises:
            NotFound: It has no subscription.
            NoUpcomingPeriod: Its subscription does not go on.
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
        if period is None or not _goes_on(subscription):
            raise NoUpcomingPeriod(metadata={"subscription": str(subscription.state)})
        if party is None:
            raise ProfileMissing
        foreseen = await self._taxing.foreseen(subscription, party.profile)
        readings = _Readings(party, foreseen.tax, await self._ask_mailboxes(subscription, period.days))
        async with self._database.reading() as conn:
            found = self._content(await self._basis(conn, subscription, period.days, readings))
        return Upcoming(
            subscription=subscription,
            period=period,
            consumer=party.profile.consumer,
            at=self._clock.now(),
            content=found,
            tax=foreseen,
            currency=self._price_list.currency,
            policy=self._policy.tax,
        )

    async def _freeze(
        self, conn: AsyncConnection, before: PeriodRow, readings: _Readings, entry: AuditEntry | None
    ) -> PeriodRow:
        """Write the measurement on the locked rows, unless a twin was faster."""
        now = self._clock.now()
        subscription = await store.lock_subscription(conn, before.subscription_id)
        period = await period_store.find_period(conn, before.period_id)
        if subscription is None or period is None:
            raise NotFound
        if period.measured is not None:
            return period
        _check(subscription, period, now)
        if period.days != before.days:
            raise PeriodNotMeasurable("the period got other days while it was measured: measure it again")
        if await is_undecided(conn, subscription.subscription_id):
            raise PeriodNotMeasurable("an addition to the contract is being paid: it is renewed with it")
        found = self._content(await self._basis(conn, subscription, period.days, readings))
        lines = with_stamp_duty(found.lines, period.days, readings.tax.treatment, self._policy.tax)
        measured = Measured(
            at=now,
            counted=found.counted,
            lines=lines,
            currency=self._price_list.currency,
            vat_rate=str(readings.tax.treatment.rate),
            treatment=readings.tax.treatment,
            vat_id=readings.tax.vat_id,
            party=readings.party,
            payment_method=subscription.payment_method,
        )
        usage = readings.told.as_json() if readings.told else None
        due = await period_store.measure(conn, period.period_id, measured, usage)
        if readings.tax.decision is not None:
            await store.set_tax_decision(
                conn, subscription.subscription_id, readings.tax.decision, readings.tax.vat_id_asked
            )
            if entry is not None:
                await audit.record(conn, entry, now)
        plan = planned(subscription.contract, due.days.last, self._policy.renewals)
        await schedule(conn, subscription, PeriodCause(due.subscription_id, due.number + 1), plan, now)
        await events.tell(conn, period_event(EventType.PERIOD_DUE, due), now)
        return due

    async def _basis(
        self, conn: AsyncConnection, subscription: SubscriptionRow, days: Period, readings: _Readings
    ) -> Basis:
        """All that the price of a period with these days rests on now."""
        prepaid = (
            await period_store.prepaid_in(conn, subscription.subscription_id, month_before(subscription.contract, days))
            if readings.told
            else []
        )
        today = rome_date(self._clock.now())
        may_be_tiered = readings.party.profile.kind is CustomerKind.RESELLER
        return Basis(
            contract=subscription.contract,
            days=days,
            priced_on=self._priced_on(subscription, days, today, consumer=readings.party.profile.consumer),
            today=today,
            items=subscription.items,
            told=readings.told,
            prepaid=prepaid,
            is_tiered=may_be_tiered and await is_reseller(conn, subscription.account_id),
        )

    def _priced_on(self, subscription: SubscriptionRow, days: Period, today: date, *, consumer: bool) -> date:
        """The day whose prices a period has: its first.

        A new price that no notice can name in time any more does not count for a consumer: those of the term before
        stay, or the oldest that the list still has.
        """
        annual = subscription.billing is Billing.ANNUAL
        if not annual or not consumer or can_be_in_time(today, days.first):
            return days.first
        oldest = self._price_list.editions[0].valid_from
        return min(days.first, max(term_before(subscription.contract, days).first, oldest))

    def _content(self, basis: Basis) -> Content:
        found = content(basis, self._price_list, self._policy)
        if found is None:
            raise NothingForSale
        return found

    async def _ask_mailboxes(self, subscription: SubscriptionRow, days: Period) -> Told | None:
        """What mailboxes knows of the month whose use is charged; an annual contract has what was ordered."""
        if subscription.billing is Billing.ANNUAL:
            return None
        return Told(
            await self._readings.usage(subscription.account_id),
            await self._readings.usage_per_day(subscription.account_id, month_before(subscription.contract, days)),
        )


def _check(subscription: SubscriptionRow, period: PeriodRow, now: datetime) -> None:
    """A period is measured once its time has come, while its subscription goes on."""
    early = period.measure_at is None or now < period.measure_at
    if period.state is not PeriodState.SCHEDULED or early or not _goes_on(subscription):
        raise PeriodNotMeasurable(metadata={"state": str(period.state), "subscription": str(subscription.state)})


def _goes_on(subscription: SubscriptionRow) -> bool:
    return subscription.state is SubscriptionState.ACTIVE and subscription.end is None
