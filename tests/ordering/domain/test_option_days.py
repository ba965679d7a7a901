"""What options cost over a month, whatever is prepaid and used on each of its days."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.kit.calendar import Period
from services.ordering.domain.items import Item, Usage
from services.ordering.domain.kinds import Billing
from services.ordering.domain.measurement import Basis, Content, Told, content
from services.ordering.domain.metering import Counted, Prepaid
from services.ordering.domain.periods import Contract
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.price_list_file import load_price_list

PRICES = load_price_list(Path(__file__).parents[3] / "deploy" / "pricelist.yaml")
MONTHLY = {option.code: option.monthly for option in PRICES.editions[0].options}
BOXES = {8: 7}

options = st.dictionaries(st.sampled_from(sorted(MONTHLY)), st.integers(0, 7))
months = st.dates(date(2026, 2, 1), date(2033, 1, 1)).map(lambda day: Period.month(day.replace(day=1)))


def rounded(exact: Decimal) -> int:
    return int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))


def measured(
    ended: Period, served: list[dict[str, int]], prepaid: list[dict[str, int]], existing: dict[str, int]
) -> Content:
    """The period of the month after the ended one, whose last days were served and prepaid so."""
    days = [ended.last - timedelta(days=back) for back in reversed(range(len(served)))]
    following = Period.month(ended.last + timedelta(days=1))
    basis = Basis(
        contract=Contract(UUID(int=1), Billing.MONTHLY, days[0]),
        days=following,
        priced_on=following.first,
        today=following.first,
        items=[Item(8, 7, ("archive",))],
        told=Told(
            Usage(BOXES, 0, existing),
            {day: Usage(BOXES, 0, used) for day, used in zip(days, served, strict=True)},
        ),
        prepaid=[Prepaid(Period(day, day), Counted(BOXES, paid)) for day, paid in zip(days, prepaid, strict=True)],
        is_tiered=False,
    )
    found = content(basis, PRICES, OrderingPolicy())
    assert found is not None
    return found


@given(months, st.lists(st.tuples(options, options), min_size=1, max_size=28), options)
def test_each_option_costs_the_coming_month_and_every_day_above_the_prepaid_rounded_once_a_line(
    ended: Period, days: list[tuple[dict[str, int], dict[str, int]]], existing: dict[str, int]
) -> None:
    found = measured(ended, [used for used, _ in days], [paid for _, paid in days], existing)
    for code, monthly in MONTHLY.items():
        above = sum(max(0, used.get(code, 0) - paid.get(code, 0)) for used, paid in days)
        nets = [line.net_minor for line in found.lines if line.code == code]
        expected = [rounded(monthly * existing.get(code, 0)), rounded(monthly * above / ended.days)]
        assert nets == [net for net in expected if net]
    assert [day.used.options for day in found.usage] == [used for used, _ in days]
    assert found.counted.options == existing


@given(months, st.lists(options, min_size=1, max_size=28), options)
def test_options_that_are_used_as_they_were_prepaid_cost_the_coming_month_alone(
    ended: Period, days: list[dict[str, int]], existing: dict[str, int]
) -> None:
    found = measured(ended, days, days, existing)
    assert sum(line.net_minor for line in found.lines if line.code in MONTHLY) == rounded(
        sum((MONTHLY[code] * number for code, number in existing.items()), Decimal(0))
    )


@given(months, st.lists(options, min_size=2, max_size=28), options, st.data())
def test_one_more_option_for_a_day_never_makes_a_month_cheaper(
    ended: Period, days: list[dict[str, int]], prepaid: dict[str, int], data: st.DataObject
) -> None:
    place, code = data.draw(st.integers(0, len(days) - 1)), data.draw(st.sampled_from(sorted(MONTHLY)))
    more = [*days]
    more[place] = {**more[place], code: more[place].get(code, 0) + 1}
    paid = [prepaid] * len(days)
    before, after = (sum(line.net_minor for line in measured(ended, used, paid, {}).lines) for used in (days, more))
    assert 0 <= after - before <= rounded(MONTHLY[code] / ended.days) + 1
