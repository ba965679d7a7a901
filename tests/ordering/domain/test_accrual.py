"""What a business abroad has not paid is invoiced by the 15th of the month after its price has accrued."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import ROME, Period, rome_date
from services.ordering.domain.accrual import accrues_on, invoice_at
from services.ordering.domain.kinds import CustomerKind
from services.ordering.domain.period_lines import PeriodLine
from services.ordering.domain.policy import LAST_ACCRUED_INVOICE_DAY, RenewalPolicy
from services.ordering.domain.tax import TaxTreatment

COMPANY, RESELLER, PRIVATE = CustomerKind.COMPANY, CustomerKind.RESELLER, CustomerKind.PRIVATE
EU, OUTSIDE, LIVIGNO, ITALY = (
    TaxTreatment.REVERSE_CHARGE,
    TaxTreatment.OUTSIDE_EU,
    TaxTreatment.OUTSIDE_VAT_TERRITORY,
    TaxTreatment.DOMESTIC,
)
JULY = Period.month(date(2026, 7, 1))
POLICY = RenewalPolicy()


def line(days: Period) -> PeriodLine:
    return PeriodLine("mailbox-8", 1, 150, 150, "Casella 8 GB", "Mailbox 8 GB", days)


def day_of(*days: Period, kind: CustomerKind = COMPANY, treatment: TaxTreatment = EU) -> date | None:
    at = invoice_at([line(each) for each in days], kind, treatment, POLICY)
    return None if at is None else rome_date(at)


def test_a_month_accrues_with_its_last_day_and_is_invoiced_in_the_next() -> None:
    assert accrues_on([line(JULY)]) == date(2026, 7, 31)
    assert invoice_at([line(JULY)], COMPANY, EU, POLICY) == datetime(2026, 8, 13, 8, tzinfo=ROME)


def test_what_was_used_above_the_prepaid_has_accrued_with_the_ended_month_and_decides_for_the_period() -> None:
    assert day_of(JULY, Period.month(date(2026, 6, 1))) == date(2026, 7, 13)


def test_a_year_accrues_with_its_last_day() -> None:
    assert day_of(Period(date(2026, 3, 2), date(2027, 3, 1))) == date(2027, 4, 13)


def test_what_accrues_in_december_is_invoiced_in_january() -> None:
    assert day_of(Period.month(date(2026, 12, 1))) == date(2027, 1, 13)


@pytest.mark.parametrize(
    ("kind", "treatment", "accrues"),
    [
        (COMPANY, EU, "accrues"),
        (RESELLER, EU, "accrues"),
        (COMPANY, OUTSIDE, "accrues"),
        (COMPANY, LIVIGNO, "accrues"),
        (PRIVATE, LIVIGNO, ""),
        (PRIVATE, ITALY, ""),
        (COMPANY, ITALY, ""),
    ],
)
def test_only_businesses_taxed_abroad_are_invoiced_before_they_pay(
    kind: CustomerKind, treatment: TaxTreatment, accrues: str
) -> None:
    assert (day_of(JULY, kind=kind, treatment=treatment) is not None) is (accrues == "accrues")


@given(
    st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(0, 400)), min_size=1, max_size=4),
    st.integers(1, 15),
)
def test_the_invoice_comes_after_the_accrual_and_not_after_the_law_s_last_day(
    spans: list[tuple[date, int]], day: int
) -> None:
    lines = [line(Period(first, first + timedelta(days=length))) for first, length in spans]
    at = invoice_at(lines, COMPANY, EU, RenewalPolicy(accrued_invoice_day=day))
    accrued = accrues_on(lines)
    next_month = Period.month(accrued).last + timedelta(days=1)
    assert at is not None
    assert accrued < rome_date(at) <= next_month.replace(day=LAST_ACCRUED_INVOICE_DAY)
