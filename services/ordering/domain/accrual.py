"""When a period is invoiced though nobody has paid it: once the price of a line has accrued.

Services to a business that is not established in Italy's territory of VAT, and that are supplied continuously, count as
supplied when their price accrues, unless it is paid before; the invoice follows by the 15th of the next month (DPR
633/1972, art. 6(6), 21(4)(c) and (d)). What Italian customers and private persons of Livigno and Campione buy counts as
supplied when it is paid (art. 6(3)), and is invoiced then. Source: docs/rules.md, "Renewals".
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import assert_never

from services.kit.calendar import Period, at_hour
from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.period_lines import PeriodLine
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.tax import TaxTreatment

_HOUR = 8
"""In the morning, so that VIES, the SdI and an operator have the day."""


def invoice_at(
    lines: Sequence[PeriodLine], kind: CustomerKind, treatment: TaxTreatment, policy: RenewalPolicy
) -> datetime | None:
    """From when on a period that is unpaid is invoiced; None where it is invoiced when it is paid.

    A line's price accrues with the last of the days that it names. The period has one invoice, so the first line that
    accrues decides.

    Args:
        lines: The period's.
        kind: Of the customer.
        treatment: How the period is taxed.
        policy: The day of the month.
    """
    if kind is CustomerKind.PRIVATE or not _is_supplied_abroad(treatment):
        return None
    return at_hour(_month_after(accrues_on(lines)).replace(day=policy.accrued_invoice_day), _HOUR)


def accrues_on(lines: Sequence[PeriodLine]) -> date:
    """The day on which the price of a period's first line has accrued."""
    return min(line.days.last for line in lines)


def _is_supplied_abroad(treatment: TaxTreatment) -> bool:
    """Whether what a business buys counts as supplied outside Italy's territory of VAT."""
    match treatment:
        case TaxTreatment.DOMESTIC:
            return False
        case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
            return True
        case _:
            assert_never(treatment)


def _month_after(day: date) -> date:
    """The first day of the next month."""
    return Period.month(day).last + timedelta(days=1)
