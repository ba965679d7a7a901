"""CancelOrder asks; payments decides."""

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from tests.ordering.shop import STEERING, Shop
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id


def asked(order_id: str, steering: common_pb2.Steering | None = None) -> pb.CancelOrderRequest:
    return pb.CancelOrderRequest(request_id=request_id(), order_id=order_id, steering=steering)


async def test_a_cancellation_is_noted_and_wakes_the_order(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.room.empty_outbox()
    told = (await shop.stub().CancelOrder(asked(order.order_id), metadata=shop.customer(account))).order
    assert (told.state, told.cancel_requested) == (pb.ORDER_STATE_OPEN, True)
    assert [(wake.workflow_id, wake.signal) for wake in await shop.room.wakes()] == [
        (f"order:{order.order_id}", "order_changed")
    ]


async def test_the_same_request_again_changes_nothing(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.room.empty_outbox()
    request = asked(order.order_id)
    for _ in range(2):
        await shop.stub().CancelOrder(request, metadata=shop.customer(account))
    assert len(await shop.room.wakes()) == 1


async def test_who_asks_for_a_cancellation_again_and_again_wakes_the_order_once(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.room.empty_outbox()
    for _ in range(3):
        told = (await shop.stub().CancelOrder(asked(order.order_id), metadata=shop.customer(account))).order
        assert (told.state, told.cancel_requested) == (pb.ORDER_STATE_OPEN, True)
        shop.room.clock.advance(minutes=1)
    [wake] = await shop.room.wakes()
    assert wake.workflow_id == f"order:{order.order_id}"


async def test_a_payment_that_wins_the_race_leaves_the_order_paid(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.stub().CancelOrder(asked(order.order_id), metadata=shop.customer(account))
    paid = await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert (paid.state, paid.cancel_requested) == (pb.ORDER_STATE_PAID, False)


@pytest.mark.parametrize("outcome", [pb.OUTCOME_PAID, pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED])
async def test_an_ended_order_cannot_be_cancelled(shop: Shop, outcome: pb.Outcome) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.end(order.order_id, outcome)
    call = shop.stub().CancelOrder(asked(order.order_id), metadata=shop.customer(account))
    await refused_for(call, errors_pb2.REASON_ORDER_STATE)


async def test_another_customer_s_order_is_not_found(shop: Shop) -> None:
    order = await shop.order()
    other = shop.account()
    call = shop.stub().CancelOrder(asked(order.order_id), metadata=shop.customer(other))
    await refused_for(call, errors_pb2.REASON_NOT_FOUND)


async def test_an_operator_says_who_and_why_and_it_is_kept(shop: Shop) -> None:
    order = await shop.order()
    refused = await refused_for(
        shop.stub("operator").CancelOrder(asked(order.order_id)), errors_pb2.REASON_INVALID_INPUT
    )
    assert bad_fields(refused) == {"steering.actor": "required", "steering.reason_code": "required"}
    await shop.stub("operator").CancelOrder(asked(order.order_id, STEERING))
    kept = await shop.room.rows("audit")
    assert [(row["actor"], row["action"], str(row["subject_id"]), row["reason_code"]) for row in kept] == [
        ("operator@provider", "cancel_order", order.order_id, "phone_confirmed")
    ]


async def test_a_customer_leaves_no_entry_in_the_audit_trail(shop: Shop) -> None:
    account = shop.account()
    order = await shop.order(account)
    await shop.stub().CancelOrder(asked(order.order_id, STEERING), metadata=shop.customer(account))
    assert await shop.room.rows("audit") == []
