"""Decides what a period costs, once its time has come: what exists, what was used above the prepaid, at which tax.

Before that time the same code says what it would cost now. What mailboxes and VIES say is asked for before the
transaction. In it everything is frozen and the next period made, so that no subscription is ever without the period
that follows.
"""

from dataclasses import dataclass, replace
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
from services.ordering.domain.accrual import invoice_at
from services.ordering.domain.dunning import can_be_in_time
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.measurement import Basis, Content, Told, content, last_content
from services.ordering.domain.metering import Prepaid
from services.ordering.domain.period_lines import PeriodLine, with_stamp_duty
from services.ordering.domain.periods import month_before, planned, term_before, unsettled
from services.ordering.domain.policy import OrderingPolicy, TaxPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.domain.quote import QuoteTotals, totals
from services.ordering.domain.states import PeriodState, SubscriptionEnd, SubscriptionState
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
from services.ordering.subscriptions.standing import locked
from services.ordering.subscriptions.taxing import Decided, ForeseenTax, PeriodTax, PeriodTaxing

_CHARGED = (PeriodState.DUE, PeriodState.PAID, PeriodState.UNPAID)
"""What asked for the use above the prepaid of the month before it, and stays asked for or stays a debt."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which days a period asks for, and on which the use above the prepaid is charged with it.

    Attributes:
        days: of the period.
        used: of the use.
        is_last: whether the subscription ends: the days are those of the use.
    """

    days: Period
    used: Period
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class _Readings:
    """What was read before the transaction, the tax aside."""

    party: SavedProfile
    told: Told | None


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

        The last period of a subscription makes none, and is void where nothing above the prepaid was used.

        Args:
            period_id: The period.
            decided: What an operator decided about its tax, if that was asked for.

        Raises:
            NotFound: There is no such period.
            PeriodNotMeasurable: It is not scheduled, its subscription ends and has not ended, or its time has not come.
            ProfileMissing: There is nobody to make a document out to.
            PeriodTaxOpen: Nothing confirms the VAT number.
            NotReady: Mailboxes does not answer.
        """
        async with self._database.reading() as conn:
            found = await read(conn, period_id)
            party = await find_profile(conn, found.period.account_id)
            waits = found.period.state is PeriodState.SCHEDULED
            scope = await _scope(conn, found.subscription, found.period) if waits else None
        period, subscription = found.period, found.subscription
        if period.measured is not None:
            return found
        _check(subscription, period, self._clock.now())
        if scope is None:
            return await self._leave_out(period.period_id)
        if party is None:
            raise ProfileMissing
        readings = _Readings(party, await self._ask_mailboxes(subscription, scope))
        if scope.is_last:
            async with self._database.reading() as conn:
                used = await self._content(conn, subscription, scope, readings)
            if not used.lines:
                return await self._leave_out(period.period_id)
        tax = await self._taxing.of_period(subscription, party.profile, decided.decision if decided else None)
        async with self._database.transaction() as conn:
            entry = decided.entry if decided else None
            return Both(await self._freeze(conn, period, scope, readings, tax, entry), subscription)

    async def upcoming(self, account_id: UUID) -> Upcoming:
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
            scope = None if period is None else await _scope(conn, subscription, period)
        if period is None or scope is None or not (scope.is_last or _goes_on(subscription)):
            raise NoUpcomingPeriod(metadata={"subscription": str(subscription.state)})
        if party is None:
            raise ProfileMissing
        foreseen = await self._taxing.foreseen(subscription, party.profile)
        readings = _Readings(party, await self._ask_mailboxes(subscription, scope))
        async with self._database.reading() as conn:
            found = await self._content(conn, subscription, scope, readings)
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
            currency=self._price_list.currency,
            policy=self._policy.tax,
        )

    async def _leave_out(self, period_id: UUID) -> Both:
        """Write that the last period of a subscription that has ended asks for nothing."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, period_id)
            period = found.period
            if period.measured is None:
                _check(found.subscription, period, now)
                period = await period_store.end(conn, period, PeriodState.VOID, now)
                await period_store.set_next(conn, period_id, now)  # it still carries the subscription to its purge
            return Both(period, found.subscription)

    async def _freeze(
        self, conn: AsyncConnection, before: PeriodRow, scope: _Scope, readings: _Readings, tax: PeriodTax,
        entry: AuditEntry | None,
    ) -> PeriodRow:  # fmt: skip
        """Write the measurement on the locked rows, unless a twin was faster."""
        now = self._clock.now()
        subscription = await store.lock_subscription(conn, before.subscription_id)
        period = await period_store.find_period(conn, before.period_id)
        if subscription is None or period is None:
            raise NotFound
        if period.measured is not None:
            return period
        _check(subscription, period, now)
        if await _scope(conn, subscription, period) != scope:
            raise PeriodNotMeasurable("the period got other days while it was measured: measure it again")
        if await is_undecided(conn, subscription.subscription_id):
            raise PeriodNotMeasurable("an addition to the contract is being paid: it is renewed with it")
        found = await self._content(conn, subscription, scope, readings)
        lines = with_stamp_duty(found.lines, scope.days, tax.treatment, self._policy.tax)
        measured = Measured(
            at=now,
            counted=found.counted,
            lines=lines,
            currency=self._price_list.currency,
            vat_rate=str(tax.treatment.rate),
            treatment=tax.treatment,
            vat_id=tax.vat_id,
            party=readings.party,
            payment_method=subscription.payment_method,
        )
        usage = readings.told.as_json() if readings.told else None
        to_invoice = invoice_at(lines, readings.party.profile.kind, tax.treatment, self._policy.renewals)
        due = await period_store.measure(conn, period.period_id, scope.days, measured, usage, to_invoice)
        if tax.decision is not None:
            await store.set_tax_decision(conn, subscription.subscription_id, tax.decision, tax.vat_id_asked)
            if entry is not None:
                await audit.record(conn, entry, now, account_id=due.account_id)
        if not scope.is_last:
            plan = planned(subscription.contract, due.days.last, self._policy.renewals)
            await schedule(conn, subscription, PeriodCause(due.subscription_id, due.number + 1), plan, now)
        await events.tell(conn, period_event(EventType.PERIOD_DUE, due), now)
        return due

    async def _content(
        self, conn: AsyncConnection, subscription: SubscriptionRow, scope: _Scope, readings: _Readings
    ) -> Content:
        """What a period asks for, measured now."""
        end, prepaid = subscription.end, list[Prepaid]()
        if readings.told:
            unpaid = end is not None and end.reason is SubscriptionEnd.UNPAID
            prepaid = await period_store.prepaid_in(conn, subscription.subscription_id, scope.used, unpaid=unpaid)
        today = rome_date(self._clock.now())
        may_be_tiered = readings.party.profile.kind is CustomerKind.RESELLER
        before = await period_store.asked_before(conn, subscription.subscription_id, scope.days.first)
        announced = before is not None and before.notice_in_time
        unnamed = readings.party.profile.consumer and not announced and not can_be_in_time(today, scope.days.first)
        basis = Basis(
            contract=subscription.contract,
            days=scope.days,
            priced_on=self._priced_on(subscription, scope.days, unnamed=unnamed),
            today=today,
            items=subscription.items,
            told=readings.told,
            prepaid=prepaid,
            is_tiered=may_be_tiered and await is_reseller(conn, subscription.account_id),
        )
        found = (last_content if scope.is_last else content)(basis, self._price_list, self._policy)
        if found is None:
            raise NothingForSale
        return found

    def _priced_on(self, subscription: SubscriptionRow, days: Period, *, unnamed: bool) -> date:
        """The day whose prices a period has: its first.

        A new price that no notice has named in time to a consumer, nor can any more, does not count: those of the term
        before stay, or the oldest that the list still has.
        """
        if subscription.billing is not Billing.ANNUAL or not unnamed:
            return days.first
        oldest = self._price_list.editions[0].valid_from
        return min(days.first, max(term_before(subscription.contract, days).first, oldest))

    async def _ask_mailboxes(self, subscription: SubscriptionRow, scope: _Scope) -> Told | None:
        """What mailboxes knows of the days whose use is charged; an annual contract has what was ordered."""
        if subscription.billing is Billing.ANNUAL:
            return None
        return Told(
            await self._readings.usage(subscription.account_id),
            await self._readings.usage_per_day(subscription.account_id, scope.used),
        )


async def _scope(conn: AsyncConnection, subscription: SubscriptionRow, period: PeriodRow) -> _Scope | None:
    """What a scheduled period asks for; None where its subscription ends, and all that was used is asked for."""
    end = subscription.end
    if end is None or not subscription.owes_use:
        return _Scope(period.days, month_before(subscription.contract, period.days))
    stands = [
        each.days
        for each in await period_store.periods_in(conn, subscription.subscription_id, _CHARGED)
        if each.state is not PeriodState.DUE or end.owes(each.days)
    ]
    newest = max(stands, key=lambda days: days.first, default=None)
    days = unsettled(subscription.contract, newest, rome_date(end.at))
    return None if days is None else _Scope(days, days, is_last=True)


def _check(subscription: SubscriptionRow, period: PeriodRow, now: datetime) -> None:
    """A period is measured once its time has come, while its subscription goes on; the last one once that has ended."""
    if subscription.end is None:
        is_time = period.measure_at is not None and now >= period.measure_at
        is_measurable = is_time and subscription.state is SubscriptionState.ACTIVE
    else:
        is_measurable = subscription.owes_use and subscription.state is SubscriptionState.CLOSING
    if period.state is not PeriodState.SCHEDULED or not is_measurable:
        raise PeriodNotMeasurable(metadata={"state": str(period.state), "subscription": str(subscription.state)})


def _goes_on(subscription: SubscriptionRow) -> bool:
    return subscription.state is SubscriptionState.ACTIVE and subscription.end is None
