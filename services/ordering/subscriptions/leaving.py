"""Reads whether a consumer may leave an annual contract because its renewal was not announced in time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import Period
from services.ordering.domain.kinds import Billing
from services.ordering.domain.leaving import Renewal, unannounced
from services.ordering.domain.states import PeriodState, SubscriptionEnd, SubscriptionState
from services.ordering.profiles.store import find_profile
from services.ordering.subscriptions import period_store
from services.ordering.subscriptions.rows import PeriodRow, SubscriptionRow

_COMING = (PeriodState.SCHEDULED, PeriodState.DUE)
"""A renewal that will not come to pass, once the contract is cancelled."""
_RUNS_ON = (SubscriptionEnd.CANCELLED, SubscriptionEnd.TERMINATED)
"""Ends up to which what is paid for is served."""


@dataclass(frozen=True, slots=True)
class Leave:
    """That the contract of an order may be left, by reason of a term whose renewal was not announced in time."""

    order_id: UUID
    term: Period


async def leave_of(conn: AsyncConnection, subscription: SubscriptionRow, on: date) -> Leave | None:
    """Whether a consumer may leave a running annual contract on a day in Rome; None where not.

    A period that is not measured yet is that of whom the billing profile names now.
    """
    end = subscription.end
    runs = subscription.state is SubscriptionState.ACTIVE and (end is None or end.reason in _RUNS_ON)
    if not runs or subscription.billing is not Billing.ANNUAL:
        return None
    states = (PeriodState.PAID,) if end else (*_COMING, PeriodState.PAID)
    profile = await find_profile(conn, subscription.account_id)
    is_consumer = profile is not None and profile.profile.consumer
    periods = await period_store.periods_in(conn, subscription.subscription_id, states)
    term = unannounced([_renewal(each, is_consumer=is_consumer) for each in periods], on)
    return None if term is None else Leave(subscription.order_id, term)


def _renewal(period: PeriodRow, *, is_consumer: bool) -> Renewal:
    consumer = period.measured.party.profile.consumer if period.measured else is_consumer
    return Renewal(period.days, consumer, period.notice_in_time)
