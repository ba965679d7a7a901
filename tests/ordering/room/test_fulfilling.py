"""A paid order becomes a subscription with its first period."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.wire import from_date, to_timestamp
from tests.ordering.shop import ACME, ANNA, Shop, mailboxes
from tests.support.refusals import refused_for

MONTHLY, ANNUAL = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.BILLING_PERIOD_ANNUAL


async def paid_order(shop: Shop, billing: common_pb2.BillingPeriod = ANNUAL) -> pb.Order:
    party, items = (ACME, [mailboxes(7)]) if billing == MONTHLY else (ANNA, [mailboxes(1)])
    order = await shop.order(party=party, billing=billing, items=items)
    return await shop.end(order.order_id, pb.OUTCOME_PAID)


@pytest.mark.parametrize(
    ("billing", "unlocked_at", "first", "last", "anchor"),
    [
        (MONTHLY, datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2), date(2026, 4, 1), 2),
        (ANNUAL, datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2), date(2027, 3, 1), 2),
        (MONTHLY, datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31), date(2026, 2, 27), 31),
        (ANNUAL, datetime(2028, 2, 29, 12, tzinfo=UTC), date(2028, 2, 29), date(2029, 2, 27), 29),
    ],
)
async def test_the_first_period_runs_from_the_day_of_the_unlock_in_rome(
    shop: Shop, billing: common_pb2.BillingPeriod, unlocked_at: datetime, first: date, last: date, anchor: int
) -> None:
    order = await paid_order(shop, billing)
    made = (await shop.fulfil(order.order_id, to_timestamp(unlocked_at))).subscription
    assert (from_date(made.period_start), from_date(made.period_end)) == (first, last)
    assert made.anchor_day == anchor
    assert made.billing == billing


async def test_fulfilling_again_gets_the_first_subscription(shop: Shop) -> None:
    order = await paid_order(shop)
    first = await shop.fulfil(order.order_id)
    shop.room.clock.advance(days=2)
    assert await shop.fulfil(order.order_id) == first
    assert len(await shop.room.rows("subscriptions")) == 1
    assert len(await shop.room.rows("subscription_periods")) == 2


async def test_with_the_subscription_its_second_period_is_made_and_its_renewal_woken(shop: Shop) -> None:
    order = await paid_order(shop, MONTHLY)
    await shop.room.empty_outbox()
    made = (await shop.fulfil(order.order_id)).subscription
    first, second = (PeriodCause(UUID(made.subscription_id), number) for number in (1, 2))
    rows = {row["id"]: row for row in await shop.room.rows("subscription_periods")}
    assert [(rows[cause.key]["state"], rows[cause.key]["next_at"] is None) for cause in (first, second)] == [
        ("prepaid", True),
        ("scheduled", False),
    ]
    assert (rows[second.key]["first_day"], rows[second.key]["last_day"]) == (date(2026, 4, 2), date(2026, 4, 30))
    assert rome_date(rows[second.key]["measure_at"]) == date(2026, 4, 1)
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"renewal:{made.subscription_id}:2"]


@pytest.mark.parametrize("outcome", [None, pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED])
async def test_only_a_paid_order_is_fulfilled(shop: Shop, outcome: pb.Outcome | None) -> None:
    order = await shop.order()
    if outcome is not None:
        await shop.end(order.order_id, outcome)
    await refused_for(shop.fulfil(order.order_id), errors_pb2.REASON_ORDER_STATE)
    assert await shop.room.rows("subscriptions") == []


async def test_nothing_waits_on_a_fulfilled_order(shop: Shop) -> None:
    order = await paid_order(shop)
    await shop.fulfil(order.order_id)
    row = (await shop.room.rows("orders"))[0]
    assert (row["state"], row["next_at"]) == ("fulfilled", None)


async def test_the_customer_reads_the_subscription(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    made = (await shop.fulfil(order.order_id)).subscription
    asked = pb.GetSubscriptionRequest(account_id=str(account))
    read = (await shop.stub().GetSubscription(asked, metadata=shop.customer(account))).subscription
    assert read.HasField("would_end_at")
    read.ClearField("would_end_at")  # for who may cancel
    assert read == made
    other = shop.account()
    await refused_for(shop.stub().GetSubscription(asked, metadata=shop.customer(other)), errors_pb2.REASON_NOT_FOUND)
