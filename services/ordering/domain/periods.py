"""Which days a subscription's periods have, and when each is measured. Source: docs/rules.md, "Renewals".

A period begins on the first day that is not paid for yet. Monthly ones end with a calendar month and are measured as
that month begins; annual ones keep the day of the year on which the service began and are measured before the term
ends. So the last day that is paid for is all that a plan needs, whatever became of the periods before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.kit.calendar import Period, at_hour
from services.ordering.domain.kinds import Billing
from services.ordering.domain.policy import RenewalPolicy

_DAY = timedelta(days=1)
_A_MONTH = 28
"""Days of the shortest month."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The days of a period that is to be measured, and when that is."""

    days: Period
    measure_at: datetime


@dataclass(frozen=True, slots=True)
class Contract:
    """What of a subscription decides its periods.

    Attributes:
        anchor: the first day of the service, which became the anchor day.
    """

    subscription_id: UUID
    billing: Billing
    anchor: date


def planned(contract: Contract, paid_until: date, policy: RenewalPolicy) -> Plan:
    """The period after the last day that is paid for, or asked for.

    Args:
        contract: The subscription.
        paid_until: That last day: the end of a term, where it is annual.
        policy: Hours and days.
    """
    first = paid_until + _DAY
    if contract.billing is Billing.MONTHLY:
        month = Period.month(first)
        return Plan(Period(first, month.last), measuring(contract.subscription_id, month.first, policy))
    term = Period.of_months(contract.anchor, contract.billing.months, first.year - contract.anchor.year)
    return Plan(term, measuring(contract.subscription_id, paid_until - timedelta(days=policy.notice_days), policy))


def confirms_contract(billing: Billing, days: Period) -> bool:
    """Whether a later period, once paid, makes a new monthly contract one like any other.

    A month's use has been paid with it, and it is asked for when no right of withdrawal is left. A shorter one, the
    rest of the month in which the first period ended, may be asked for on the contract's second day.
    """
    return billing is Billing.MONTHLY and days.days >= _A_MONTH


def term_before(contract: Contract, days: Period) -> Period:
    """The term before one of an annual contract."""
    return Period.of_months(contract.anchor, contract.billing.months, days.first.year - contract.anchor.year - 1)


def month_before(contract: Contract, days: Period) -> Period:
    """The days of service in the calendar month before the one in which a monthly period lies.

    They end as the period is measured; what was used on them above the prepaid is charged with it.
    """
    month = Period.month(days.first.replace(day=1) - _DAY)
    return Period(max(month.first, contract.anchor), month.last)


def unsettled(contract: Contract, newest: Period | None, last: date) -> Period | None:
    """The days of service whose use above the prepaid no period has charged, when a monthly contract ends.

    Args:
        contract: The subscription.
        newest: The days of the newest period that was measured and stays: it charged the month before its own.
        last: The last day of service.

    Returns:
        None where all is charged.
    """
    first = contract.anchor if newest is None else max(contract.anchor, newest.first.replace(day=1))
    return None if last < first else Period(first, last)


def by_month(days: Period) -> Iterator[Period]:
    """Some days, cut where a calendar month ends."""
    first = days.first
    while first <= days.last:
        last = min(Period.month(first).last, days.last)
        yield Period(first, last)
        first = last + _DAY


def measuring(measured: UUID, day: date, policy: RenewalPolicy) -> datetime:
    """When a subscription, or an account, is measured on a day: always at the same place of the spread, by its id."""
    spread = measured.int % (policy.jitter_minutes * 60)
    return at_hour(day, policy.measure_hour) + timedelta(seconds=spread)
