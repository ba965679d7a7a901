"""What metrics and traces cost: orders of an installation that is asked for neither, for metrics, and for both.

Three installations beside each other take orders in turn, and the turn changes from round to round, so that what else
the machine does hits all. Metrics are read every 15 seconds, as Prometheus does; spans go to a server that throws them
away. Without an address for its metrics a process measures nothing of its rows either.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from aiohttp import web

from bench import orders
from bench.customers import buyers, open_till
from bench.figures import Figure, ratios
from bench.installation import Installation, started
from bench.processes import STAND_INS, grouped, spent
from bench.report import Split
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.programs import PROGRAMS
from deploy.local.site import var_folder

Told = Figure | Split

_OURS = [program.name for program in PROGRAMS if program.name not in STAND_INS]
_ROUNDS, _ORDERS, _AT_ONCE = 4, 8, 4
_READ_SECONDS = 15.0
_LONGEST_SECONDS = 3600.0
NEITHER, METRICS, BOTH = "neither", "metrics", "metrics and traces"


async def measure() -> AsyncIterator[Told]:
    """An order's CPU time by what is observed."""
    async with AsyncExitStack() as stack:
        spans = await stack.enter_async_context(_collector())
        silent = {name: {"CASELLA_METRICS_LISTEN": ""} for name in _OURS}
        traced = {name: {"CASELLA_OTLP_ENDPOINT": spans} for name in _OURS}
        sides = {
            kind: await stack.enter_async_context(started(var_folder() / f"bench-observing-{place}", environment))
            for place, (kind, environment) in enumerate([(NEITHER, silent), (METRICS, {}), (BOTH, traced)])
        }
        for kind in (METRICS, BOTH):
            reading = asyncio.create_task(_read(sides[kind]))
            stack.callback(reading.cancel)
        costs: dict[str, list[Mapping[str, float]]] = {kind: [] for kind in sides}
        for turn in range(_ROUNDS):
            for kind in [*sides][turn % len(sides) :] + [*sides][: turn % len(sides)]:
                costs[kind].append(await _order(sides[kind]))
    whole = {kind: [sum(each.values()) for each in rounds] for kind, rounds in costs.items()}
    for kind, rounds in costs.items():
        yield Figure(f"an order with all that follows, observed by {kind}", "CPU-ms", whole[kind])
        yield Split(f"the same by process, observed by {kind}", rounds)
    for kind in (METRICS, BOTH):
        yield Figure(f"observed by {kind}, by neither", "ratio", ratios(whole[kind], whole[NEITHER]))


async def _order(installation: Installation) -> dict[str, float]:
    """CPU-ms of one of some orders, without the stand-ins'."""
    async with open_till(installation) as till:
        ready = await buyers(installation, _ORDERS)
        side = await orders.bought(installation, till, ready, _AT_ONCE, await installation.rest(_LONGEST_SECONDS))
    used = grouped(spent(side.before, await installation.rest(_LONGEST_SECONDS)))
    return {name: 1000 * each / _ORDERS for name, each in used.items() if name != "stand-ins"}


async def _read(installation: Installation) -> None:
    """Read all metrics again and again, until cancelled."""
    site = installation.world.site
    pages = [f"{site.url(port)}/metrics" for port in site.ports if port.endswith("metrics")]
    async with aiohttp.ClientSession() as http:
        while True:
            for page in pages:
                async with http.get(page) as answer:
                    await answer.read()
            await asyncio.sleep(_READ_SECONDS)


@asynccontextmanager
async def _collector() -> AsyncIterator[str]:
    """Takes spans, and gives the address."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await runner.cleanup()
