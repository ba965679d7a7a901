"""A new price reaches a consumer's annual contract only where the notice of the renewal can name it."""

from datetime import date, timedelta

import pytest

from services.kit.wire import from_timestamp
from services.ordering.domain.price_list import PriceList
from services.ordering.price_list_file import load_price_list
from tests.ordering.conftest import PRICE_LIST
from tests.ordering.letters import only_mail
from tests.ordering.shop import ACME, ANNA, Shop
from tests.ordering.subscribers import annual

BEGIN, RISE = date(2026, 3, 2), date(2027, 2, 1)
OLD, NEW = 1620, 3240
"""Net of a mailbox a year."""


@pytest.fixture
def price_list() -> PriceList:
    """The usual prices, and from February 2027 on twice as high ones."""
    prices = load_price_list(PRICE_LIST)
    last = prices.editions[-1]
    plans = tuple(plan.model_copy(update={"monthly": plan.monthly * 2}) for plan in last.plans)
    dearer = last.model_copy(update={"version": "dearer", "valid_from": RISE, "plans": plans})
    return prices.model_copy(update={"editions": (*prices.editions, dearer)})


async def test_a_new_price_counts_where_the_notice_names_it(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN, party=ANNA)
    period = await subscriber.asked_in_time(2)
    assert [line.net.minor for line in period.lines] == [NEW]
    await shop.room.empty_outbox()
    await subscriber.advance(2)
    assert "Prezzo del rinnovo: 39,53 €, IVA inclusa" in (await only_mail(shop))[1]
    assert period.totals.gross.minor == 3953


@pytest.mark.parametrize("days", [1, 40])
async def test_a_new_price_that_no_notice_can_name_in_time_does_not_count(shop: Shop, days: int) -> None:
    subscriber = await annual(shop, BEGIN, party=ANNA)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at) + timedelta(days=days)
    assert [line.net.minor for line in (await subscriber.measure(2)).lines] == [OLD]


async def test_a_business_that_needs_no_notice_has_the_prices_of_the_term_s_first_day(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN, party=ACME)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at) + timedelta(days=1)
    assert [line.net.minor for line in (await subscriber.measure(2)).lines] == [NEW]


async def test_a_price_that_rises_after_the_notice_changes_nothing(shop: Shop) -> None:
    """What was measured stays: the lines are frozen before the notice, and the invoice has them."""
    subscriber = await annual(shop, BEGIN, party=ANNA)
    before = (await subscriber.asked_in_time(2)).totals
    shop.room.clock.advance(days=60)
    await subscriber.advance(2)
    assert (await subscriber.period(2)).totals == before
