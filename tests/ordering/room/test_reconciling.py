"""What the reconciler is given: orders, periods and closures for which something is still to be done."""

from datetime import date, datetime, timedelta

from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_timestamp
from tests.ordering.resellers import APPROVE, WITHDRAW, a_reseller
from tests.ordering.shop import TO_ANNA, Shop
from tests.ordering.subscribers import PAID, UNPAID, monthly


async def watched(shop: Shop, due_before: datetime | None = None) -> list[str]:
    found: list[str] = []
    for rows in shop.room.room.watched:
        async with shop.room.core.database.reading() as conn:
            found += [wake.workflow_id for wake in await rows(conn, due_before)]
    return found


async def test_an_open_order_is_watched_from_the_moment_it_is_placed(shop: Shop) -> None:
    order = await shop.order()
    assert await watched(shop) == [f"order:{order.order_id}"]
    now = shop.room.clock.now()
    assert await watched(shop, now) == []
    assert await watched(shop, now + timedelta(minutes=10)) == [f"order:{order.order_id}"]


async def test_an_open_order_is_due_when_its_next_reminder_is(shop: Shop) -> None:
    order = await shop.order()
    await shop.record_proforma(order.order_id)
    due_at = from_timestamp((await shop.advance(order.order_id)).due_at)
    assert await watched(shop, due_at) == []
    assert await watched(shop, due_at + timedelta(seconds=1)) == [f"order:{order.order_id}"]


async def test_a_paid_order_is_watched_until_it_is_fulfilled(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert await watched(shop) == [f"order:{order.order_id}"]
    made = (await shop.fulfil(order.order_id)).subscription
    assert await watched(shop) == [f"renewal:{made.subscription_id}:2"]


async def test_a_period_is_watched_from_its_making_until_it_is_invoiced(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    measure_at = from_timestamp((await subscriber.period(2)).measure_at)
    assert await watched(shop, measure_at) == []
    assert await watched(shop, measure_at + timedelta(seconds=1)) == [subscriber.renewal(2)]
    await subscriber.asked_in_time(2)
    assert sorted(await watched(shop)) == [subscriber.renewal(2), subscriber.renewal(3)]
    due_at = await subscriber.due_at(2)
    assert await watched(shop, due_at) == []
    await subscriber.end(2, PAID)
    assert await watched(shop, shop.room.clock.now() + timedelta(seconds=1)) == [subscriber.renewal(2)]
    await subscriber.record_invoice(2)
    assert await watched(shop) == [subscriber.renewal(3)]


async def test_a_period_whose_suspension_or_end_is_held_by_money_is_not_past_its_time(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    await subscriber.asked_in_time(2)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measured_at) + timedelta(days=22)
    assert await subscriber.next(2) == "SUSPEND_DUE"
    now = shop.room.clock.now()
    assert await watched(shop, now + timedelta(days=1)) == []  # the workflow asks again daily
    assert await watched(shop, now + timedelta(hours=26)) == [subscriber.renewal(2)]
    await subscriber.cancel()
    assert await subscriber.next(2) == "CLOSE_DUE"
    assert subscriber.renewal(2) not in await watched(shop, now + timedelta(days=1))
    assert subscriber.renewal(2) in await watched(shop, now + timedelta(hours=26))


async def test_a_subscription_that_ends_is_watched_until_its_account_closes(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1))
    await subscriber.cancel()
    shop.room.clock.at = await subscriber.due_at(2)
    await subscriber.end(2, UNPAID)
    assert subscriber.renewal(2) in await watched(shop)  # what was used above the prepaid is still to be measured
    await subscriber.measure(2)
    purge_at = await subscriber.due_at(2)
    assert await watched(shop, purge_at) == []
    assert await watched(shop, purge_at + timedelta(seconds=1)) == [subscriber.renewal(2)]
    shop.room.clock.at = purge_at
    closed = pb.CloseAccountRequest(account_id=str(subscriber.account_id), reason=pb.CLOSURE_REASON_SUBSCRIPTION_ENDED)
    await shop.worker.CloseAccount(closed)
    assert await watched(shop) == [f"purge:{subscriber.account_id}"]


async def test_an_expired_order_is_watched_until_the_customer_is_told(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_EXPIRED)
    assert await watched(shop) == [f"order:{order.order_id}"]
    await shop.worker.SendOrderEmail(
        pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_EXPIRED, recipient=TO_ANNA)
    )
    assert await watched(shop) == []


async def test_a_closure_is_watched_until_it_is_purged(shop: Shop) -> None:
    account = shop.account()
    await shop.close(account)
    assert await watched(shop) == [f"purge:{account}"]
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))
    assert await watched(shop) == []


async def test_a_reseller_is_watched_while_a_request_waits_and_a_status_stands(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    workflow_id, renewal = f"reseller:{reseller.account_id}", reseller.renewal(2)
    await reseller.asks()
    await reseller.advances()
    now = shop.room.clock.now()
    assert await watched(shop) == [renewal, workflow_id]
    assert await watched(shop, now + timedelta(days=1)) == []  # the workflow looks daily
    assert await watched(shop, now + timedelta(hours=26)) == [workflow_id]
    check_at = from_timestamp((await reseller.decided(APPROVE, override=True)).check_at)
    assert workflow_id not in await watched(shop, check_at)
    assert workflow_id in await watched(shop, check_at + timedelta(seconds=1))
    await reseller.decided(WITHDRAW)
    await reseller.advances()
    assert await watched(shop) == [renewal]
