"""What the reconciler is given: orders and closures for which something is still to be done."""

from datetime import datetime, timedelta

from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_timestamp
from tests.ordering.shop import TO_ANNA, Shop


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
    await shop.fulfil(order.order_id)
    assert await watched(shop) == []


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
