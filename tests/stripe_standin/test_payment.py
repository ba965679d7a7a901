"""What the hosted page does, which events that makes, and how they are delivered."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe

from deploy.local.ports import free_port
from tests.stripe_standin import process
from tests.stripe_standin.conftest import Receiver
from tests.stripe_standin.process import StripeProcess
from tests.stripe_standin.test_api import create


async def next_events(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    """The next so many events, each with its signature checked by the SDK."""
    events = []
    for _ in range(count):
        body, signature = await asyncio.wait_for(receiver.taken.get(), 15)
        stripe.Webhook.construct_event(body, signature, process.WEBHOOK_SECRET)
        events.append(json.loads(body))
    return events


async def test_a_card_payment_completes_the_session_and_tells_in_order(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    session = await create(client)
    assert await standin.pay(session.url) == 303
    paid = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    intent: Any = paid.payment_intent
    assert (intent.status, intent.amount_received, intent.metadata["order_id"]) == ("succeeded", 14640, "o-1")
    kinds = [event["type"] for event in await next_events(receiver, 2)]
    assert kinds == ["payment_intent.succeeded", "checkout.session.completed"]


async def test_a_declined_card_leaves_the_page_open(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    session = await create(client)
    assert await standin.pay(session.url, "card:declined") == 402
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert [event["type"] for event in await next_events(receiver, 1)] == ["payment_intent.payment_failed"]
    assert await standin.pay(session.url, "paypal:succeeded") == 303


@pytest.mark.parametrize(
    ("succeeded", "last"),
    [(True, "checkout.session.async_payment_succeeded"), (False, "checkout.session.async_payment_failed")],
)
async def test_a_slow_payment_is_complete_but_unpaid_until_it_settles(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver, *, succeeded: bool, last: str
) -> None:
    session = await create(client)
    await standin.pay(session.url, "paypal:processing")
    slow = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert (slow.status, slow.payment_status) == ("complete", "unpaid")
    await standin.settle(str(slow.payment_intent), succeeded=succeeded)
    assert (await next_events(receiver, 4))[-1]["type"] == last


async def test_events_come_twice_or_backwards_on_request(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    await standin.faults(hold=True)
    await standin.pay((await create(client)).url)
    await standin.faults(duplicate=True, reverse=True)
    events = await next_events(receiver, 4)
    assert [event["type"] for event in events] == ["checkout.session.completed"] * 2 + ["payment_intent.succeeded"] * 2
    assert events[0]["id"] == events[1]["id"]


async def test_a_dropped_event_is_found_only_by_asking(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    await standin.faults(drop=True)
    await standin.pay((await create(client)).url)
    missed = await client.v1.events.list_async({"delivery_success": False})
    assert {event.type for event in missed.data} == {"payment_intent.succeeded", "checkout.session.completed"}
    assert receiver.taken.empty()
    await standin.resend(missed.data[0].id)
    assert (await next_events(receiver, 1))[0]["id"] == missed.data[0].id


async def test_a_refused_event_is_delivered_again(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    receiver.status = 503
    await standin.pay((await create(client)).url)
    first = (await next_events(receiver, 2))[0]["id"]
    assert await standin.backlog() == 2
    receiver.status = 200
    assert first in [event["id"] for event in await next_events(receiver, 2)]


@pytest.mark.parametrize("path", ["/", "/_simulator", "/c/pay/cs_test_unknown"])
async def test_every_page_says_that_it_is_a_simulator(standin: StripeProcess, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{standin.url}{path}") as answer:
        assert "SIMULATOR" in await answer.text()
        assert "imulator" in answer.headers["X-Simulator"]


async def test_every_log_line_says_that_it_is_a_simulator(client: stripe.StripeClient, standin: StripeProcess) -> None:
    await standin.pay((await create(client)).url)
    standin.stop()
    lines = standin.log.read_text().splitlines()
    assert lines
    assert all("simulator" in line for line in lines)


async def test_where_another_process_took_its_port_it_begins_again_on_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([free_port(), taken.getsockname()[1]])
        monkeypatch.setattr(process, "free_port", lambda: next(ports, None) or free_port())
        running = process.start(tmp_path)
        await running.wait_ready()
        try:
            assert running.clock != f"127.0.0.1:{taken.getsockname()[1]}"
            assert (await running.state())["sessions"] == []
        finally:
            assert running.stop() == 0


@pytest.mark.parametrize(
    "environment", [{"CASELLA_MODE": "production"}, {"STRIPE_KEY": "sk_live_abc"}], ids=["production", "live-key"]
)
def test_it_refuses_to_run_beside_live_keys(tmp_path: Path, environment: dict[str, str]) -> None:
    refused = process.start(tmp_path, **environment)
    assert refused.process.wait(timeout=30) == 2
    said = refused.log.read_text()
    assert "simulator" in said
    assert "sk_live_abc" not in said
