"""Webhooks come forged, twice, backwards, late or not at all; only what the provider says when asked counts.

The stand-in signs and delivers as Stripe documents it: these tests prove our handling, not Stripe's behaviour.
"""

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from stripe import WebhookSignature

from casella.common.v1 import errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.errors import Refused
from tests.payments.world import GROSS, World
from tests.stripe_standin.process import WEBHOOK_SECRET

PAID = payments_pb2.PAYMENT_REQUEST_STATE_PAID
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN


async def paid_unseen(world: World) -> payments_pb2.PaymentRequest:
    """A request whose money is at the provider while no event has arrived."""
    await world.stripe.faults(drop=True)
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    await world.stripe.faults()
    return request


async def genuine_event(world: World, kind: str = "checkout.session.completed", **changed: Any) -> str:
    """A body as the provider would send it, about its last session."""
    session = (await world.stripe.state())["sessions"][-1]
    subject = session if kind.startswith("checkout") else {"id": session["payment_intent"], "object": "payment_intent"}
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "livemode": False,
        "type": kind,
        "data": {"object": subject},
        **changed,
    }
    return json.dumps(event)


async def hand_in(world: World, body: str | bytes, signature: str | None = None) -> payments_pb2.HandleWebhookResponse:
    raw = body.encode() if isinstance(body, str) else body
    signed = (
        WebhookSignature.generate_signature_header(raw.decode(), WEBHOOK_SECRET) if signature is None else signature
    )
    asked = payments_pb2.HandleWebhookRequest(body=raw, signature=signed)
    answer: payments_pb2.HandleWebhookResponse = await world.stub("gateway").HandleWebhook(asked, timeout=15)
    return answer


async def refused_reason(world: World, body: str | bytes, signature: str | None = None) -> int:
    with pytest.raises(Refused) as refused:
        await hand_in(world, body, signature)
    return refused.value.reason


@pytest.mark.parametrize("kind", ["checkout.session.completed", "payment_intent.succeeded"])
async def test_one_event_is_enough(world: World, kind: str) -> None:
    request = await paid_unseen(world)
    await hand_in(world, await genuine_event(world, kind))
    assert (await world.get(request)).state == PAID


async def test_an_event_that_comes_again_changes_nothing(world: World) -> None:
    request = await paid_unseen(world)
    body = await genuine_event(world)
    assert not (await hand_in(world, body)).duplicate
    await world.room.empty_outbox()
    assert (await hand_in(world, body)).duplicate
    assert await world.wakes() == []
    assert (await world.get(request)).state == PAID
    assert await world.balances() == {"stripe": GROSS, "receivable": -GROSS}


async def test_twenty_deliveries_at_once_pay_once(world: World) -> None:
    await paid_unseen(world)
    same, other = await genuine_event(world), await genuine_event(world, "payment_intent.succeeded")
    answers = await asyncio.gather(*(hand_in(world, body) for body in [same, other] * 10))
    assert [answer.duplicate for answer in answers].count(False) == 2
    assert len(await world.wakes()) == 1
    assert await world.balances() == {"stripe": GROSS, "receivable": -GROSS}
    assert await world.queue() == []


async def test_events_twice_and_backwards_come_to_the_same_end(world: World) -> None:
    await world.stripe.faults(hold=True)
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    await world.stripe.faults(duplicate=True, reverse=True)
    await world.deliver()
    assert (await world.get(request)).state == PAID
    assert len(await world.wakes()) == 1
    assert await world.balances() == {"stripe": GROSS, "receivable": -GROSS}


async def test_an_event_is_a_trigger_and_its_content_is_not_believed(world: World) -> None:
    request = await world.request()
    await world.start(request)
    session = (await world.stripe.state())["sessions"][-1]
    lie = {**session, "status": "complete", "payment_status": "paid"}
    await hand_in(world, await genuine_event(world, data={"object": lie}))
    assert (await world.get(request)).state == OPEN


@pytest.mark.parametrize(
    "signature", ["", "t=1,v1=00", "nonsense", "v1=abc", "t=abc,v1=abc", f"t=4102444800,v1={'0' * 64}", "t=1"]
)
async def test_a_wrong_signature_is_refused(world: World, signature: str) -> None:
    await paid_unseen(world)
    body = await genuine_event(world)
    assert await refused_reason(world, body, signature) == errors_pb2.REASON_WEBHOOK_SIGNATURE
    assert await world.room.rows("provider_events") == []


async def test_another_secret_a_changed_body_or_a_signature_of_another_time_is_refused(world: World) -> None:
    request = await paid_unseen(world)
    body = await genuine_event(world)
    sign = WebhookSignature.generate_signature_header
    others = [
        (body, sign(body, "whsec_other")),
        (body + " ", sign(body, WEBHOOK_SECRET)),
        (json.dumps(json.loads(body), indent=1), sign(body, WEBHOOK_SECRET)),
        (body, sign(body, WEBHOOK_SECRET, timestamp=int(time.time()) - 301)),
        (body, sign(body, WEBHOOK_SECRET, timestamp=int(time.time()) + 400)),
    ]
    for text, signature in others:
        assert await refused_reason(world, text, signature) == errors_pb2.REASON_WEBHOOK_SIGNATURE
    assert (await world.get(request)).state == OPEN


@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", "1", '{"object": "event"}', '{"id": "evt_1", "data": {"object": 1}}', "{"]
)
async def test_a_signed_body_that_is_no_event_is_refused(world: World, body: str) -> None:
    assert await refused_reason(world, body) == errors_pb2.REASON_INVALID_INPUT


@pytest.mark.parametrize(
    "changed", [{"id": "evt_\0"}, {"id": "evt_\ud800"}, {"type": "a\0"}, {"created": 10**18}, {"created": 10**400}]
)
async def test_a_signed_event_that_can_never_be_kept_is_refused_for_good(world: World, changed: dict[str, Any]) -> None:
    await paid_unseen(world)
    assert await refused_reason(world, await genuine_event(world, **changed)) == errors_pb2.REASON_INVALID_INPUT
    assert await world.room.rows("provider_events") == []


async def test_a_signed_body_nested_without_end_is_refused_for_good(world: World) -> None:
    assert await refused_reason(world, "[" * 100_000) == errors_pb2.REASON_INVALID_INPUT


async def test_a_body_that_is_no_text_is_refused(world: World) -> None:
    assert await refused_reason(world, b"\xff\xfe\x00", "t=1,v1=00") == errors_pb2.REASON_WEBHOOK_SIGNATURE


@pytest.mark.parametrize(
    "changed", [{"livemode": True}, {"api_version": "2024-06-20"}, {"api_version": None}, {"livemode": "false"}]
)
async def test_an_event_of_live_mode_or_another_version_is_refused(world: World, changed: dict[str, Any]) -> None:
    request = await paid_unseen(world)
    body = await genuine_event(world, **changed)
    assert await refused_reason(world, body) == errors_pb2.REASON_WEBHOOK_NOT_OURS
    assert (await world.get(request)).state == OPEN
    assert await world.room.rows("provider_events") == []


async def test_an_unknown_kind_of_event_is_taken_in_and_changes_nothing(world: World) -> None:
    request = await paid_unseen(world)
    await hand_in(world, await genuine_event(world, "customer.created", data={"object": {"id": "cus_1"}}))
    assert (await world.get(request)).state == OPEN
    assert [row["kind"] for row in await world.room.rows("provider_events")] == ["customer.created"]


async def test_what_never_arrived_is_fetched(world: World) -> None:
    request = await paid_unseen(world)
    fetch = payments_pb2.FetchMissedEventsRequest()
    assert (await world.stub().FetchMissedEvents(fetch)).events == 2
    assert (await world.get(request)).state == PAID
    assert (await world.stub().FetchMissedEvents(fetch)).events == 0


async def test_money_of_another_amount_is_kept_for_an_operator(world: World) -> None:
    for settled, reason in (
        (GROSS - 1, payments_pb2.MONEY_ENTRY_REASON_SHORT),
        (GROSS + 1, payments_pb2.MONEY_ENTRY_REASON_OVER),
    ):
        await world.stripe.faults(settled_minor=settled)
        request = await world.request()
        await world.stripe.pay(await world.start(request))
        await world.deliver()
        assert (await world.get(request)).state == OPEN
        entry = (await world.queue())[-1]
        assert (entry.reason, entry.amount.minor) == (reason, settled)
        assert entry.money_source == payments_pb2.MONEY_SOURCE_STRIPE
        assert list(entry.suggestions) == [request.payment_request_id]
    assert (await world.balances())["suspense"] == -2 * GROSS


async def test_money_that_names_another_order_than_its_request_waits_as_unknown(world: World) -> None:
    request = await paid_unseen(world)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE payment_requests SET order_id = $1", (uuid4(),))
    await hand_in(world, await genuine_event(world))
    (entry,) = await world.queue()
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_UNKNOWN
    assert list(entry.suggestions) == [request.payment_request_id]
    assert (await world.get(request)).state == OPEN


async def test_money_for_a_request_that_we_do_not_have_is_kept(world: World) -> None:
    await paid_unseen(world)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("DELETE FROM checkout_attempts")
        await conn.exec_driver_sql("DELETE FROM payment_requests")
    await hand_in(world, await genuine_event(world))
    assert [entry.reason for entry in await world.queue()] == [payments_pb2.MONEY_ENTRY_REASON_UNKNOWN]
    assert await world.balances() == {"stripe": GROSS, "suspense": -GROSS}


async def test_money_that_arrives_after_the_closing_is_late(world: World) -> None:
    request = await world.request()
    url = await world.start(request)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'expired'")
    await world.close(request)
    await world.stripe.pay(url)
    await world.deliver()
    (entry,) = await world.queue()
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_LATE
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    assert await world.wakes() == []


async def test_a_second_payment_goes_to_the_queue(world: World) -> None:
    request = await world.request()
    first = await world.start(request)
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE checkout_attempts SET state = 'expired'")
    second = await world.start(request)
    await world.stripe.pay(first)
    await world.stripe.pay(second)
    await world.deliver()
    (entry,) = await world.queue()
    assert entry.reason == payments_pb2.MONEY_ENTRY_REASON_TWICE
    assert await world.balances() == {"stripe": 2 * GROSS, "receivable": -GROSS, "suspense": -GROSS}


async def test_while_the_provider_is_away_the_webhook_asks_to_come_again(world: World) -> None:
    request = await paid_unseen(world)
    await world.stripe.faults(away=True)
    body = await genuine_event(world)
    headers = {"Stripe-Signature": WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)}
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{world.url}/webhooks/stripe", data=body, headers=headers) as answer:
            assert answer.status == 503
        assert await world.room.rows("provider_events") == []
        await world.stripe.faults()
        async with http.post(f"{world.url}/webhooks/stripe", data=body, headers=headers) as answer:
            assert answer.status == 200
    assert (await world.get(request)).state == PAID


async def test_the_day_of_the_charge_is_the_day_of_the_money(world: World) -> None:
    request = await paid_unseen(world)
    await world.advance(days=2)
    await hand_in(world, await genuine_event(world))
    paid = await world.get(request)
    charged = (await world.stripe.state())["sessions"][-1]["created"]
    day = paid.available_on
    assert time.gmtime(charged + 3600)[:3] == (day.year, day.month, day.day)
    assert paid.paid_at.seconds - charged >= 2 * 86_400 - 60
