"""What the next period would ask for now: computed as a measuring computes it, stored nowhere."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_date, from_timestamp
from services.ordering.domain.policy import OrderingPolicy, RenewalPolicy, TaxPolicy
from tests.ordering.resellers import a_reseller, an_approved_one
from tests.ordering.shop import ACME, ANNA, BEISPIEL, Shop, mailboxes
from tests.ordering.subscribers import UNPAID, Subscriber, annual, monthly
from tests.support.refusals import refused_for, unavailable

SIZE_8, SIZE_25 = mailboxes_pb2.MAILBOX_SIZE_8_GB, mailboxes_pb2.MAILBOX_SIZE_25_GB
NOVEMBER_10 = date(2026, 11, 10)
TREATMENT = common_pb2.TaxTreatment


async def asked(subscriber: Subscriber, caller: str = "gateway") -> pb.GetUpcomingPeriodResponse:
    """The answer, read by the customer unless told otherwise."""
    request = pb.GetUpcomingPeriodRequest(account_id=str(subscriber.account_id))
    metadata = subscriber.metadata if caller == "gateway" else None
    answer = await subscriber.shop.stub(caller).GetUpcomingPeriod(request, metadata=metadata)
    return pb.GetUpcomingPeriodResponse.FromString(answer.SerializeToString())


async def upcoming(subscriber: Subscriber) -> pb.UpcomingPeriod:
    return (await asked(subscriber)).upcoming


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def texts(period: Any) -> list[tuple[str, int]]:
    return [(line.description, line.net.minor) for line in period.lines]


async def test_the_amount_so_far_is_what_exists_for_the_coming_days_and_the_use_above_to_this_day(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    subscriber.account.mailboxes = {8: 8, 25: 1}
    subscriber.account.used = {NOVEMBER_10 + timedelta(days=day): {8: 7} for day in range(6)}
    shop.room.clock.at = noon(date(2026, 11, 18))
    answer = await asked(subscriber)
    found = answer.upcoming
    above = "oltre il prepagato, dal 10 al 18 novembre 2026: 3 giorni-casella a"
    assert texts(found) == [
        ("8 × Casella 8 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 1,50 EUR al mese", 852),
        ("1 × Casella 25 GB, dal 10 al 31 dicembre 2026, 22 giorni su 31 a 2,90 EUR al mese", 206),
        (f"Casella 8 GB {above} 1,50 EUR al mese di 30 giorni", 15),
        (f"Casella 25 GB {above} 2,90 EUR al mese di 30 giorni", 29),
    ]
    assert (found.totals.net.minor, found.totals.vat.minor, found.totals.gross.minor) == (1102, 242, 1344)
    assert (from_date(found.period_start), from_date(found.period_end)) == (date(2026, 12, 10), date(2026, 12, 31))
    assert found.measure_at == (await subscriber.period(2)).measure_at
    assert from_timestamp(found.computed_at) == shop.room.clock.now()
    assert from_date(answer.subscription.period_end) == date(2026, 12, 9)
    assert found.period.period_id == subscriber.id_of(2)
    assert (found.language, found.HasField("notice_on")) == (common_pb2.LANGUAGE_IT, False)


async def test_each_day_so_far_tells_what_was_used_prepaid_and_above_by_size(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    subscriber.account.mailboxes = {8: 8, 25: 1}
    subscriber.account.used = {NOVEMBER_10: {8: 7}}
    shop.room.clock.at = noon(date(2026, 11, 11))
    first, second = (await upcoming(subscriber)).usage
    assert [from_date(day.day) for day in (first, second)] == [NOVEMBER_10, date(2026, 11, 11)]
    assert list(first.sizes) == [pb.MeteredSize(size=SIZE_8, used=7, prepaid=7, above=0)]
    assert list(second.sizes) == [
        pb.MeteredSize(size=SIZE_8, used=8, prepaid=7, above=1),
        pb.MeteredSize(size=SIZE_25, used=1, prepaid=0, above=1),
    ]


async def test_before_the_month_whose_use_is_charged_no_use_is_told(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    subscriber.account.mailboxes = {8: 9}
    measured = await subscriber.measured_in_time(2)
    assert from_date(measured.period_end) == date(2026, 12, 31)
    shop.room.clock.at = noon(date(2026, 11, 30))
    assert texts(await upcoming(subscriber)) == [("Casella 8 GB, gennaio 2027", 1350)]
    assert list((await upcoming(subscriber)).usage) == []


@pytest.mark.parametrize("policy", [OrderingPolicy(renewals=RenewalPolicy(overage="month_end"))])
async def test_by_policy_the_newest_day_s_count_stands_for_the_days_so_far(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    subscriber.account.used = {date(2026, 6, 1) + timedelta(days=day): {8: 50} for day in range(9)}
    subscriber.account.mailboxes = {8: 8}
    shop.room.clock.at = noon(date(2026, 6, 10))
    found = await upcoming(subscriber)
    assert "10 giorni-casella" in found.lines[1].description
    assert [size.above for day in found.usage for size in day.sizes] == [1] * 10


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(stamp_duty="charged"))])
@pytest.mark.parametrize("kind", ["monthly", "foreign", "reseller", "annual"])
async def test_at_the_moment_of_the_measuring_it_is_what_the_measuring_freezes(shop: Shop, kind: str) -> None:
    if kind == "annual":
        subscriber = await annual(shop, date(2026, 3, 2), [mailboxes(3), mailboxes(1, SIZE_25, "archive")])
    elif kind == "reseller":
        subscriber = await an_approved_one(shop)
    else:
        subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL if kind == "foreign" else ACME)
    if kind != "annual":
        subscriber.account.mailboxes = {8: 40, 25: 13}
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at)
    foreseen = await upcoming(subscriber)
    measured = await subscriber.measure(2)
    assert list(foreseen.lines) == list(measured.lines)
    assert foreseen.totals == measured.totals
    assert (foreseen.tax_treatment, foreseen.vat_id) == (measured.tax_treatment, measured.vat_id)
    assert (foreseen.period, foreseen.period_start, foreseen.period_end) == (
        measured.period,
        measured.period_start,
        measured.period_end,
    )
    assert foreseen.language == measured.language


async def test_reading_it_stores_nothing_and_asks_vies_nothing(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    shop.room.clock.advance(days=15)
    before = {table: await shop.room.rows(table) for table in ("subscription_periods", "subscriptions", "vat_checks")}
    found = await upcoming(subscriber)
    assert {table: await shop.room.rows(table) for table in before} == before
    assert await shop.room.wakes() == []
    assert (found.tax_treatment, found.vat_id) == (TREATMENT.TAX_TREATMENT_REVERSE_CHARGE, "DE123456788")
    assert (found.tax_open, found.totals.vat.minor) == (False, 0)


async def test_while_nothing_confirms_the_vat_number_both_totals_are_told(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    shop.vies.set("DE123456788", "invalid")
    await refused_for(subscriber.measured_in_time(2), errors_pb2.REASON_TAX_STATE)
    found = await upcoming(subscriber)
    assert (found.tax_open, found.tax_treatment) == (True, TREATMENT.TAX_TREATMENT_REVERSE_CHARGE)
    assert found.totals.gross.minor == found.totals.net.minor == found.totals_with_vat.net.minor
    assert found.totals_with_vat.vat.minor == round(found.totals.net.minor * 0.22)


async def test_a_reseller_s_tier_is_taken_off_and_told(shop: Shop) -> None:
    assert (await upcoming(await a_reseller(shop))).reseller_discount == ""
    approved = await an_approved_one(shop)
    found = await upcoming(approved)
    assert found.reseller_discount
    assert all("sconto" in line.description for line in found.lines)


async def test_a_year_tells_the_coming_price_and_to_a_consumer_the_day_of_the_notice(shop: Shop) -> None:
    consumer = await annual(shop, date(2026, 3, 2), [mailboxes(3)], ANNA)
    shop.neighbours.away |= {"mailboxes", "usage"}
    found = await upcoming(consumer)
    assert texts(found) == [("Casella 8 GB, 12 mesi", 4860)]
    assert (from_date(found.period_start), from_date(found.notice_on)) == (date(2027, 3, 2), date(2027, 1, 30))
    assert list(found.usage) == []


async def test_a_business_is_told_no_day_of_the_notice(shop: Shop) -> None:
    assert not (await upcoming(await annual(shop, date(2026, 3, 2), party=ACME))).HasField("notice_on")


async def test_once_a_period_is_measured_the_one_after_it_comes_up(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await subscriber.measured_in_time(2)
    assert (await upcoming(subscriber)).period.number == 3


async def test_a_cancelled_annual_contract_has_none_until_the_cancellation_is_taken_back(shop: Shop) -> None:
    subscriber = await annual(shop, NOVEMBER_10)
    await subscriber.cancel()
    refused = await refused_for(asked(subscriber), errors_pb2.REASON_SUBSCRIPTION_STATE)
    assert "KeepSubscription" in refused.message
    await subscriber.keep()
    assert (await upcoming(subscriber)).period.number == 2


async def test_what_closes_for_want_of_money_has_its_last_period_until_that_is_measured(
    shop: Shop,
) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    await subscriber.asked_in_time(2)
    shop.room.clock.advance(days=21)
    await subscriber.suspend(2)
    assert (await upcoming(subscriber)).period.number == 3
    shop.room.clock.advance(days=31)
    await subscriber.end(2, UNPAID)
    assert (await upcoming(subscriber)).last
    await subscriber.end(3, UNPAID)
    await subscriber.measure(3)
    await refused_for(asked(subscriber), errors_pb2.REASON_SUBSCRIPTION_STATE)


async def test_an_account_without_a_subscription_is_answered_as_for_the_subscription_itself(shop: Shop) -> None:
    account = shop.account()
    request = pb.GetUpcomingPeriodRequest(account_id=str(account))
    call = shop.stub().GetUpcomingPeriod(request, metadata=shop.customer(account))
    await refused_for(call, errors_pb2.REASON_NOT_FOUND)


async def test_an_operator_reads_what_the_customer_reads(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    assert (await asked(subscriber, "operator")) == (await asked(subscriber))


@pytest.mark.parametrize("room", ["mailboxes", "usage"])
async def test_while_mailboxes_is_away_no_amount_is_guessed(shop: Shop, room: str) -> None:
    subscriber = await monthly(shop, NOVEMBER_10)
    shop.neighbours.away.add(room)
    await unavailable(asked(subscriber))
