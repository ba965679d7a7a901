"""What a period costs, and what its lines say, in both languages."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import Period
from services.kit.money import Money
from services.ordering.domain.items import Item, Usage
from services.ordering.domain.metering import Counted, Idle, counted
from services.ordering.domain.period_lines import (
    PeriodLine,
    annual_lines,
    coming_lines,
    line_from,
    lines_above,
)
from services.ordering.domain.price_list import BANDS_GB
from services.ordering.domain.quote import totals
from services.ordering.price_list_file import load_price_list

EDITION = load_price_list(Path(__file__).parents[3] / "deploy" / "pricelist.yaml").editions[0]
MONTHLY = {plan.code: plan.monthly for plan in (*EDITION.plans, *EDITION.options)}
codes = [option.code for option in EDITION.options]
numbers = st.builds(
    Counted,
    st.dictionaries(st.sampled_from(BANDS_GB), st.integers(0, 400)),
    st.dictionaries(st.sampled_from(codes), st.integers(0, 400)),
)
first_days = st.dates(date(2026, 1, 1), date(2033, 1, 1))


def to_month_end(first: date) -> Period:
    return Period(first, Period.month(first).last)


def exactly(code: str, count: int, days: int, whole: int) -> int:
    """Minor units, rounded half up once."""
    return int((MONTHLY[code] * 100 * count * days / whole).quantize(Decimal(1), ROUND_HALF_UP))


def words(line: PeriodLine) -> tuple[str, str]:
    return line.text_it, line.text_en


@given(numbers, first_days)
def test_coming_days_cost_price_times_number_by_the_day_rounded_once_a_line(counted: Counted, first: date) -> None:
    days = to_month_end(first)
    lines = list(coming_lines(counted, days, EDITION, "EUR"))
    by_code = {f"mail-{band}": number for band, number in counted.mailboxes.items()} | dict(counted.options)
    assert {line.code for line in lines} == {code for code, number in by_code.items() if number}
    for line in lines:
        whole = Period.month(first).days
        assert line.net_minor == exactly(line.code, by_code[line.code], days.days, whole)
        assert line.quantity * line.unit_minor == line.net_minor
        assert line.quantity == (by_code[line.code] if days.days == whole else 1)
        assert line.days == days


@given(numbers, first_days)
def test_days_above_the_prepaid_cost_their_part_of_a_month_and_nothing_is_charged_as_zero(
    above: Counted, first: date
) -> None:
    days = to_month_end(first)
    by_code = {f"mail-{band}": number for band, number in above.mailboxes.items()} | dict(above.options)
    lines = {line.code: line for line in lines_above(above, days, EDITION, "EUR")}
    for code, number in by_code.items():
        net = exactly(code, number, 1, Period.month(first).days)
        assert (lines[code].net_minor if code in lines else 0) == net
        assert code not in lines or (lines[code].quantity, lines[code].unit_minor) == (1, net)


@given(numbers, first_days, st.data())
def test_two_parts_of_a_month_cost_the_month_within_a_cent_a_line_and_none_more_than_it(
    counted: Counted, first: date, data: st.DataObject
) -> None:
    month = Period.month(first)
    until = month.first + timedelta(days=data.draw(st.integers(0, month.days - 2)))
    parts = [Period(month.first, until), Period(until + timedelta(days=1), month.last)]
    nets = [{line.code: line.net_minor for line in coming_lines(counted, part, EDITION, "EUR")} for part in parts]
    for whole in coming_lines(counted, month, EDITION, "EUR"):
        one, other = (net[whole.code] for net in nets)
        assert abs(one + other - whole.net_minor) <= 1
        assert 0 <= min(one, other) <= max(one, other) <= whole.net_minor


@given(st.sampled_from(BANDS_GB), st.integers(1, 400), first_days)
def test_a_day_above_the_prepaid_costs_what_a_prepaid_day_costs(band: int, count: int, first: date) -> None:
    days = to_month_end(first)
    (coming,) = coming_lines(Counted({band: count}), days, EDITION, "EUR")
    above = list(lines_above(Counted({band: count * days.days}), days, EDITION, "EUR"))
    assert sum(line.net_minor for line in above) == coming.net_minor


@given(numbers, numbers, first_days, st.sampled_from([Decimal("22.00"), Decimal("0.00")]))
def test_the_totals_are_those_of_the_lines_with_vat_on_their_sum(
    counted: Counted, above: Counted, first: date, rate: Decimal
) -> None:
    days = to_month_end(first)
    lines = [*coming_lines(counted, days, EDITION, "EUR"), *lines_above(above, days, EDITION, "EUR")]
    sums = totals(lines, rate, "EUR")
    assert sums.net.minor == sum(line.net_minor for line in lines)
    assert sums.gross == sums.net + sums.vat
    assert sums.vat == Money.of(sums.net.decimal * rate / 100)


LESS_15 = "list price 1.50 EUR less reseller discount 15%, rounded to cents"
discounts = st.sampled_from([tier.discount for tier in EDITION.reseller_tiers])


@given(numbers, first_days, discounts)
def test_a_reseller_s_line_is_its_discounted_price_rounded_to_cents_times_the_number(
    counted: Counted, first: date, discount: Decimal
) -> None:
    whole = Period.month(first)
    by_code = {f"mail-{band}": number for band, number in counted.mailboxes.items()} | dict(counted.options)
    for line in coming_lines(counted, whole, EDITION, "EUR", discount):
        unit = int((MONTHLY[line.code] * (100 - discount)).quantize(Decimal(1), ROUND_HALF_UP))
        assert (line.quantity, line.unit_minor, line.net_minor) == (
            by_code[line.code], unit, unit * by_code[line.code]
        )  # fmt: skip
        listed, true = f"{MONTHLY[line.code]:.2f}", unit == MONTHLY[line.code] * (100 - discount)
        it, en = f"sconto rivenditori {discount:.0f}%", f"reseller discount {discount:.0f}%"
        if not true:
            it = f"prezzo di listino {listed.replace('.', ',')} EUR meno {it}, arrotondato al centesimo"
            en = f"list price {listed} EUR less {en}, rounded to cents"
        assert (line.text_it.endswith(f", {it}"), line.text_en.endswith(f", {en}")) == (True, True)
        assert line.text_it.encode("latin-1")


@pytest.mark.parametrize(
    ("first", "count", "discount", "net", "text"),
    [
        (date(2026, 12, 1), 12, Decimal("15.00"), 12 * 128, f"Mailbox 8 GB, December 2026, {LESS_15}"),
        (
            date(2026, 12, 10), 12, Decimal("15.00"), 1090,  # 12 × 1.28 × 22/31 = 10.9006…
            f"12 × Mailbox 8 GB, 10 to 31 December 2026, 22 of 31 days at 1.28 EUR a month, {LESS_15}",
        ),
        (date(2026, 12, 1), 600, Decimal("12.50"), 600 * 131,
         "Mailbox 8 GB, December 2026, list price 1.50 EUR less reseller discount 12.5%, rounded to cents"),
        (date(2026, 12, 1), 12, Decimal("16.00"), 12 * 126, "Mailbox 8 GB, December 2026, reseller discount 16%"),
    ],
)  # fmt: skip
def test_a_reseller_s_sums_by_hand(first: date, count: int, discount: Decimal, net: int, text: str) -> None:
    [line] = coming_lines(Counted({8: count}), to_month_end(first), EDITION, "EUR", discount)
    assert (line.net_minor, line.text_en) == (net, text)


def test_what_a_reseller_used_above_the_prepaid_has_the_discount_too() -> None:
    days = Period(date(2026, 11, 10), date(2026, 11, 30))
    [line] = lines_above(Counted({8: 30}), days, EDITION, "EUR", Decimal("15.00"))
    assert line.net_minor == 128
    assert line.text_en == (
        "Mailbox 8 GB above the prepaid, 10 to 30 November 2026: 30 mailbox-days at 1.28 EUR a month of 30 days, "
        f"{LESS_15}"
    )


@given(numbers, first_days)
def test_lines_are_read_back_as_they_were_stored(counted: Counted, first: date) -> None:
    for line in coming_lines(counted, to_month_end(first), EDITION, "EUR"):
        assert line_from(line.as_json()) == line


@pytest.mark.parametrize(
    ("first", "texts"),
    [
        (
            date(2026, 12, 10),
            (
                "7 × Casella 8 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 1,50 EUR al mese",
                "7 × Mailbox 8 GB, 10 to 31 December 2026, 22 of 31 days at 1.50 EUR a month",
            ),
        ),
        (
            date(2026, 4, 8),
            (
                "7 × Casella 8 GB, dall’8 al 30 aprile 2026, 23 giorni su 30 a 1,50 EUR al mese",
                "7 × Mailbox 8 GB, 8 to 30 April 2026, 23 of 30 days at 1.50 EUR a month",
            ),
        ),
        (
            date(2026, 2, 28),
            (
                "7 × Casella 8 GB, 28 febbraio 2026, 1 giorno su 28 a 1,50 EUR al mese",
                "7 × Mailbox 8 GB, 28 February 2026, 1 of 28 days at 1.50 EUR a month",
            ),
        ),
        (date(2026, 5, 1), ("Casella 8 GB, maggio 2026", "Mailbox 8 GB, May 2026")),
    ],
)
def test_a_line_of_the_coming_days_says_how_its_amount_comes_about(first: date, texts: tuple[str, str]) -> None:
    (line,) = coming_lines(Counted({8: 7}), to_month_end(first), EDITION, "EUR")
    assert words(line) == texts


@pytest.mark.parametrize(
    ("first", "count", "texts"),
    [
        (
            date(2026, 11, 1),
            34,
            (
                "Casella 8 GB oltre il prepagato, novembre 2026: 34 giorni-casella a 1,50 EUR al mese di 30 giorni",
                "Mailbox 8 GB above the prepaid, November 2026: 34 mailbox-days at 1.50 EUR a month of 30 days",
            ),
        ),
        (
            date(2026, 4, 11),
            1,
            (
                (
                    "Casella 8 GB oltre il prepagato, dall’11 al 30 aprile 2026: 1 giorno-casella a 1,50 EUR al mese "
                    "di 30 giorni"
                ),
                "Mailbox 8 GB above the prepaid, 11 to 30 April 2026: 1 mailbox-day at 1.50 EUR a month of 30 days",
            ),
        ),
    ],
)
def test_a_line_above_the_prepaid_says_how_its_amount_comes_about(
    first: date, count: int, texts: tuple[str, str]
) -> None:
    (line,) = lines_above(Counted({8: count}), to_month_end(first), EDITION, "EUR")
    assert words(line) == texts


def test_an_annual_renewal_costs_what_the_contract_holds_for_a_year_less_the_discount() -> None:
    term = Period(date(2027, 3, 2), date(2028, 3, 1))
    lines = list(annual_lines([Item(8, 3, ("archive",)), Item(25, 1)], term, EDITION, "EUR"))
    assert [(line.code, line.quantity, line.unit_minor, line.net_minor) for line in lines] == [
        ("mail-8", 3, 1620, 4860),
        ("mail-25", 1, 3132, 3132),
        ("archive", 3, 1296, 3888),
    ]
    assert {line.days for line in lines} == {term}
    assert words(lines[0]) == ("Casella 8 GB, 12 mesi", "Mailbox 8 GB, 12 months")


def test_an_option_that_is_no_longer_sold_is_not_charged() -> None:
    counted = Counted({8: 5}, {"archive": 1, "fax": 2})
    assert [line.code for line in coming_lines(counted, Period.month(date(2026, 5, 1)), EDITION, "EUR")] == [
        "mail-8",
        "archive",
    ]


@pytest.mark.parametrize(
    ("mailboxes", "domains", "it", "en"),
    [
        (7, 0, "", ""),
        (10, 1, " (10 caselle, 1 dominio senza caselle)", " (10 mailboxes, 1 domain without mailboxes)"),
        (3, 0, " (3 caselle, minimo di 5: 2 non usate)", " (3 mailboxes, minimum of 5: 2 not used)"),
        (
            1, 3, " (1 casella, 3 domini senza caselle, minimo di 5: 1 non usata)",
            " (1 mailbox, 3 domains without mailboxes, minimum of 5: 1 not used)",
        ),
        (0, 0, " (minimo di 5: 5 non usate)", " (minimum of 5: 5 not used)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [date(2027, 1, 1), date(2026, 12, 10)])
def test_a_line_says_what_it_counts_that_is_no_mailbox_and_costs_the_same(
    mailboxes: int, domains: int, it: str, en: str, first: date
) -> None:
    usage = Usage({8: mailboxes}, domains)
    existing, days = counted(usage).at_least(5), to_month_end(first)
    [line] = coming_lines(existing, days, EDITION, "EUR", idle=Idle.of(usage, 5))
    [plain] = coming_lines(existing, days, EDITION, "EUR")
    assert (f"Casella 8 GB{it}, " in line.text_it, f"Mailbox 8 GB{en}, " in line.text_en) == (True, True)
    assert (line.quantity, line.unit_minor, line.net_minor) == (plain.quantity, plain.unit_minor, plain.net_minor)
    assert line.text_it.encode("latin-1")


def test_what_is_no_mailbox_stands_on_the_line_of_the_smallest_band_alone() -> None:
    usage = Usage({25: 3}, 0)
    small, large = coming_lines(
        counted(usage).at_least(5), to_month_end(date(2027, 1, 1)), EDITION, "EUR", idle=Idle.of(usage, 5)
    )
    assert (small.quantity, words(small)[1]) == (2, "Mailbox 8 GB (minimum of 5: 2 not used), January 2027")
    assert (large.quantity, words(large)[1]) == (3, "Mailbox 25 GB, January 2027")


def test_use_above_the_prepaid_says_where_domains_without_mailboxes_are_in_it() -> None:
    days = Period(date(2026, 11, 10), date(2026, 11, 30))
    small, large = lines_above(Counted({8: 30, 25: 30}), days, EDITION, "EUR", with_domains=True)
    assert "Casella 8 GB (anche domini senza caselle) oltre il prepagato" in small.text_it
    assert "Mailbox 8 GB (domains without mailboxes included) above the prepaid" in small.text_en
    assert "domini" not in large.text_it
