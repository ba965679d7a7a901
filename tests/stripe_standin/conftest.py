"""A running stand-in, a receiver of its webhooks, and Stripe's own SDK as the client."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import stripe
from aiohttp import web

from deploy.local.ports import free_port
from tests.stripe_standin import process
from tests.stripe_standin.process import StripeProcess


@dataclass
class Receiver:
    """Takes webhooks in, and can be told to refuse."""

    url: str
    status: int = 200
    taken: "asyncio.Queue[tuple[bytes, str]]" = field(default_factory=asyncio.Queue)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        await self.taken.put((body, request.headers["Stripe-Signature"]))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/webhooks")
    app = web.Application()
    app.router.add_post("/webhooks", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def standin(tmp_path: Path, receiver: Receiver) -> AsyncIterator[StripeProcess]:
    running = process.start(tmp_path, receiver.url)
    try:
        await running.wait_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture
async def client(standin: StripeProcess) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient(timeout=10)
    yield stripe.StripeClient(process.KEY, http_client=http, base_addresses={"api": standin.url}, max_network_retries=0)
    await http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated
