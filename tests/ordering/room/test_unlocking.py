"""The unlock of a paid order fixes the period that it pays for, before the invoice names it."""

from datetime import UTC, date, datetime

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_date, to_timestamp
from tests.ordering.room.test_fulfilling import ANNUAL, MONTHLY, paid_order
from tests.ordering.shop import Shop
from tests.support.refusals import refused_for
from tests.support.room import request_id

UNLOCKED = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)
"""31 January in Rome."""


@pytest.mark.parametrize(("billing", "last"), [(MONTHLY, date(2026, 2, 27)), (ANNUAL, date(2027, 1, 30))])
async def test_the_unlock_fixes_the_period_from_its_day_in_rome(
    shop: Shop, billing: common_pb2.BillingPeriod, last: date
) -> None:
    order = await paid_order(shop, billing)
    assert not order.HasField("period_start")
    noted = await shop.record_unlock(order.order_id, to_timestamp(UNLOCKED))
    assert noted.unlocked_at == to_timestamp(UNLOCKED)
    assert (from_date(noted.period_start), from_date(noted.period_end)) == (date(2026, 1, 31), last)
    assert noted.state == pb.ORDER_STATE_PAID
    read = (await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
    assert read.period_end == noted.period_end


async def test_the_first_unlock_stays(shop: Shop) -> None:
    order = await paid_order(shop)
    first = await shop.record_unlock(order.order_id, to_timestamp(UNLOCKED))
    assert await shop.record_unlock(order.order_id) == first
    fulfilled = await shop.fulfil(order.order_id)
    again = await shop.record_unlock(order.order_id)
    assert again == fulfilled.order
    assert again.unlocked_at == first.unlocked_at


async def test_the_subscription_has_the_very_period_of_the_order(shop: Shop) -> None:
    order = await paid_order(shop)
    noted = await shop.record_unlock(order.order_id, to_timestamp(UNLOCKED))
    made = await shop.fulfil(order.order_id, to_timestamp(datetime(2026, 3, 2, tzinfo=UTC)))
    assert made.subscription.started_at == noted.unlocked_at
    assert (made.subscription.period_start, made.subscription.period_end) == (noted.period_start, noted.period_end)
    assert made.subscription.anchor_day == 31


async def test_without_an_unlock_noted_before_the_fulfilment_notes_it(shop: Shop) -> None:
    order = await paid_order(shop)
    made = await shop.fulfil(order.order_id, to_timestamp(UNLOCKED))
    assert made.order.unlocked_at == to_timestamp(UNLOCKED)
    assert made.order.period_start == made.subscription.period_start


@pytest.mark.parametrize("outcome", [None, pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED])
async def test_only_a_paid_order_is_unlocked(shop: Shop, outcome: pb.Outcome | None) -> None:
    order = await shop.order()
    if outcome is not None:
        await shop.end(order.order_id, outcome)
    await refused_for(shop.record_unlock(order.order_id), errors_pb2.REASON_ORDER_STATE)
    assert (await shop.room.rows("orders"))[0]["period_start"] is None


async def test_an_unknown_order_is_not_unlocked(shop: Shop) -> None:
    await refused_for(shop.record_unlock(request_id()), errors_pb2.REASON_NOT_FOUND)
