"""Stored payment methods in the simulator, judged by Stripe's own SDK: authorised, charged, settled, revoked."""

from typing import Any

import pytest
import stripe

from tests.stripe_standin.conftest import Receiver
from tests.stripe_standin.process import StripeProcess
from tests.stripe_standin.test_api import create
from tests.stripe_standin.test_payment import next_events

LATER: dict[str, Any] = {
    "allowed_payment_method_types": ["paypal"],
    "customer_creation": "always",
    "payment_method_options": {"paypal": {"setup_future_usage": "off_session"}},
}


async def authorised(client: stripe.StripeClient, standin: StripeProcess) -> tuple[str, str]:
    """Customer and payment method of a payment that authorises later ones."""
    session = await create(client, **LATER)
    assert await standin.pay(session.url, "paypal:succeeded") == 303
    paid: Any = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    return paid.payment_intent.customer, paid.payment_intent.payment_method


async def charge(client: stripe.StripeClient, customer: str, method: str) -> Any:
    """A PaymentIntent that waits for its confirmation."""
    return await client.v1.payment_intents.create_async(
        {"amount": 915, "currency": "eur", "customer": customer, "payment_method": method}
    )


async def confirm(client: stripe.StripeClient, intent: str, key: str = "k") -> Any:
    return await client.v1.payment_intents.confirm_async(intent, {"off_session": True}, {"idempotency_key": key})


async def test_a_charge_takes_its_money_once_it_is_confirmed_and_only_once(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    made = await charge(client, *await authorised(client, standin))
    assert (made.status, made.amount_received) == ("requires_confirmation", 0)
    taken = await confirm(client, made.id)
    assert (taken.status, taken.amount_received) == ("succeeded", 915)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await confirm(client, made.id, "other")
    assert refused.value.code == "payment_intent_unexpected_state"
    kinds = [event["type"] for event in await next_events(receiver, 3)]
    assert kinds == ["payment_intent.succeeded", "checkout.session.completed", "payment_intent.succeeded"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("requires_authentication", "authentication_required"),
        ("mandate_gone", "payment_intent_mandate_invalid"),
        ("insufficient_funds", "payment_method_provider_decline"),
    ],
)
async def test_a_declined_charge_says_why_and_repeats_it_for_its_key(
    client: stripe.StripeClient, standin: StripeProcess, outcome: str, code: str
) -> None:
    made = await charge(client, *await authorised(client, standin))
    await standin.faults(off_session=outcome)
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            await confirm(client, made.id)
        assert (declined.value.http_status, declined.value.code) == (402, code)
    assert (await client.v1.payment_intents.cancel_async(made.id)).status == "canceled"


async def test_a_charge_can_be_taken_while_its_answer_is_an_error(
    client: stripe.StripeClient, standin: StripeProcess
) -> None:
    made = await charge(client, *await authorised(client, standin))
    await standin.faults(off_session="error_after_charge")
    with pytest.raises(stripe.APIError):
        await confirm(client, made.id)
    assert (await client.v1.payment_intents.retrieve_async(made.id)).status == "succeeded"


async def test_a_charge_is_settled_later(client: stripe.StripeClient, standin: StripeProcess) -> None:
    made = await charge(client, *await authorised(client, standin))
    await standin.faults(off_session="processing")
    assert (await confirm(client, made.id)).status == "processing"
    await standin.settle(made.id, succeeded=True)
    assert (await client.v1.payment_intents.retrieve_async(made.id)).status == "succeeded"


async def test_of_a_mandate_that_lapsed_the_next_charge_tells(
    client: stripe.StripeClient, standin: StripeProcess
) -> None:
    customer, method = await authorised(client, standin)
    (mandate,) = [each["id"] for each in (await standin.state())["mandates"] if each["payment_method"] == method]
    told = len((await standin.state())["events"])
    await standin.lapse(mandate)
    assert len((await standin.state())["events"]) == told
    made = await charge(client, customer, method)
    with pytest.raises(stripe.CardError) as declined:
        await confirm(client, made.id)
    assert declined.value.code == "payment_intent_mandate_invalid"


async def test_setup_mode_authorises_without_a_payment_and_a_detached_method_is_charged_no_more(
    client: stripe.StripeClient, standin: StripeProcess, receiver: Receiver
) -> None:
    setup: Any = {
        "mode": "setup",
        "currency": "eur",
        "allowed_payment_method_types": ["paypal"],
        "customer_creation": "always",
        "success_url": "http://127.0.0.1/done",
    }
    session = await client.v1.checkout.sessions.create_async(setup)
    assert await standin.pay(session.url or "", "paypal:succeeded") == 303
    done: Any = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent"]})
    intent = done.setup_intent
    assert (done.status, intent.status) == ("complete", "succeeded")
    assert (await client.v1.mandates.retrieve_async(intent.mandate)).status == "active"
    made = await charge(client, done.customer, intent.payment_method)
    await client.v1.payment_methods.detach_async(intent.payment_method)
    with pytest.raises(stripe.CardError):
        await confirm(client, made.id)
    kinds = [event["type"] for event in await next_events(receiver, 3)]
    assert kinds == ["setup_intent.succeeded", "checkout.session.completed", "payment_method.detached"]
