"""Reckons what a period asks for at a moment: for which days, at whose prices, with what was used above the prepaid.

The measuring freezes it once its time has come; before that it says what it would be now. What mailboxes says is asked
for before a transaction.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import Period, rome_date
from services.kit.clock import Clock
from services.ordering.domain.dunning import can_be_in_time
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.measurement import Basis, Content, Told, content, last_content
from services.ordering.domain.metering import Prepaid
from services.ordering.domain.periods import month_before, term_before, unsettled
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.domain.states import PeriodState, SubscriptionEnd
from services.ordering.errors import NothingForSale
from services.ordering.profiles.store import SavedProfile
from services.ordering.readings import Readings
from services.ordering.resellers.store import is_reseller
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.rows import PeriodRow, SubscriptionRow

_CHARGED = (PeriodState.DUE, PeriodState.PAID, PeriodState.UNPAID)
"""What asked for the use above the prepaid of the month before it, and stays asked for or stays a debt."""


@dataclass(frozen=True, slots=True)
class Scope:
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
class Given:
    """What is read before the transaction, the tax aside."""

    party: SavedProfile
    told: Told | None


class Reckoning:
    """What periods ask for, reckoned now."""

    def __init__(self, clock: Clock, policy: OrderingPolicy, price_list: PriceList, readings: Readings) -> None:
        """Take the clock, policy and prices, and the rooms that may be asked."""
        self._clock = clock
        self._policy = policy
        self._price_list = price_list
        self._readings = readings

    @property
    def currency(self) -> str:
        """In which everything is reckoned, ISO 4217."""
        return self._price_list.currency

    async def given(self, subscription: SubscriptionRow, scope: Scope, party: SavedProfile) -> Given:
        """What the reckoning of these days stands on; mailboxes is asked.

        Raises:
            NotReady: Mailboxes does not answer.
        """
        return Given(party, await self._ask_mailboxes(subscription, scope))

    async def content(
        self, conn: AsyncConnection, subscription: SubscriptionRow, scope: Scope, given: Given
    ) -> Content:
        """What a period asks for.

        Raises:
            NothingForSale: No prices are in force.
        """
        end, prepaid = subscription.end, list[Prepaid]()
        if given.told:
            unpaid = end is not None and end.reason is SubscriptionEnd.UNPAID
            prepaid = await period_store.prepaid_in(conn, subscription.subscription_id, scope.used, unpaid=unpaid)
        today = rome_date(self._clock.now())
        may_be_tiered = given.party.profile.kind is CustomerKind.RESELLER
        before = await period_store.asked_before(conn, subscription.subscription_id, scope.days.first)
        announced = before is not None and before.notice_in_time
        unnamed = given.party.profile.consumer and not announced and not can_be_in_time(today, scope.days.first)
        basis = Basis(
            contract=subscription.contract,
            days=scope.days,
            priced_on=self._priced_on(subscription, scope.days, unnamed=unnamed),
            today=today,
            items=subscription.items,
            told=given.told,
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

    async def _ask_mailboxes(self, subscription: SubscriptionRow, scope: Scope) -> Told | None:
        """What mailboxes knows of the days whose use is charged; an annual contract has what was ordered."""
        if subscription.billing is Billing.ANNUAL:
            return None
        return Told(
            await self._readings.usage(subscription.account_id),
            await self._readings.usage_per_day(subscription.account_id, scope.used),
        )


async def scope_of(conn: AsyncConnection, subscription: SubscriptionRow, period: PeriodRow) -> Scope | None:
    """What a scheduled period asks for; None where its subscription ends, and all that was used is asked for."""
    end = subscription.end
    if end is None or not subscription.owes_use:
        return Scope(period.days, month_before(subscription.contract, period.days))
    stands = [
        each.days
        for each in await period_store.periods_in(conn, subscription.subscription_id, _CHARGED)
        if each.state is not PeriodState.DUE or end.owes(each.days)
    ]
    newest = max(stands, key=lambda days: days.first, default=None)
    days = unsettled(subscription.contract, newest, rome_date(end.at))
    return None if days is None else Scope(days, days, is_last=True)
