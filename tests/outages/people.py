"""What people, banks and Stripe go on doing while something is away, and what each of them hears."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import grpc
from stripe import WebhookSignature

from deploy.local.demo.customer import Customer
from deploy.local.stripe.checkout import API_VERSION
from services.kit.errors import Refused
from tests.e2e.play import Play

Answer = TypeVar("Answer")

_PAUSE_SECONDS = 0.2
_STRIPE_WAITS = aiohttp.ClientTimeout(total=20)
"""How long Stripe waits for a webhook's answer before it counts as failed (docs.stripe.com/webhooks)."""
_COME_AGAIN = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})


@dataclass(frozen=True)
class Event:
    """Something that Stripe has to tell: its id, and the body of its webhook."""

    id: str
    body: str


@dataclass
class Heard:
    """What everybody heard during an outage.

    Attributes:
        codes: How often each answer came: a gRPC code, or the status of a webhook's answer.
        wrong: The answers that nobody should hear, with the call.
    """

    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def tell(self, trouble: object, seconds: float) -> None:
        """Print a line of what was heard, which `make outages` shows."""
        sys.stdout.write(f"\n{trouble} for {seconds:.0f} s: {dict(self.codes)}\n")

    async def of(self, what: str, call: Awaitable[Answer]) -> Answer | None:
        """Make a call; None where the caller was asked to come again. A caller's own deadline bounds its time."""
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            self.codes[error.code().name] += 1
            if error.code() not in _COME_AGAIN:
                self.wrong.append(f"{what}: {error.code().name}")
            return None
        except Refused as refused:
            self.codes[str(refused)] += 1
            self.wrong.append(f"{what}: {refused}")
            return None
        self.codes["OK"] += 1
        return answer

    async def again(self, what: str, call: Callable[[], Awaitable[Answer]], seconds: float) -> Answer:
        """Make a call until it is answered, as a gateway does."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await self.of(what, call())
                if answer is not None:
                    return answer
                await asyncio.sleep(_PAUSE_SECONDS)

    async def webhook(self, play: Play, event: Event) -> bool:
        """Deliver an event as Stripe does; whether it was taken. Any answer will do, silence will not."""
        secret = play.world.site.secret("stripe-webhook-secret")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": WebhookSignature.generate_signature_header(event.body, secret),
        }
        url = f"{play.world.site.url('gateway')}/webhooks/stripe"
        try:
            async with (
                aiohttp.ClientSession(timeout=_STRIPE_WAITS) as http,
                http.post(url, data=event.body.encode(), headers=headers) as answer,
            ):
                self.codes[f"webhook {answer.status}"] += 1
                return answer.ok
        except TimeoutError:
            self.wrong.append(f"webhook {event.id}: no answer")
            return False


async def stripe_bodies(play: Play) -> list[Event]:
    """All that the Stripe stand-in has to tell, oldest first."""
    headers = {"Authorization": f"Bearer {play.world.site.secret('stripe-key')}", "Stripe-Version": API_VERSION}
    url = f"{play.world.site.url('stripe')}/v1/events?limit=100"
    async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(url, headers=headers) as answer:
        newest_first = (await answer.json())["data"]
    return [Event(each["id"], json.dumps(each)) for each in reversed(newest_first)]


@asynccontextmanager
async def reading(customer: Customer, heard: Heard) -> AsyncIterator[None]:
    """A customer who looks at their pages all the while the block runs."""

    async def look() -> None:
        while True:
            await heard.of("GetTrial", customer.trial())
            await heard.of("GetAllowance", customer.allowance())
            await asyncio.sleep(_PAUSE_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
