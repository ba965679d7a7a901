"""A pay link leads to one hosted page that can take money, and money that arrives by it pays once."""

import asyncio
from datetime import timedelta

import grpc
import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from services.payments.provider.pages import PAGE_LIFE, Page, PageOrder
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World
from tests.support.post import tables_holding


async def test_a_card_payment_pays_the_request_and_wakes_its_order(world: World) -> None:
    request = await world.request()
    assert await world.stripe.pay(await world.start(request)) == 303
    await world.deliver()
    paid = await world.get(request)
    assert paid.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    assert paid.paid_at.ToDatetime() == world.room.clock.now().replace(tzinfo=None)
    wakes = await world.wakes()
    assert [(wake.workflow_id, wake.signal) for wake in wakes] == [(f"order:{request.order_id}", "payment_completed")]
    assert await world.balances() == {"stripe": GROSS, "receivable": -GROSS}


async def test_paypal_pays_too(world: World) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request), "paypal:succeeded")
    await world.deliver()
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_PAID


async def test_the_same_link_gives_the_same_page_while_it_lives(world: World) -> None:
    request = await world.request()
    assert await world.start(request) == await world.start(request)
    assert len((await world.stripe.state())["sessions"]) == 1


async def test_a_link_opened_by_twenty_at_once_makes_one_page(world: World) -> None:
    request = await world.request()
    urls = await asyncio.gather(*(world.start(request) for _ in range(20)))
    assert len(set(urls)) == 1
    assert len((await world.stripe.state())["sessions"]) == 1


async def test_a_declined_card_leaves_the_request_open(world: World) -> None:
    request = await world.request()
    url = await world.start(request)
    assert await world.stripe.pay(url, "card:declined") == 402
    await world.deliver()
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN
    assert await world.start(request) == url


async def test_after_a_day_the_link_makes_the_next_page(world: World) -> None:
    request = await world.request()
    first = await world.start(request)
    await world.advance(hours=25)
    await world.deliver()
    second = await world.start(request)
    assert second != first
    attempts = await world.room.rows("checkout_attempts")
    assert [(row["attempt"], row["state"]) for row in attempts] == [(1, "expired"), (2, "open")]
    await world.stripe.pay(second)
    await world.deliver()
    attempts = await world.room.rows("checkout_attempts")
    assert {row["attempt"]: row["state"] for row in attempts} == {1: "expired", 2: "paid"}


async def test_a_page_that_is_about_to_end_is_not_given_to_anybody_any_more(world: World) -> None:
    request = await world.request()
    first = await world.start(request)
    await world.advance(minutes=PAGE_LIFE // timedelta(minutes=1) - 5)
    assert await world.start(request) == first
    await world.advance(minutes=4)
    assert await world.start(request) != first


async def test_before_the_next_page_the_last_payment_is_looked_at(world: World) -> None:
    await world.stripe.faults(drop=True)
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    await world.advance(hours=25)
    assert await world.start(request) == ""
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    assert len((await world.stripe.state())["sessions"]) == 1


async def test_an_answer_lost_after_the_provider_made_the_page_is_asked_for_again(world: World) -> None:
    request = await world.request()
    url = await world.start(request)
    await world.room.core.database.ping()
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'creating', page_id = NULL, url = ''")
    assert await world.start(request) == url
    assert len((await world.stripe.state())["sessions"]) == 1


async def test_a_page_without_paypal_is_ended_and_refused(world: World) -> None:
    await world.stripe.faults(ineligible=["paypal"])
    request = await world.request()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.start(request)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert {item["status"] for item in (await world.stripe.state())["sessions"]} == {"expired"}
    await world.stripe.faults()
    assert await world.start(request)


async def test_while_the_provider_is_away_nothing_is_lost(world: World) -> None:
    request = await world.request()
    await world.stripe.faults(away=True)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.start(request)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    await world.stripe.faults()
    assert await world.start(request)
    assert [row["attempt"] for row in await world.room.rows("checkout_attempts")] == [1]


async def test_while_money_is_on_its_way_no_second_page_is_made(world: World) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request), "paypal:processing")
    await world.deliver()
    assert (await world.get(request)).processing
    with pytest.raises(Refused) as refused:
        await world.start(request)
    assert refused.value.reason == errors_pb2.REASON_PAYMENT_PROCESSING


async def test_a_slow_payment_that_fails_lets_the_customer_try_again(world: World) -> None:
    request = await world.request()
    first = await world.start(request)
    await world.stripe.pay(first, "paypal:processing")
    intent = (await world.stripe.state())["sessions"][0]["payment_intent"]
    await world.stripe.settle(intent, succeeded=False)
    await world.deliver()
    second = await world.start(request)
    assert second
    assert second != first


async def test_a_bank_transfer_has_no_page(world: World) -> None:
    request = await world.transfer_request()
    assert request.pay_url == ""
    assert request.transfer.iban
    links = await world.room.rows("payment_requests")
    assert len(links) == 1


async def test_the_link_is_the_same_in_every_repetition_and_only_its_hash_is_kept(world: World) -> None:
    first = await world.request()
    again = await world.request(order_id=first.order_id, account_id=first.account_id)
    token = first.pay_url.rpartition("/")[2]
    assert first.pay_url == again.pay_url == f"{world.url}/pay/{token}"
    assert await world.start(first)
    assert await tables_holding(world.room, token) == []


@pytest.mark.parametrize("token", ["A" * 43, "short", "../../etc/passwd", "'; DROP TABLE x; --"])
async def test_an_unknown_link_is_not_found(world: World, token: str) -> None:
    with pytest.raises(Refused) as refused:
        await world.stub("gateway").StartCheckout(payments_pb2.StartCheckoutRequest(token=token))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_the_page_asks_for_exactly_what_is_owed(world: World) -> None:
    request = await world.request(amount=common_pb2.Money(minor=1, currency="EUR"))
    await world.stub().RecordProforma(
        payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2026/17")
    )
    await world.start(request)
    session = (await world.stripe.state())["sessions"][0]
    assert (session["amount_total"], session["currency"]) == (1, "eur")
    assert session["simulator"]["name"] == "P2026/17"
    assert session["metadata"]["order_id"] == session["client_reference_id"] == request.order_id


async def test_a_page_whose_request_was_paid_meanwhile_is_ended_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await world.request()
    await world.stub().RecordProforma(
        payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2026/17")
    )
    create_page = world.provider.create_page

    async def while_a_transfer_arrives(order: PageOrder, key: str) -> Page:
        page = await create_page(order, key)
        await world.import_file(statement(Entry(GROSS, text="P2026/17")))
        return page

    monkeypatch.setattr(world.provider, "create_page", while_a_transfer_arrives)
    assert await world.start(request) == ""
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    assert [item["status"] for item in (await world.stripe.state())["sessions"]] == ["expired"]
