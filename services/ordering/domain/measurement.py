"""What a period pays for and its lines, from all that a measuring has to know: the same for its moment and before it.

A period that is measured before its time charges of the use above the prepaid what there is so far, to the present day.
Source: docs/rules.md, "Renewals".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.kit.calendar import Period
from services.ordering.domain.items import Item, Usage
from services.ordering.domain.kinds import Billing
from services.ordering.domain.metering import (
    Counted,
    DayUsage,
    Idle,
    MeteredDay,
    Prepaid,
    counted,
    mailbox_days,
    metered,
    prepaid_on,
)
from services.ordering.domain.period_lines import PeriodLine, annual_lines, coming_lines, lines_above
from services.ordering.domain.periods import Contract, by_month, month_before
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import LIST_PRICE, PriceList


@dataclass(frozen=True, slots=True)
class Told:
    """What mailboxes told: what exists, and what existed on each day of the month whose use is charged."""

    existing: Usage
    days: dict[date, Usage]

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the period."""
        return {
            "existing": _usage_json(self.existing),
            "days": {day.isoformat(): _usage_json(usage) for day, usage in sorted(self.days.items())},
        }


@dataclass(frozen=True, slots=True)
class Basis:
    """What a period's price rests on, beside prices and policy.

    Attributes:
        days: of the period.
        priced_on: the day whose prices count for the coming days.
        today: the day of the measuring in Rome.
        items: what was ordered; an annual contract has that.
        told: None for an annual contract.
        prepaid: what is paid for, or asked for, on the days that were told of.
        is_tiered: whether the customer is an approved reseller.
    """

    contract: Contract
    days: Period
    priced_on: date
    today: date
    items: Sequence[Item]
    told: Told | None
    prepaid: Sequence[Prepaid]
    is_tiered: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What a period pays for, its lines without stamp duty, their discount in percent, and the use by day."""

    counted: Counted
    lines: tuple[PeriodLine, ...]
    discount: Decimal = LIST_PRICE
    usage: tuple[MeteredDay, ...] = ()


def content(basis: Basis, prices: PriceList, policy: OrderingPolicy) -> Content | None:
    """Measure a period; None where no prices are in force on a day that counts.

    A reseller's lines have the discount of what the period pays for, those of the use above the prepaid all the same.
    """
    edition = prices.on(basis.priced_on)
    if edition is None:
        return None
    if basis.told is None:
        return Content(
            Counted.of_items(basis.items), tuple(annual_lines(basis.items, basis.days, edition, prices.currency))
        )
    minimum = policy.minimum(Billing.MONTHLY)
    existing = counted(basis.told.existing).at_least(minimum)
    idle = Idle.of(basis.told.existing, minimum)
    discount = edition.reseller_discount(sum(existing.mailboxes.values())) if basis.is_tiered else LIST_PRICE
    coming = tuple(coming_lines(existing, basis.days, edition, prices.currency, discount, idle))
    ended = month_before(basis.contract, basis.days)
    if basis.today < ended.first:
        return Content(existing, coming, discount)
    used = _used(basis, basis.told, Period(ended.first, min(ended.last, basis.today)), prices, policy, discount)
    return None if used is None else Content(existing, (*coming, *used.lines), discount, used.usage)


def last_content(basis: Basis, prices: PriceList, policy: OrderingPolicy) -> Content | None:
    """Measure the last period of a monthly contract; None where no prices are in force on a day that counts.

    It pays for no coming days: it charges what was used above the prepaid on its own, each month by its own prices.
    Days of service that no period pays for are above it whole. A reseller's tier is that of the mailboxes that exist.
    """
    if basis.told is None:
        raise AssertionError("an annual contract ends without a last period")
    lines, usage, discount = list[PeriodLine](), list[MeteredDay](), LIST_PRICE
    if basis.is_tiered:
        edition = prices.on(basis.priced_on)
        if edition is None:
            return None
        discount = edition.reseller_discount(sum(counted(basis.told.existing).mailboxes.values()))
    if basis.days.first <= basis.today:
        for served in by_month(Period(basis.days.first, min(basis.days.last, basis.today))):
            used = _used(basis, basis.told, served, prices, policy, discount)
            if used is None:
                return None
            lines += used.lines
            usage += used.usage
    return Content(Counted(), tuple(lines), discount, tuple(usage))


def _used(
    basis: Basis, told: Told, served: Period, prices: PriceList, policy: OrderingPolicy, discount: Decimal
) -> Content | None:
    """What was used above the prepaid on days of one calendar month; None where no prices are in force on them."""
    edition = prices.over(served.first, served.last)
    if edition is None:
        return None
    used = [DayUsage(day, counted(usage)) for day, usage in sorted(told.days.items()) if day in served]
    usage = metered(used, lambda day: prepaid_on(basis.prepaid, day), policy.renewals.overage)
    domains = any(each.empty_domains for day, each in told.days.items() if day in served)
    over = lines_above(mailbox_days(usage), served, edition, prices.currency, discount, with_domains=domains)
    return Content(Counted(), tuple(over), discount, tuple(usage))


def _usage_json(usage: Usage) -> dict[str, Any]:
    sizes = {str(size): count for size, count in sorted(usage.mailboxes.items())}
    options = dict(sorted(usage.options.items()))
    return {"mailboxes": sizes, "empty_domains": usage.empty_domains, "options": options}
