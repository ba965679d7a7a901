"""What a monthly contract still owes at its end: the use above the prepaid, and days that were served and not paid."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, rome_date
from services.kit.wire import from_date, from_timestamp
from services.ordering.domain.policy import OrderingPolicy, RenewalPolicy
from tests.ordering.shop import ACME, BEISPIEL, STEERING, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.support.refusals import refused_for
from tests.support.room import request_id

FEBRUARY_1 = date(2026, 2, 1)
CLOSING, ACTIVE = pb.SUBSCRIPTION_STATE_CLOSING, pb.SUBSCRIPTION_STATE_ACTIVE
TWENTY_FIVE = "Casella 100 GB oltre il prepagato, febbraio 2026: 700 giorni-casella a"


def move_to(shop: Shop, day: date) -> None:
    """The day's last moment in Rome."""
    shop.room.clock.at = end_of_day(shop.room.clock.now(), (day - rome_date(shop.room.clock.now())).days)


def lines(period: Any) -> list[tuple[str, int]]:
    return [(line.description.partition(" a ")[0] + " a", line.net.minor) for line in period.lines]


async def olga(shop: Shop, party: common_pb2.BillingParty = ACME) -> Subscriber:
    """Since 1 February she has paid for 7 mailboxes of 8 GB, and uses 25 of 100 GB beside them."""
    subscriber = await monthly(shop, FEBRUARY_1, party=party)
    subscriber.account.mailboxes = {8: 7, 100: 25}
    return subscriber


async def end(subscriber: Subscriber, number: int) -> None:
    """The service ends by the hand of the period that carries it; what is there can be read."""
    assert await subscriber.next(number) == "CLOSE_DUE"
    assert (await subscriber.end(number, UNPAID)).subscription.state == CLOSING


async def close_account(subscriber: Subscriber) -> None:
    """The closing days are over: the purge begins."""
    reason = pb.CLOSURE_REASON_SUBSCRIPTION_ENDED
    request = pb.CloseAccountRequest(account_id=str(subscriber.account_id), reason=reason)
    await subscriber.shop.worker.CloseAccount(request)


async def asked_at_the_end(shop: Shop, party: common_pb2.BillingParty = ACME) -> Subscriber:
    """Cancelled in February, ended with it, and asked for what was used above the prepaid."""
    subscriber = await olga(shop, party)
    await subscriber.cancel()
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    await subscriber.measure(2)
    await subscriber.record_proforma(2)
    await shop.room.empty_outbox()
    return subscriber


async def test_cancelled_before_the_measuring_what_was_used_above_the_prepaid_is_asked_for_at_the_end(
    shop: Shop,
) -> None:
    subscriber = await olga(shop)
    assert (await subscriber.cancel()).last_period_follows
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    assert await subscriber.next(2) == "MEASURE_DUE"
    last = await subscriber.measure(2)
    assert last.state == pb.PERIOD_STATE_DUE
    assert [text for text, _ in lines(last)] == [TWENTY_FIVE]
    assert (from_date(last.period_start), from_date(last.period_end)) == (FEBRUARY_1, date(2026, 2, 28))
    assert await subscriber.measure(2) == last
    assert not (await subscriber.subscription()).last_period_follows
    await subscriber.record_proforma(2)
    assert await subscriber.next(2) == "WAIT reminder_1_days"
    assert len(await shop.room.rows("subscription_periods")) == 2


async def test_cancelled_while_it_is_asked_for_the_use_of_the_ended_month_stays_owed(shop: Shop) -> None:
    subscriber = await olga(shop)
    asked = await subscriber.asked_in_time(2)
    assert TWENTY_FIVE in [text for text, _ in lines(asked)]
    await subscriber.cancel()
    assert await subscriber.next(2) == "CLOSE_DUE"
    await subscriber.end(2, UNPAID)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    await end(subscriber, 3)
    last = await subscriber.measure(3)
    above = [text for text, _ in lines(last)]
    assert above[0] == TWENTY_FIVE
    march = [text for text in above if "1° marzo 2026" in text]
    assert march == [  # the day on which it was cancelled was served, and no period pays for it
        "Casella 8 GB oltre il prepagato, 1° marzo 2026: 7 giorni-casella a",
        "Casella 100 GB oltre il prepagato, 1° marzo 2026: 25 giorni-casella a",
    ]


async def test_days_served_before_the_cancellation_that_no_period_pays_for_are_charged_by_the_day(shop: Shop) -> None:
    subscriber = await monthly(shop, FEBRUARY_1)
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 3, 10))
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    await end(subscriber, 3)
    assert [text for text, _ in lines(await subscriber.measure(3))] == [
        "Casella 8 GB oltre il prepagato, dal 1° al 10 marzo 2026: 70 giorni-casella a"
    ]


async def test_where_nothing_above_the_prepaid_was_used_nothing_is_asked_for(shop: Shop) -> None:
    subscriber = await monthly(shop, FEBRUARY_1)
    await subscriber.cancel()
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    assert (await subscriber.measure(2)).state == pb.PERIOD_STATE_VOID
    assert await subscriber.next(2) == "WAIT purge"
    await refused_for(subscriber.measure(2), errors_pb2.REASON_PERIOD_STATE)


async def test_the_use_of_two_calendar_months_is_asked_for_by_each_month(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 10))
    subscriber.account.mailboxes = {8: 8}
    await subscriber.cancel()
    move_to(shop, date(2026, 7, 9))
    await end(subscriber, 2)
    assert [text for text, _ in lines(await subscriber.measure(2))] == [
        "Casella 8 GB oltre il prepagato, dal 10 al 30 giugno 2026: 21 giorni-casella a",
        "Casella 8 GB oltre il prepagato, dal 1° al 9 luglio 2026: 9 giorni-casella a",
    ]


@pytest.mark.parametrize("policy", [OrderingPolicy(renewals=RenewalPolicy(overage="month_end"))])
async def test_by_policy_the_count_of_each_month_s_last_day_stands_for_all_of_it(shop: Shop) -> None:
    subscriber = await monthly(shop, FEBRUARY_1)
    subscriber.account.used = {FEBRUARY_1 + timedelta(days=day): {8: 50} for day in range(27)}
    subscriber.account.mailboxes = {8: 8}
    await subscriber.cancel()
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    assert "28 giorni-casella" in (await subscriber.measure(2)).lines[0].description


async def test_a_charge_that_wins_against_the_cancellation_pays_its_use_once(shop: Shop) -> None:
    subscriber = await olga(shop)
    await subscriber.asked_in_time(2)
    await subscriber.cancel()
    paid = await subscriber.end(2, PAID)
    assert rome_date(from_timestamp(paid.subscription.ends_at)) == date(2026, 3, 31)
    move_to(shop, date(2026, 3, 31))
    await end(subscriber, 3)
    assert (await subscriber.measure(3)).state == pb.PERIOD_STATE_VOID


async def test_ended_for_want_of_money_what_was_used_above_what_was_asked_for_is_owed_too(shop: Shop) -> None:
    subscriber = await monthly(shop, FEBRUARY_1)
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 3, 22))
    await subscriber.suspend(2)
    subscriber.account.mailboxes = {8: 9}
    await subscriber.asked_in_time(3)
    subscriber.account.mailboxes = {8: 11}
    move_to(shop, date(2026, 4, 21))
    await subscriber.end(3, UNPAID)
    await subscriber.end(2, UNPAID)
    await end(subscriber, 4)
    assert [text for text, _ in lines(await subscriber.measure(4))] == [
        "Casella 8 GB oltre il prepagato, dal 1° al 21 aprile 2026: 42 giorni-casella a"  # April was asked for with 9
    ]


async def test_the_last_period_waits_for_its_money_to_the_purge_and_no_longer(shop: Shop) -> None:
    subscriber = await asked_at_the_end(shop)
    purge_at = from_timestamp((await subscriber.subscription()).purge_at)
    seen = []
    while (advanced := await subscriber.advance(2)).next == pb.PERIOD_NEXT_WAIT:
        seen.append(advanced.due)
        shop.room.clock.at = from_timestamp(advanced.due_at)
    assert (seen, shop.room.clock.now()) == (["reminder_1_days", "reminder_5_days", "purge"], purge_at)
    assert advanced.next == pb.PERIOD_NEXT_CLOSE_DUE
    ended = await subscriber.end(2, UNPAID)
    assert ended.period.state == pb.PERIOD_STATE_UNPAID
    assert "period.unpaid" in [event["type"] for event in await shop.room.events()]
    assert await subscriber.next(2) == "PURGE_DUE"
    await close_account(subscriber)
    assert await subscriber.next(2) == "NOT_OPEN"


@pytest.mark.parametrize("party", [ACME, BEISPIEL])
async def test_paid_the_last_period_has_its_invoice_and_the_purge_comes_in_its_time(
    shop: Shop, party: common_pb2.BillingParty
) -> None:
    subscriber = await asked_at_the_end(shop, party)
    shop.room.clock.advance(days=2)
    paid = await subscriber.end(2, PAID)
    assert (paid.period.state, paid.resume_due, paid.subscription.state) == (pb.PERIOD_STATE_PAID, False, CLOSING)
    assert await subscriber.next(2) == "WAIT purge"
    await shop.worker.SettleTax(pb.SettleTaxRequest(period_id=subscriber.id_of(2)))
    await subscriber.record_invoice(2)
    [row] = [row for row in await shop.room.rows("subscription_periods") if row["number"] == 2]
    assert row["next_at"] == from_timestamp(paid.subscription.purge_at)
    assert await subscriber.next(2) == "WAIT purge"


async def test_a_last_period_that_could_not_be_measured_does_not_hold_the_purge(shop: Shop) -> None:
    subscriber = await olga(shop)
    await subscriber.cancel()
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    assert await subscriber.next(2) == "MEASURE_DUE"
    shop.room.clock.at = from_timestamp((await subscriber.subscription()).purge_at)
    assert await subscriber.next(2) == "PURGE_DUE"
    await close_account(subscriber)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID


@pytest.mark.parametrize("measured", [False, True])
async def test_an_erasure_waives_what_was_used_above_the_prepaid(shop: Shop, *, measured: bool) -> None:
    subscriber = await olga(shop)
    await subscriber.cancel()
    move_to(shop, date(2026, 2, 28))
    await end(subscriber, 2)
    if measured:
        await subscriber.measure(2)
        await subscriber.record_proforma(2)
    await shop.room.empty_outbox()
    await shop.worker.BeginErasure(pb.BeginErasureRequest(account_id=str(subscriber.account_id)))
    assert subscriber.renewal(2) in await subscriber.woken()
    if measured:
        assert await subscriber.next(2) == "CLOSE_DUE"
        await subscriber.end(2, UNPAID)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID


async def test_before_the_end_the_customer_reads_what_the_last_period_would_ask_for(shop: Shop) -> None:
    subscriber = await olga(shop)
    await subscriber.cancel()
    shop.room.clock.at = datetime(2026, 2, 10, 11, tzinfo=UTC)
    request = pb.GetUpcomingPeriodRequest(account_id=str(subscriber.account_id))
    found = (await shop.stub().GetUpcomingPeriod(request, metadata=subscriber.metadata)).upcoming
    assert found.last
    assert lines(found)[0][0] == "Casella 100 GB oltre il prepagato, dal 1° al 10 febbraio 2026: 250 giorni-casella a"
    assert found.measure_at == (await subscriber.subscription()).ends_at
    assert (from_date(found.period_start), from_date(found.period_end)) == (FEBRUARY_1, date(2026, 2, 28))


async def test_an_annual_contract_ends_without_a_last_period(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    assert not (await subscriber.cancel()).last_period_follows
    move_to(shop, date(2027, 3, 1))
    await end(subscriber, 2)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID


async def two_asked_for(shop: Shop) -> Subscriber:
    """July is suspended for, unpaid and served; August is asked for and paid."""
    subscriber = await monthly(shop, date(2026, 6, 1))
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 21))
    await subscriber.suspend(2)
    await subscriber.asked_in_time(3)
    assert not (await subscriber.end(3, PAID)).resume_due
    return subscriber


async def test_days_that_were_served_whole_stay_owed_after_a_cancellation_and_keep_their_dates(shop: Shop) -> None:
    subscriber = await two_asked_for(shop)
    before = await subscriber.period(2)
    await subscriber.cancel()
    assert await subscriber.next(2) == "WAIT closing"
    await subscriber.keep()
    assert await subscriber.period(2) == before
    assert (await subscriber.end(2, PAID)).resume_due
    assert not (await subscriber.resume(2)).subscription.HasField("suspended_at")


async def test_what_stays_owed_does_not_hold_the_end_and_is_closed_before_the_purge(shop: Shop) -> None:
    subscriber = await two_asked_for(shop)
    shop.room.clock.advance(days=1)
    await subscriber.cancel()
    shop.room.clock.at = end_of_day(shop.room.clock.now(), 0)
    advanced = await subscriber.advance(4)
    assert (advanced.due, rome_date(from_timestamp(advanced.due_at))) == ("end", date(2026, 8, 31))
    shop.room.clock.at = from_timestamp(advanced.due_at) - timedelta(days=20)  # before July would close it
    assert await subscriber.next(2) == "WAIT closing"
    assert await subscriber.next(4) == "WAIT end"


async def test_a_suspension_ends_once_no_period_that_is_asked_for_keeps_it_up(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 30))  # paid to 29 July
    await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 21))
    async with shop.room.core.database.transaction() as conn:  # as it was stored while paid days were suspended too
        await conn.execute(
            text("UPDATE subscription_periods SET suspend_at = :at WHERE state = 'due'"), {"at": shop.room.clock.now()}
        )
    await subscriber.suspend(2)
    await subscriber.cancel()
    assert await subscriber.next(2) == "CLOSE_DUE"
    void = await subscriber.end(2, UNPAID)
    assert (void.period.state, void.resume_due) == (pb.PERIOD_STATE_VOID, True)
    await subscriber.resume(2)
    assert not (await subscriber.subscription()).HasField("suspended_at")


async def test_a_debt_keeps_its_dates_through_a_cancellation_that_is_taken_back(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 25))
    first = await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 15))
    await subscriber.advance(2)  # the first reminder
    for number in (2, 3):
        await subscriber.cancel()
        await subscriber.end(number, UNPAID)
        await subscriber.keep()
        await subscriber.measure(number + 1)
        again = await subscriber.record_proforma(number + 1)
        assert (again.due_on, again.suspend_after) == (first.due_on, first.suspend_after)
    assert await subscriber.next(4) == "WAIT reminder_5_days"


async def test_days_on_which_nothing_was_asked_for_do_not_count(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 25))
    first = await subscriber.asked_in_time(2)
    move_to(shop, date(2026, 7, 10))
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    move_to(shop, date(2026, 7, 15))
    await subscriber.keep()
    await subscriber.measure(3)
    again = await subscriber.record_proforma(3)
    assert (from_date(first.due_on), from_date(again.due_on)) == (date(2026, 7, 14), date(2026, 7, 19))


async def test_a_consumer_who_was_told_in_time_stays_told_and_pays_the_price_that_was_named(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    first = await subscriber.asked_in_time(2)
    await subscriber.advance(2)
    assert (await subscriber.period(2)).notice_in_time
    shop.room.clock.advance(days=10)
    await subscriber.cancel()
    await subscriber.end(2, UNPAID)
    await subscriber.keep()
    await subscriber.measure(3)
    await shop.room.empty_outbox()
    again = await subscriber.record_proforma(3)
    await subscriber.advance(3)
    assert (again.notice_in_time, again.totals) == (True, first.totals)
    assert await shop.room.mail_params() == []


@pytest.mark.parametrize("policy", [OrderingPolicy(keeps_per_day=2)])
async def test_how_often_a_day_a_customer_takes_a_cancellation_back_is_limited_not_how_often_they_cancel(
    shop: Shop,
) -> None:
    subscriber = await monthly(shop, date(2026, 6, 10))
    for _ in range(2):
        await subscriber.cancel()
        await subscriber.keep()
    cancelled = await subscriber.cancel()
    assert cancelled.end == pb.SUBSCRIPTION_END_CANCELLED
    refused = await refused_for(subscriber.keep(), errors_pb2.REASON_RATE_LIMITED)
    assert refused.metadata == {"limit": "keeps_per_day", "value": "2"}
    assert await subscriber.subscription() == cancelled
    steered = pb.KeepSubscriptionRequest(
        request_id=request_id(), subscription_id=subscriber.subscription_id, steering=STEERING
    )
    await shop.worker.KeepSubscription(steered)
    assert (await subscriber.subscription()).state == ACTIVE
    await subscriber.cancel()
    shop.room.clock.advance(hours=24)
    await subscriber.keep()
