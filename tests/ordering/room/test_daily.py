"""How many quotes and orders an account may make in any 24 hours."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from casella.common.v1 import errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.errors import Refused
from services.ordering.domain.policy import OrderingPolicy
from tests.ordering.shop import Shop, place_request
from tests.support.refusals import refused_for

FEW = OrderingPolicy(quotes_per_day=3, orders_per_day=2)
RATE_LIMITED = errors_pb2.REASON_RATE_LIMITED


async def placed_and_cancelled(shop: Shop, account: UUID, quote: pb.Quote) -> pb.PlaceOrderRequest:
    request = place_request(account, quote)
    await shop.end((await shop.place(request)).order_id, pb.OUTCOME_CANCELLED)
    return request


@pytest.mark.parametrize("policy", [FEW])
async def test_placing_and_cancelling_in_turn_ends_with_the_days_orders(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account)
    quote = await shop.quote(account)
    await placed_and_cancelled(shop, account, quote)
    shop.room.clock.advance(hours=1)
    last = await placed_and_cancelled(shop, account, quote)
    await shop.room.empty_outbox()
    refused = await refused_for(shop.place(place_request(account, quote)), RATE_LIMITED)
    assert refused.metadata == {"limit": "orders_per_day", "value": "2"}
    assert refused.retry_after == timedelta(hours=23)
    assert await shop.room.wakes() == []
    assert (await shop.place(last)).state == pb.ORDER_STATE_CANCELLED  # the same call again: what it made
    shop.room.clock.advance(hours=23)
    assert (await shop.place(place_request(account, quote))).state == pb.ORDER_STATE_OPEN


@pytest.mark.parametrize("policy", [FEW])
async def test_an_account_makes_only_the_days_quotes_and_no_other_account_feels_it(shop: Shop) -> None:
    account = shop.account()
    for _ in range(3):
        await shop.quote(account)
        shop.room.clock.advance(hours=2)
    refused = await refused_for(shop.quote(account), RATE_LIMITED)
    assert refused.metadata == {"limit": "quotes_per_day", "value": "3"}
    assert refused.retry_after == timedelta(hours=18)
    await shop.quote(shop.account())
    shop.room.clock.advance(hours=18)
    await shop.quote(account)


@pytest.mark.parametrize("policy", [FEW])
async def test_quotes_asked_for_at_once_do_not_count_past_each_other(shop: Shop) -> None:
    account = shop.account()
    answers = await asyncio.gather(*(shop.quote(account) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(answer, pb.Quote) for answer in answers) == 3
    assert {answer.reason for answer in answers if isinstance(answer, Refused)} == {RATE_LIMITED}
    assert len(await shop.room.rows("quotes")) == 3
