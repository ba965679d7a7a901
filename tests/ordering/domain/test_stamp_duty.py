"""Stamp duty: due where no VAT is and the sum is above the law's, charged only by the operator's policy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.kit.calendar import Period
from services.ordering.domain.items import Item
from services.ordering.domain.period_lines import PeriodLine, with_stamp_duty
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.quote import Quote, QuoteLine, QuoteTax, from_content
from services.ordering.domain.stamp_duty import CODE, charged, nature_of
from services.ordering.domain.tax import TaxTreatment
from tests.ordering.domain.test_quote import quote_of

CHARGED, ABSORBED = TaxPolicy(stamp_duty="charged"), TaxPolicy()
UNTAXED = [treatment for treatment in TaxTreatment if treatment is not TaxTreatment.DOMESTIC]


def _sold(*nets: int) -> list[QuoteLine]:
    return [QuoteLine("mailbox_8", 1, net, net, "x", "x") for net in nets]


@pytest.mark.parametrize("treatment", UNTAXED)
def test_it_is_charged_from_the_first_cent_above_the_sum_of_all_lines(treatment: TaxTreatment) -> None:
    assert charged(_sold(77_00, 47), treatment, CHARGED) == 0
    assert charged(_sold(77_00, 48), treatment, CHARGED) == 2_00


def test_it_is_charged_neither_with_vat_nor_where_the_provider_absorbs_it() -> None:
    assert charged(_sold(1_000_00), TaxTreatment.DOMESTIC, CHARGED) == 0
    assert charged(_sold(1_000_00), TaxTreatment.REVERSE_CHARGE, ABSORBED) == 0


def _quote(*, is_open: bool = False) -> Quote:
    """100 mailboxes to a business in the EU, with stamp duty charged."""
    quote = quote_of([Item(8, 100)])
    return replace(
        quote,
        tax=QuoteTax(TaxTreatment.REVERSE_CHARGE, "DE123456788", is_open),
        vat_rate="0.00",
        vat_rate_if_charged="22.00" if is_open else "",
        stamp_duty_minor=charged(quote.lines, TaxTreatment.REVERSE_CHARGE, CHARGED),
    )


def test_a_quote_names_it_as_a_line_and_in_its_total() -> None:
    quote = _quote()
    *sold, duty = quote.lines_of(TaxTreatment.REVERSE_CHARGE)
    assert (duty.code, duty.net_minor) == (CODE, 2_00)
    assert quote.totals.gross.minor == sum(line.net_minor for line in sold) + 2_00
    assert quote.totals.vat.minor == 0
    assert [nature_of(line, TaxTreatment.REVERSE_CHARGE) for line in (*sold, duty)] == ["N2.1", "N1"]


def test_while_the_tax_is_open_only_the_total_without_vat_holds_it() -> None:
    quote = _quote(is_open=True)
    net = sum(line.net_minor for line in quote.lines)
    assert quote.totals.gross.minor == net + 2_00
    charged_vat = quote.totals_if_charged
    assert charged_vat is not None
    assert charged_vat.gross.minor == net + int(Decimal(net) * 22 / 100)
    assert quote.totals_of(TaxTreatment.DOMESTIC) == charged_vat
    assert CODE not in {line.code for line in quote.lines_of(TaxTreatment.DOMESTIC)}


def test_the_hash_covers_it_and_a_quote_without_it_keeps_the_hash_of_before() -> None:
    quote = _quote()
    assert from_content(quote.content()) == quote
    absorbed = replace(quote, stamp_duty_minor=0)
    assert absorbed.hash != quote.hash
    assert "stamp_duty_minor" not in absorbed.content()


def test_a_period_has_it_as_its_last_line() -> None:
    days = Period(date(2026, 12, 1), date(2026, 12, 31))
    sold = (PeriodLine("mailbox_8", 100, 1_50, 150_00, "x", "x", days),)
    lines = with_stamp_duty(sold, days, TaxTreatment.OUTSIDE_EU, CHARGED)
    assert [(line.code, line.quantity, line.unit_minor, line.net_minor) for line in lines[1:]] == [(CODE, 1, 200, 200)]
    assert with_stamp_duty(sold, days, TaxTreatment.OUTSIDE_EU, ABSORBED) == sold
    assert with_stamp_duty(sold, days, TaxTreatment.DOMESTIC, CHARGED) == sold
