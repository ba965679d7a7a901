"""Starts the Stripe stand-in: `python -m deploy.local.stripe`. It decides only what is wired to what."""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from deploy.local.standin import StandInSettings, host_and_port, run
from deploy.local.standin_clock import StandInClock
from deploy.local.stripe.api import Api
from deploy.local.stripe.checkout import Checkout
from deploy.local.stripe.disputes import Disputes
from deploy.local.stripe.hosted import Hosted
from deploy.local.stripe.refunds import Refunds
from deploy.local.stripe.state import State
from deploy.local.stripe.webhooks import Deliverer

_LARGEST_BODY = 256 * 1024


class StripeSettings(StandInSettings):
    """What the Stripe stand-in reads from the environment."""

    stripe_listen: str
    stripe_clock_listen: str
    stripe_file: Path
    stripe_key_file: Path
    stripe_webhook_secret_file: Path
    stripe_webhook_url: str = ""


async def serve(settings: StripeSettings, clock: StandInClock, stack: AsyncExitStack) -> str:
    """Open the HTTP side and begin to deliver."""
    host, port = host_and_port(settings.stripe_listen)
    settings.stripe_file.parent.mkdir(parents=True, exist_ok=True)
    state = State(settings.stripe_file)
    stack.callback(state.close)
    checkout = Checkout(state, clock, f"http://{host}:{port}")
    secret = settings.stripe_webhook_secret_file.read_text().strip()
    deliverer = Deliverer(state, checkout, settings.stripe_webhook_url, secret)
    clock.on_move.append(deliverer.ring)
    clock.backlog.append(lambda: len(deliverer.waiting()))

    app = web.Application(client_max_size=_LARGEST_BODY)
    refunds, disputes = Refunds(state, checkout), Disputes(state, checkout)
    Api(state, checkout, refunds, disputes, settings.stripe_key_file.read_text().strip()).add_routes(app)
    Hosted(state, checkout, refunds, disputes, deliverer).add_routes(app)
    app.on_response_prepare.append(_announce)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()

    delivering = asyncio.create_task(deliverer.run())
    stack.push_async_callback(_end, delivering)
    return settings.stripe_clock_listen


async def _announce(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers["X-Simulator"] = "Casella Stripe simulator"


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    run("stripe", StripeSettings, serve)
