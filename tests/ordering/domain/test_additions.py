"""What an addition to an annual contract costs: pro rata to the term, rounded half up once a line."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import Period
from services.kit.ids import new_id
from services.ordering.domain.addition_lines import addition_lines
from services.ordering.domain.additions import Addition, Share, addition_from, shares
from services.ordering.domain.items import Item, merged, without
from services.ordering.domain.kinds import Billing
from services.ordering.domain.price_list import BANDS_GB
from services.ordering.domain.quote import QuoteLine, quote_lines
from services.ordering.price_list_file import load_price_list

EDITION = load_price_list(Path(__file__).parents[3] / "deploy" / "pricelist.yaml").editions[0]
items = st.lists(
    st.builds(
        Item, st.sampled_from(BANDS_GB), st.integers(1, 200), st.sampled_from([(), ("archive",), ("activesync",)])
    ),
    min_size=1,
    max_size=6,
)
anchors = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def lines_of(wanted: list[Item], terms: list[Period], day: date) -> list[QuoteLine]:
    return list(addition_lines(wanted, shares(terms, day), EDITION, "EUR"))


@given(items, anchors, st.integers(0, 365))
def test_each_line_is_the_year_s_by_the_days_left_of_the_term_s_days_rounded_once(
    wanted: list[Item], anchor: date, offset: int
) -> None:
    term = Period.of_months(anchor, 12)
    day = min(anchor + timedelta(days=offset), term.last)
    left = (term.last - day).days + 1
    whole = quote_lines(wanted, Billing.ANNUAL, EDITION, "EUR")
    found = lines_of(wanted, [term], day)
    assert [line.code for line in found] == [line.code for line in whole]
    for line, year in zip(found, whole, strict=True):
        exact = Decimal(year.net_minor) * left / term.days
        assert line.net_minor == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert line.quantity * line.unit_minor == line.net_minor
        assert f"{left} di {term.days} giorni" in line.text_it


@given(anchors)
def test_a_term_s_last_day_is_one_that_an_addition_pays_for(anchor: date) -> None:
    running, renewed = (Period.of_months(anchor, 12, index) for index in (0, 1))
    assert shares([running], running.last) == [Share(Period(running.last, running.last), running)]
    assert shares([running, renewed], renewed.first) == [Share(renewed, renewed)]


@given(items, anchors)
def test_an_addition_on_a_term_s_first_day_costs_its_year(wanted: list[Item], anchor: date) -> None:
    year = quote_lines(wanted, Billing.ANNUAL, EDITION, "EUR")
    found = lines_of(wanted, [Period.of_months(anchor, 12)], anchor)
    assert [line.net_minor for line in found] == [line.net_minor for line in year]


@given(items, anchors, st.integers(0, 363))
def test_a_day_later_never_costs_more(wanted: list[Item], anchor: date, offset: int) -> None:
    term, day = Period.of_months(anchor, 12), anchor + timedelta(days=offset)
    today, tomorrow = (
        sum(line.net_minor for line in lines_of(wanted, [term], each)) for each in (day, day + timedelta(days=1))
    )
    assert 0 <= tomorrow <= today


@given(items, anchors, st.integers(0, 364))
def test_once_the_renewal_is_paid_its_whole_year_comes_to_the_rest_of_the_running_one(
    wanted: list[Item], anchor: date, offset: int
) -> None:
    terms = [Period.of_months(anchor, 12, index) for index in (0, 1)]
    day = anchor + timedelta(days=offset)
    rest, year = lines_of(wanted, terms[:1], day), quote_lines(wanted, Billing.ANNUAL, EDITION, "EUR")
    both = [line.net_minor for line in lines_of(wanted, terms, day)]
    assert both == [line.net_minor for line in (*rest, *year)]


def test_by_hand() -> None:
    [line] = lines_of([Item(25, 2)], [Period(date(2026, 3, 1), date(2027, 2, 28))], date(2026, 12, 10))
    assert line.net_minor == 1390  # 2 × 31.32 × 81 / 365 = 13.9009…
    assert line.text_it == (
        "2 × Casella 25 GB, aggiunta al contratto dal 10 dicembre 2026 al 28 febbraio 2027: 81 di 365 giorni del "
        "periodo, a 31,32 EUR all’anno"
    )
    assert line.text_en == (
        "2 × Mailbox 25 GB, added to the contract from 10 December 2026 to 28 February 2027: 81 of the term’s 365 "
        "days, at 31.32 EUR a year"
    )


def test_a_leap_year_s_term_has_366_days() -> None:
    [line] = lines_of([Item(8, 1)], [Period.of_months(date(2027, 3, 1), 12)], date(2027, 9, 1))
    assert line.net_minor == 806  # 1620 × 182 / 366 = 805.57…
    assert "182 of the term’s 366 days" in line.text_en


@given(anchors, st.integers(1, 800))
def test_an_addition_is_read_back_as_it_was_stored(first: date, days: int) -> None:
    addition = Addition(new_id(), Period(first, first + timedelta(days=days)))
    assert addition_from(addition.as_json()) == addition


@given(items, items)
def test_what_was_added_can_be_taken_away_again(held: list[Item], added: list[Item]) -> None:
    assert without(merged([*held, *added]), added) == merged(held)
