"""VIES as its stand-in plays it, on a port of its own in this process: a test moves its register directly."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from deploy.local.standin_clock import StandInClock
from deploy.local.vies.__main__ import application
from deploy.local.vies.api import PATH
from deploy.local.vies.register import Register

_FILE = Path(__file__).parents[2] / "deploy" / "local" / "vies" / "register.yaml"


@dataclass(frozen=True)
class RunningVies:
    """Where it listens, and what it knows."""

    url: str
    register: Register


@asynccontextmanager
async def running_vies(happens: Callable[[str], Awaitable[None]]) -> AsyncIterator[RunningVies]:
    """The stand-in with the register of the tree, until the block ends; `happens("vies")` comes before each answer."""
    register = Register.read(_FILE)
    app = application(register, StandInClock())

    @web.middleware
    async def meanwhile(request: web.Request, handler: Handler) -> web.StreamResponse:
        await happens("vies")
        return await handler(request)

    app.middlewares.append(meanwhile)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield RunningVies(f"http://{host}:{port}{PATH.removesuffix('/check-vat-number')}", register)
    finally:
        await runner.cleanup()
