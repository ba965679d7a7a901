"""Decides what a period costs, once its time has come, at which tax.

What mailboxes and VIES say is asked for before the transaction. In it everything is frozen and the next period made, so
that no subscription is ever without the period that follows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events
from services.kit.audit import AuditEntry
from services.kit.causes import PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.ordering.domain.accrual import invoice_at
from services.ordering.domain.period_lines import with_stamp_duty
from services.ordering.domain.periods import planned
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.errors import PeriodNotMeasurable, ProfileMissing
from services.ordering.profiles.store import find_profile
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import is_undecided
from services.ordering.subscriptions.beginning import schedule
from services.ordering.subscriptions.events import period_event
from services.ordering.subscriptions.going_on import Both, read
from services.ordering.subscriptions.reckoning import Given, Reckoning, Scope, scope_of
from services.ordering.subscriptions.rows import Measured, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.standing import locked
from services.ordering.subscriptions.taxing import PeriodTax, PeriodTaxing
from services.ordering.taxing import business_store
from services.ordering.taxing.accepting import accept_other_name
from services.ordering.taxing.decided import Decided


class Measuring:
    """MeasurePeriod."""

    def __init__(
        self, database: Database, clock: Clock, policy: OrderingPolicy, reckoning: Reckoning, taxing: PeriodTaxing
    ) -> None:
        """Take the database, the clock, the policy, what reckons, and what decides the tax."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._reckoning = reckoning
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
            OtherNameInVies: VIES names somebody else for it.
            BusinessNotProved: Nothing proves that the customer outside the EU is a business.
            NotReady: Mailboxes does not answer.
        """
        async with self._database.reading() as conn:
            found = await read(conn, period_id)
            party = await find_profile(conn, found.period.account_id)
            waits = found.period.state is PeriodState.SCHEDULED
            scope = await scope_of(conn, found.subscription, found.period) if waits else None
        period, subscription = found.period, found.subscription
        if period.measured is not None:
            return found
        _check(subscription, period, self._clock.now())
        if scope is None:
            return await self._end_void(period.period_id)
        if party is None:
            raise ProfileMissing
        given = await self._reckoning.given(subscription, scope, party)
        if scope.is_last:
            async with self._database.reading() as conn:
                used = await self._reckoning.content(conn, subscription, scope, given)
            if not used.lines:
                return await self._end_void(period.period_id)
        tax = await self._taxing.of_period(subscription, party.profile, decided)
        async with self._database.transaction() as conn:
            entry = decided.entry if decided else None
            return Both(await self._freeze(conn, period, scope, given, tax, entry), subscription)

    async def _end_void(self, period_id: UUID) -> Both:
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
        self, conn: AsyncConnection, before: PeriodRow, scope: Scope, given: Given, tax: PeriodTax,
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
        if await scope_of(conn, subscription, period) != scope:
            raise PeriodNotMeasurable("the period got other days while it was measured: measure it again")
        if await is_undecided(conn, subscription.subscription_id):
            raise PeriodNotMeasurable("an addition to the contract is being paid: it is renewed with it")
        found = await self._reckoning.content(conn, subscription, scope, given)
        lines = with_stamp_duty(found.lines, scope.days, tax.treatment, self._policy.tax)
        measured = Measured(
            at=now,
            counted=found.counted,
            lines=lines,
            currency=self._reckoning.currency,
            vat_rate=str(tax.treatment.rate),
            treatment=tax.treatment,
            vat_id=tax.vat_id,
            business_proof_id=tax.business_proof.proof_id if tax.business_proof else None,
            party=given.party,
            payment_method=subscription.payment_method,
        )
        usage = given.told.as_json() if given.told else None
        to_invoice = invoice_at(lines, given.party.profile.kind, tax.treatment, self._policy.renewals)
        if tax.decision is TaxDecision.BUSINESS_PROOF and tax.business_proof is not None:
            await business_store.insert_proof(conn, tax.business_proof)
        elif tax.decision is not None:
            await store.set_tax_decision(conn, subscription.subscription_id, tax.decision, tax.id_asked)
            if tax.decision is TaxDecision.OTHER_PROOF:
                await accept_other_name(conn, tax.proof, given.party.profile, now)
        due = await period_store.measure(conn, period.period_id, scope.days, measured, usage, to_invoice)
        if tax.decision is not None and entry is not None:
            await audit.record(conn, entry, now, account_id=due.account_id)
        if not scope.is_last:
            plan = planned(subscription.contract, due.days.last, self._policy.renewals)
            await schedule(conn, subscription, PeriodCause(due.subscription_id, due.number + 1), plan, now)
        await events.tell(conn, period_event(EventType.PERIOD_DUE, due), now)
        return due


def _check(subscription: SubscriptionRow, period: PeriodRow, now: datetime) -> None:
    """A period is measured once its time has come, while its subscription goes on; the last one once that has ended."""
    if subscription.end is None:
        is_time = period.measure_at is not None and now >= period.measure_at
        is_measurable = is_time and subscription.state is SubscriptionState.ACTIVE
    else:
        is_measurable = subscription.owes_use and subscription.state is SubscriptionState.CLOSING
    if period.state is not PeriodState.SCHEDULED or not is_measurable:
        raise PeriodNotMeasurable(metadata={"state": str(period.state), "subscription": str(subscription.state)})
