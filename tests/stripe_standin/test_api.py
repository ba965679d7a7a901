"""The simulator judged by Stripe's own SDK: what it accepts, refuses and repeats."""

import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe

from tests.stripe_standin import process
from tests.stripe_standin.process import StripeProcess

PARAMS: dict[str, Any] = {
    "mode": "payment",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "eur", "unit_amount": 14640, "product_data": {"name": "Proforma P2026/1"}},
        }
    ],
    "success_url": "http://127.0.0.1/done",
    "allowed_payment_method_types": ["card", "paypal"],
    "metadata": {"order_id": "o-1"},
    "payment_intent_data": {"metadata": {"order_id": "o-1"}},
}


async def create(client: stripe.StripeClient, key: str = "k-1", **changed: Any) -> Any:
    params: Any = {**PARAMS, **changed}
    return await client.v1.checkout.sessions.create_async(params, {"idempotency_key": key})


async def test_a_session_is_open_unpaid_and_without_a_payment_intent(client: stripe.StripeClient) -> None:
    session = await create(client)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (14640, "eur", False)
    assert session.payment_method_types == ["card", "paypal"]


async def test_the_same_key_and_content_answers_the_first_session(client: stripe.StripeClient) -> None:
    first, second, other = await create(client), await create(client), await create(client, "k-2")
    assert first.id == second.id != other.id
    assert second.last_response is not None
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


async def test_the_same_key_with_other_content_is_refused(client: stripe.StripeClient) -> None:
    await create(client)
    with pytest.raises(stripe.IdempotencyError):
        await create(client, success_url="http://127.0.0.1/elsewhere")


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"mode": "subscription"}, "mode"),
        ({"mode": "setup"}, "line_items"),
        ({"payment_method_options": {"paypal": {"setup_future_usage": "off_session"}}}, "customer_creation"),
        ({"payment_method_options": {"card": {"setup_future_usage": "off_session"}}}, "payment_method_options[card]"),
        ({"success_url": ""}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"allowed_payment_method_types": ["ideal"]}, "allowed_payment_method_types"),
        ({"line_items": []}, "line_items"),
    ],
)
async def test_wrong_parameters_are_named(client: stripe.StripeClient, changed: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await create(client, **changed)
    assert refused.value.param == param


async def test_a_refused_call_leaves_its_key_free(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await create(client, mode="subscription")
    assert (await create(client)).status == "open"


async def test_another_key_or_api_version_is_refused(standin: StripeProcess) -> None:
    http = stripe.AIOHTTPClient(timeout=10)
    wrong = stripe.StripeClient("sk_test_other", http_client=http, base_addresses={"api": standin.url})
    old = stripe.StripeClient(
        process.KEY, http_client=http, stripe_version="2024-06-20", base_addresses={"api": standin.url}
    )
    with pytest.raises(stripe.AuthenticationError):
        await create(wrong)
    with pytest.raises(stripe.InvalidRequestError):
        await create(old)
    await http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated


async def test_a_live_key_never_gets_an_answer(standin: StripeProcess) -> None:
    headers = {"Authorization": "Bearer sk_live_x", "Stripe-Version": "2026-10-28.endive"}
    async with aiohttp.ClientSession() as http, http.get(f"{standin.url}/v1/events", headers=headers) as answer:
        assert answer.status == 403
        assert "simulator" in await answer.text()


async def test_an_expired_session_cannot_be_paid_nor_expired_again(
    client: stripe.StripeClient, standin: StripeProcess
) -> None:
    session = await create(client)
    assert (await client.v1.checkout.sessions.expire_async(session.id)).status == "expired"
    assert await standin.pay(session.url) == 409
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.checkout.sessions.expire_async(session.id)


async def test_a_session_ends_by_the_simulators_calendar(client: stripe.StripeClient, standin: StripeProcess) -> None:
    session = await create(client, expires_at=int(time.time()) + 3600)
    await standin.move_clock(3700)
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"


async def test_state_outlives_the_process(client: stripe.StripeClient, standin: StripeProcess, tmp_path: Path) -> None:
    session = await create(client)
    assert standin.stop() == 0
    again = process.start(tmp_path)
    try:
        await again.wait_ready()
        assert [item["id"] for item in (await again.state())["sessions"]] == [session.id]
    finally:
        again.stop()


async def test_a_method_that_is_not_eligible_vanishes_without_an_error(
    client: stripe.StripeClient, standin: StripeProcess
) -> None:
    await standin.faults(ineligible=["paypal"])
    assert (await create(client)).payment_method_types == ["card"]
