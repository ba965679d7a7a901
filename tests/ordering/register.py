"""VIES as its stand-in plays it, on a port of its own in this process: a test moves its register directly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

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
async def running_vies() -> AsyncIterator[RunningVies]:
    """The stand-in with the register of the tree, until the block ends."""
    register = Register.read(_FILE)
    runner = web.AppRunner(application(register, StandInClock()), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield RunningVies(f"http://{host}:{port}{PATH.removesuffix('/check-vat-number')}", register)
    finally:
        await runner.cleanup()
