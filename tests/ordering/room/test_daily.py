"""How many quotes, orders and billing profiles an account may make in any 24 hours."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from casella.common.v1 import errors_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.errors import Refused
from services.ordering.domain.policy import OrderingPolicy
from tests.ordering.shop import ANNA, STEERING, Shop, place_request
from tests.support.refusals import refused_for
from tests.support.room import request_id

FEW = OrderingPolicy(quotes_per_day=3, orders_per_day=2, profiles_per_day=3)
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


@pytest.mark.parametrize("policy", [FEW])
async def test_an_account_saves_only_the_days_profiles_and_an_operator_s_do_not_count(shop: Shop) -> None:
    account = shop.account()
    for _ in range(3):
        await shop.save_profile(account)
        shop.room.clock.advance(hours=2)
    asked = shop.neighbours.asked["invoicing"]
    refused = await refused_for(shop.save_profile(account), RATE_LIMITED)
    assert refused.metadata == {"limit": "profiles_per_day", "value": "3"}
    assert refused.retry_after == timedelta(hours=18)
    assert shop.neighbours.asked["invoicing"] == asked  # refused before the dear part
    await shop.save_profile(shop.account())
    wish = pb.SaveBillingProfileRequest(
        request_id=request_id(), account_id=str(account), profile=ANNA, steering=STEERING
    )
    await shop.stub("operator").SaveBillingProfile(wish)
    shop.room.clock.advance(hours=18)
    await shop.save_profile(account)
    assert len([row for row in await shop.room.rows("profile_trials") if row["account_id"] == account]) == 3


@pytest.mark.parametrize("policy", [FEW])
async def test_a_profile_saved_again_by_the_same_request_counts_once_and_one_that_is_refused_counts_too(
    shop: Shop,
) -> None:
    account = shop.account()
    metadata = shop.customer(account)
    wish = pb.SaveBillingProfileRequest(request_id=request_id(), account_id=str(account), profile=ANNA)
    first = await shop.stub().SaveBillingProfile(wish, metadata=metadata)
    for _ in range(3):
        assert await shop.stub().SaveBillingProfile(wish, metadata=metadata) == first
    assert (len(await shop.room.rows("profile_trials")), shop.neighbours.asked["invoicing"]) == (1, 1)
    shop.neighbours.findings = [invoicing_pb2.ProfileFinding(field="first_name", code="00427")]
    for _ in range(2):
        await refused_for(shop.save_profile(account), errors_pb2.REASON_INVALID_INPUT)
    await refused_for(shop.save_profile(account), RATE_LIMITED)


@pytest.mark.parametrize("policy", [FEW])
async def test_profiles_saved_at_once_do_not_count_past_each_other(shop: Shop) -> None:
    account = shop.account()
    answers = await asyncio.gather(*(shop.save_profile(account) for _ in range(12)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert (len(refused), {each.reason for each in refused}) == (9, {RATE_LIMITED})
