"""What options cost: the coming month for the mailboxes that have them, the ended month's days above the prepaid."""

import asyncio
from datetime import date, timedelta

import pytest

from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_date
from services.ordering.domain.policy import OrderingPolicy, RenewalPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.price_list_file import load_price_list
from tests.ordering.conftest import PRICE_LIST
from tests.ordering.shop import Shop, mailboxes
from tests.ordering.subscribers import Subscriber, annual, monthly

SIZE_8 = mailboxes_pb2.MAILBOX_SIZE_8_GB
JUNE = date(2026, 6, 1)


def june(first: int, last: int, options: dict[str, int]) -> dict[date, dict[str, int]]:
    """What was used on days of June."""
    return {JUNE + timedelta(days=day - 1): options for day in range(first, last + 1)}


def of_options(period: pb.Period | pb.UpcomingPeriod) -> list[tuple[str, int]]:
    return [(line.description, line.net.minor) for line in period.lines if "Casella" not in line.description]


async def upcoming(subscriber: Subscriber) -> pb.UpcomingPeriod:
    request = pb.GetUpcomingPeriodRequest(account_id=str(subscriber.account_id))
    answer = await subscriber.shop.stub().GetUpcomingPeriod(request, metadata=subscriber.metadata)
    return pb.UpcomingPeriod.FromString(answer.upcoming.SerializeToString())


async def test_an_option_set_in_the_panel_costs_the_days_above_the_prepaid_and_the_coming_month(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(5), mailboxes(2, SIZE_8, "archive")])
    subscriber.account.options = {"archive": 3, "activesync": 1}
    subscriber.account.options_used = june(1, 10, {"archive": 2}) | june(11, 30, {"archive": 3, "activesync": 1})
    above = "oltre il prepagato, giugno 2026: 20 giorni-casella a"
    # 20/30 of 1.20 and of 0.90
    assert of_options(await subscriber.measured_in_time(2)) == [
        ("Archivio della posta, luglio 2026", 360),
        ("Sincronizzazione ActiveSync, luglio 2026", 90),
        (f"Archivio della posta {above} 1,20 EUR al mese di 30 giorni", 80),
        (f"Sincronizzazione ActiveSync {above} 0,90 EUR al mese di 30 giorni", 60),
    ]


async def test_an_option_that_was_ordered_and_is_taken_off_is_not_charged_again(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7, SIZE_8, "archive")])
    subscriber.account.options_used = june(1, 12, {"archive": 7})
    assert of_options(await subscriber.measured_in_time(2)) == []


async def test_an_option_taken_off_between_midnight_and_the_measuring_costs_that_day_alone(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7)])
    subscriber.account.options_used = {date(2026, 7, 1): {"archive": 1}}
    assert of_options(await subscriber.measured_in_time(2)) == []
    # 1/31 of 1.20
    assert of_options(await subscriber.measured_in_time(3)) == [
        ("Archivio della posta oltre il prepagato, luglio 2026: 1 giorno-casella a 1,20 EUR al mese di 31 giorni", 4)
    ]


async def test_what_changes_while_a_period_is_measured_counts_in_it_or_in_the_next_and_never_twice(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7)])
    shop.room.clock.at = (await subscriber.period(2)).measure_at.ToDatetime(tzinfo=shop.room.clock.at.tzinfo)

    async def change() -> None:
        subscriber.account.options = {"archive": 1}
        subscriber.account.options_used = june(1, 30, {})

    first, _, second = await asyncio.gather(subscriber.measure(2), change(), subscriber.measure(2))
    assert first == second == await subscriber.period(2)
    prepaid = 31 if of_options(first) else 0
    assert of_options(first) in ([], [("Archivio della posta, luglio 2026", 120)])
    third = dict(of_options(await subscriber.measured_in_time(3)))
    assert third.pop("Archivio della posta, agosto 2026") == 120
    assert list(third.values()) == ([] if prepaid else [120])


async def test_the_amount_so_far_shows_each_day_s_options_and_is_what_the_measuring_freezes(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(6), mailboxes(1, SIZE_8, "archive")])
    subscriber.account.options = {"archive": 2}
    subscriber.account.options_used = june(1, 1, {"fax": 1}) | june(2, 2, {})
    shop.room.clock.advance(days=3)
    found = await upcoming(subscriber)
    option = pb.MeteredOption
    assert [(from_date(day.day).day, list(day.options)) for day in found.usage] == [
        (1, [option(code="archive", prepaid=1), option(code="fax", used=1, above=1)]),
        (2, [option(code="archive", prepaid=1)]),
        (3, [option(code="archive", used=2, prepaid=1, above=1)]),
        (4, [option(code="archive", used=2, prepaid=1, above=1)]),
    ]
    above = "oltre il prepagato, dal 1° al 4 giugno 2026: 2 giorni-casella a 1,20 EUR al mese di 30 giorni"
    assert of_options(found) == [
        ("Archivio della posta, luglio 2026", 240),
        (f"Archivio della posta {above}", 8),
    ]
    shop.room.clock.at = (await subscriber.period(2)).measure_at.ToDatetime(tzinfo=shop.room.clock.at.tzinfo)
    in_time, measured = await upcoming(subscriber), await subscriber.measure(2)
    assert (list(in_time.lines), in_time.totals) == (list(measured.lines), measured.totals)


@pytest.mark.parametrize("policy", [OrderingPolicy(renewals=RenewalPolicy(overage="month_end"))])
async def test_by_policy_the_month_s_last_day_stands_for_the_options_of_every_day(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7)])
    subscriber.account.options_used = june(1, 29, {"archive": 7}) | june(30, 30, {"archive": 1})
    assert of_options(await subscriber.measured_in_time(2)) == [
        ("Archivio della posta oltre il prepagato, giugno 2026: 30 giorni-casella a 1,20 EUR al mese di 30 giorni", 120)
    ]


async def test_an_annual_contract_is_renewed_with_the_options_that_were_ordered(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2), [mailboxes(3), mailboxes(1, SIZE_8, "archive")])
    subscriber.account.options = {"activesync": 3}
    assert of_options(await subscriber.measured_in_time(2)) == [("Archivio della posta, 12 mesi", 1296)]


def without_archive_from(first: date) -> PriceList:
    """The price list of the tree; from a day on the archive is no longer sold, and fax is."""
    usual = load_price_list(PRICE_LIST)
    (edition,) = usual.editions
    archive, other = edition.options
    fax = archive.model_copy(update={"code": "fax"})
    later = edition.model_copy(update={"version": "later", "valid_from": first, "options": (other, fax)})
    return usual.model_copy(update={"editions": (edition, later)})


@pytest.mark.parametrize("price_list", [without_archive_from(date(2026, 7, 1))])
async def test_an_option_that_is_no_longer_sold_is_charged_for_its_days_and_no_further(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7)])
    subscriber.account.options = {"archive": 1}
    assert of_options(await subscriber.measured_in_time(2)) == [
        ("Archivio della posta oltre il prepagato, giugno 2026: 30 giorni-casella a 1,20 EUR al mese di 30 giorni", 120)
    ]
    assert of_options(await subscriber.measured_in_time(3)) == []


@pytest.mark.parametrize("price_list", [without_archive_from(date(2026, 6, 16))])
async def test_an_option_that_a_new_edition_brings_within_a_month_is_charged_from_its_first_day(shop: Shop) -> None:
    subscriber = await monthly(shop, JUNE, [mailboxes(7)])
    subscriber.account.options = {"fax": 2}
    subscriber.account.options_used = june(1, 15, {})
    above = "oltre il prepagato, giugno 2026: 30 giorni-casella a 1,20 EUR al mese di 30 giorni"
    assert of_options(await subscriber.measured_in_time(2)) == [
        ("Archivio della posta, luglio 2026", 240),
        (f"Archivio della posta {above}", 120),
    ]
