"""A business abroad that has not paid is invoiced once the price has accrued; its payment makes no second invoice."""

from datetime import date, datetime, timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import ROME
from services.kit.wire import from_timestamp
from tests.ordering.shop import ACME, BEISPIEL, STEERING, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, monthly
from tests.support.refusals import refused_for
from tests.support.room import request_id

GERMAN = "DE123456788"
AUGUST_13 = datetime(2026, 8, 13, 8, tzinfo=ROME)


async def asked(shop: Shop, party: common_pb2.BillingParty = BEISPIEL) -> Subscriber:
    """Somebody whose July is asked for, on 1 July."""
    subscriber = await monthly(shop, date(2026, 6, 1), party=party)
    await subscriber.asked_in_time(2)
    return subscriber


async def due_in_august(shop: Shop) -> Subscriber:
    """A German business that has not paid July until 13 August; sending is suspended."""
    subscriber = await asked(shop)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).due_at) + timedelta(days=10, hours=1)
    await subscriber.suspend(2)
    shop.room.clock.at = AUGUST_13
    return subscriber


async def settle(subscriber: Subscriber) -> pb.SettleTaxResponse:
    answer = await subscriber.shop.worker.SettleTax(pb.SettleTaxRequest(period_id=subscriber.id_of(2)))
    return pb.SettleTaxResponse.FromString(answer.SerializeToString())


async def test_a_month_abroad_is_invoiced_unpaid_on_the_13th_of_the_next_and_once(shop: Shop) -> None:
    subscriber = await asked(shop)
    assert from_timestamp((await subscriber.period(2)).invoice_at) == AUGUST_13
    shop.room.clock.at = AUGUST_13 - timedelta(seconds=1)
    assert await subscriber.next(2) != "INVOICE_DUE"
    shop.room.clock.at = AUGUST_13
    assert await subscriber.next(2) == "INVOICE_DUE"
    assert (await settle(subscriber)).next == pb.TAX_NEXT_SETTLED
    invoiced = await subscriber.record_invoice(2)
    assert (invoiced.state, bool(invoiced.invoice_id)) == (pb.PERIOD_STATE_DUE, True)
    assert await subscriber.next(2) == "SUSPEND_DUE"
    assert (await subscriber.record_invoice(2)).invoice_id == invoiced.invoice_id


async def test_use_above_the_prepaid_has_the_period_invoiced_in_the_month_in_which_it_is_asked_for(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1), party=BEISPIEL)
    subscriber.account.used = {date(2026, 6, 10): {8: 50}}
    await subscriber.asked_in_time(2)
    assert from_timestamp((await subscriber.period(2)).invoice_at) == datetime(2026, 7, 13, 8, tzinfo=ROME)
    shop.room.clock.at = datetime(2026, 7, 13, 8, tzinfo=ROME)
    assert await subscriber.next(2) == "INVOICE_DUE"


async def test_the_later_payment_of_an_invoiced_period_makes_no_second_invoice(shop: Shop) -> None:
    subscriber = await due_in_august(shop)
    await settle(subscriber)
    first = (await subscriber.record_invoice(2)).invoice_id
    ended = await subscriber.end(2, PAID)
    assert (ended.period.invoice_id, ended.resume_due) == (first, True)
    assert (await subscriber.record_invoice(2)).invoice_id == first
    (row,) = [row for row in await shop.room.rows("subscription_periods") if row["number"] == 2]
    assert (row["state"], row["next_at"]) == ("paid", None)


async def test_a_period_that_is_paid_before_is_invoiced_as_it_is_paid(shop: Shop) -> None:
    subscriber = await asked(shop)
    await subscriber.end(2, PAID)
    shop.room.clock.at = AUGUST_13
    assert await subscriber.next(2) == "NOT_OPEN"
    assert not (await subscriber.period(2)).invoice_id


async def test_where_an_invoiced_period_is_closed_unpaid_the_invoice_stands(shop: Shop) -> None:
    subscriber = await due_in_august(shop)
    await settle(subscriber)
    first = (await subscriber.record_invoice(2)).invoice_id
    shop.room.clock.at = AUGUST_13 + timedelta(days=31)
    ended = await subscriber.end(2, UNPAID)
    assert (ended.period.state, ended.period.invoice_id) == (pb.PERIOD_STATE_UNPAID, first)


async def test_where_an_invoiced_period_s_subscription_is_cancelled_the_invoice_stands(shop: Shop) -> None:
    subscriber = await due_in_august(shop)
    await settle(subscriber)
    first = (await subscriber.record_invoice(2)).invoice_id
    await subscriber.cancel()
    ended = await subscriber.end(2, UNPAID)
    assert (ended.period.state, ended.period.invoice_id) == (pb.PERIOD_STATE_UNPAID, first)


async def invoiced_in_its_first_month(shop: Shop) -> Subscriber:
    """What was used above the prepaid in June is invoiced unpaid on 13 July; the order has paid until 19 July."""
    subscriber = await monthly(shop, date(2026, 6, 20), party=BEISPIEL)
    subscriber.account.used = {date(2026, 6, 25): {8: 50}}
    await subscriber.asked_in_time(2)
    shop.room.clock.at = datetime(2026, 7, 13, 8, tzinfo=ROME)
    await settle(subscriber)
    await subscriber.record_invoice(2)
    await subscriber.cancel()
    return subscriber


async def test_an_invoiced_period_is_not_asked_for_anew_when_a_cancellation_is_taken_back(shop: Shop) -> None:
    subscriber = await invoiced_in_its_first_month(shop)
    assert (await subscriber.next(2)).startswith("WAIT")
    shop.room.clock.at = datetime(2026, 7, 19, 12, tzinfo=ROME)
    assert (await subscriber.next(2)) == "WAIT end"
    await subscriber.keep()
    period, following = await subscriber.period(2), await subscriber.period(3)
    assert (period.state, bool(period.invoice_id)) == (pb.PERIOD_STATE_DUE, True)
    assert following.period_start == common_pb2.Date(year=2026, month=8, day=1)


async def test_an_invoiced_period_is_closed_with_the_end_of_a_cancelled_subscription(shop: Shop) -> None:
    subscriber = await invoiced_in_its_first_month(shop)
    shop.room.clock.at = datetime(2026, 7, 20, tzinfo=ROME)
    assert await subscriber.next(2) == "CLOSE_DUE"
    assert (await subscriber.end(2, UNPAID)).period.state == pb.PERIOD_STATE_VOID


@pytest.mark.parametrize("party", [ACME])
async def test_an_italian_s_period_is_invoiced_only_when_it_is_paid(shop: Shop, party: common_pb2.BillingParty) -> None:
    subscriber = await asked(shop, party)
    assert not (await subscriber.period(2)).HasField("invoice_at")
    shop.room.clock.at = AUGUST_13
    assert await subscriber.next(2) != "INVOICE_DUE"
    await refused_for(subscriber.record_invoice(2), errors_pb2.REASON_PERIOD_STATE)


async def test_what_a_first_order_has_paid_in_advance_accrues_nothing(shop: Shop) -> None:
    subscriber = await asked(shop)
    assert not (await subscriber.period(1)).HasField("invoice_at")


async def test_before_its_time_no_unpaid_period_is_invoiced(shop: Shop) -> None:
    subscriber = await asked(shop)
    shop.room.clock.at = AUGUST_13 - timedelta(seconds=1)
    await refused_for(subscriber.record_invoice(2), errors_pb2.REASON_PERIOD_STATE)


async def test_where_vies_says_no_the_invoice_alone_waits_for_an_operator(shop: Shop) -> None:
    subscriber = await due_in_august(shop)
    shop.vies.set(GERMAN, "invalid")
    answer = await settle(subscriber)
    assert (answer.next, list(answer.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [pb.TAX_DECISION_OTHER_PROOF])
    assert await subscriber.next(2) == "WAIT invoice"
    assert await subscriber.due_at(2) == AUGUST_13 + timedelta(hours=3)
    decision = pb.DecideTaxRequest(
        request_id=request_id(),
        period_id=subscriber.id_of(2),
        decision=pb.TAX_DECISION_OTHER_PROOF,
        steering=STEERING,
    )
    await shop.worker.DecideTax(decision)
    assert await subscriber.next(2) == "INVOICE_DUE"
    assert (await settle(subscriber)).next == pb.TAX_NEXT_SETTLED
