"""Decides what a period costs, once its time has come: what exists, what was used above the prepaid, at which tax.

What mailboxes and VIES say is asked for before the transaction. In it everything is frozen and the next period made,
so that no subscription is ever without the period that follows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, events
from services.kit.audit import AuditEntry
from services.kit.causes import PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.event_types import EventType
from services.ordering.domain.items import Usage
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.metering import Counted, DayUsage, days_above
from services.ordering.domain.period_lines import (
    PeriodLine,
    annual_lines,
    coming_lines,
    lines_above,
    with_stamp_duty,
)
from services.ordering.domain.periods import month_before, planned
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import LIST_PRICE, Edition, PriceList
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.errors import NothingForSale, PeriodNotMeasurable, ProfileMissing
from services.ordering.profiles.store import SavedProfile, find_profile
from services.ordering.readings import Readings
from services.ordering.resellers.store import is_reseller
from services.ordering.subscriptions import period_store, store
from services.ordering.subscriptions.adding import is_undecided
from services.ordering.subscriptions.beginning import schedule
from services.ordering.subscriptions.events import period_event
from services.ordering.subscriptions.going_on import Both, read
from services.ordering.subscriptions.period_store import Prepaid
from services.ordering.subscriptions.rows import Measured, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.taxing import Decided, PeriodTax, PeriodTaxing


@dataclass(frozen=True, slots=True)
class _Told:
    """What mailboxes told: what exists, and what existed on each day of the month that has ended."""

    existing: Usage
    days: dict[date, Usage]

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the period."""
        return {
            "existing": _usage_json(self.existing),
            "days": {day.isoformat(): _usage_json(usage) for day, usage in sorted(self.days.items())},
        }


@dataclass(frozen=True, slots=True)
class _Readings:
    """All that was read before the transaction."""

    party: SavedProfile
    tax: PeriodTax
    told: _Told | None


class Measuring:
    """MeasurePeriod."""

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
        readings = _Readings(party, tax, await self._ask_mailboxes(subscription, period))
        async with self._database.transaction() as conn:
            entry = decided.entry if decided else None
            return Both(await self._freeze(conn, period, readings, entry), subscription)

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
        prepaid = await self._prepaid(conn, subscription, period)
        is_tiered = readings.party.profile.kind is CustomerKind.RESELLER and await is_reseller(
            conn, subscription.account_id
        )
        counted, sold = self._content(subscription, period, readings.told, prepaid, is_tiered=is_tiered)
        lines = with_stamp_duty(tuple(sold), period.days, readings.tax.treatment, self._policy.tax)
        measured = Measured(
            at=now,
            counted=counted,
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

    async def _ask_mailboxes(self, subscription: SubscriptionRow, period: PeriodRow) -> _Told | None:
        """What mailboxes knows of the month that has ended; an annual contract has what was ordered."""
        if subscription.billing is Billing.ANNUAL:
            return None
        days = month_before(subscription.contract, period.days)
        return _Told(
            await self._readings.usage(subscription.account_id),
            await self._readings.usage_per_day(subscription.account_id, days),
        )

    async def _prepaid(self, conn: AsyncConnection, subscription: SubscriptionRow, period: PeriodRow) -> list[Prepaid]:
        if subscription.billing is Billing.ANNUAL:
            return []
        days = month_before(subscription.contract, period.days)
        return await period_store.prepaid_in(conn, subscription.subscription_id, days)

    def _content(
        self, subscription: SubscriptionRow, period: PeriodRow, told: _Told | None, prepaid: list[Prepaid], *,
        is_tiered: bool,
    ) -> tuple[Counted, Iterable[PeriodLine]]:  # fmt: skip
        """What the period pays for, and its lines; a reseller's have the discount of what it pays for, all the same."""
        currency, edition = self._price_list.currency, self._edition(period.days.first)
        ordered = Counted.of_items(subscription.items)
        if told is None:
            return ordered, annual_lines(subscription.items, period.days, edition, currency)
        ended = month_before(subscription.contract, period.days)
        usage = [DayUsage(day, Counted(used.counted(), ordered.options)) for day, used in sorted(told.days.items())]
        over = days_above(usage, lambda day: _on(prepaid, day), self._policy.renewals.overage)
        existing = Counted(told.existing.counted(), ordered.options)
        counted = existing.at_least(self._policy.minimum(subscription.billing))
        discount = edition.reseller_discount(sum(counted.mailboxes.values())) if is_tiered else LIST_PRICE
        return counted, [
            *coming_lines(counted, period.days, edition, currency, discount),
            *lines_above(over, ended, self._edition(ended.first), currency, discount),
        ]

    def _edition(self, day: date) -> Edition:
        edition = self._price_list.on(day)
        if edition is None:
            raise NothingForSale
        return edition


def _check(subscription: SubscriptionRow, period: PeriodRow, now: datetime) -> None:
    """A period is measured once its time has come, while its subscription goes on."""
    early = period.measure_at is None or now < period.measure_at
    running = subscription.state is SubscriptionState.ACTIVE and subscription.end is None
    if period.state is not PeriodState.SCHEDULED or early or not running:
        raise PeriodNotMeasurable(metadata={"state": str(period.state), "subscription": str(subscription.state)})


def _on(prepaid: Iterable[Prepaid], day: date) -> Counted:
    """What was prepaid on a day; nothing where no period that pays covers it."""
    return next((entry.counted for entry in prepaid if day in entry.days), Counted())


def _usage_json(usage: Usage) -> dict[str, Any]:
    sizes = {str(size): count for size, count in sorted(usage.mailboxes.items())}
    return {"mailboxes": sizes, "empty_domains": usage.empty_domains}
