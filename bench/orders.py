"""Orders against the engine: what Casella adds to a workflow of the same shape whose steps do nothing.

An order here is the real one: placed through the API, its proforma emailed, paid on the hosted page, told by the
provider's webhook through the gateway, unlocked, invoiced, fulfilled. Its e-invoice and its first renewal begin with it
at a lower priority; what they have left to do when the last order is fulfilled is measured apart.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

from bench import moments
from bench.answered import Answered
from bench.customers import Buyer, Till, buyers, open_till, patiently
from bench.driving import in_flight
from bench.engine import LOCAL, NORMAL
from bench.engine_run import Engine, open_engine
from bench.figures import Figure, ratios
from bench.installation import Installation
from bench.processes import ROOMS, Cpu, grouped, spent
from bench.report import Split
from bench.sides import Side
from casella.common.v1 import common_pb2 as common
from workflows import names

Told = Figure | Split

_THROUGHPUT = 0.5
"""Orders a second, by the engine's with normal activities: at least."""
_LATENCY = 2.0
"""From the payment's signal to the unlock, by the engine's from the signal to its end: at most."""
_UNTIL = {"unlocked": "UnlockAccount", "fulfilled": "FulfilOrder"}
_LATENCY_UP_TO = 20
"""In flight; with more a signal waits for those before it on either side, and the figure has no target."""


@dataclass(frozen=True)
class Load:
    """How much is measured at once, and how often.

    Attributes:
        at_once: Orders in flight.
        orders: Orders of a round.
        engines: Workflows of a round of the engine.
        rounds: How many rounds.
    """

    at_once: int
    orders: int
    engines: int
    rounds: int


LOADS = (Load(1, 8, 20, 5), Load(20, 60, 160, 3), Load(60, 120, 240, 3))


@dataclass(frozen=True)
class Round:
    """What one round measured: the sides, what was left to do after the orders' own end, and the calls of both.

    What was left is in CPU-ms an order, calls are by method, an order.
    """

    order: Side
    normal: Side
    local: Side
    afterwards: dict[str, float]
    calls: dict[str, float]


async def measure(installation: Installation, loads: tuple[Load, ...] = LOADS) -> AsyncIterator[Told]:
    """All loads, one after the other; the figures of each as soon as it is done."""
    async with open_engine(installation) as engine, open_till(installation) as till:
        for load in loads:
            rounds = [await _round(installation, engine, till, load, turn) for turn in range(load.rounds)]
            for told in _told(load, rounds):
                yield told


async def _round(installation: Installation, engine: Engine, till: Till, load: Load, turn: int) -> Round:
    """All sides once; the order of the sides changes from round to round."""
    sides: dict[str, Side] = {}
    left: dict[str, float] = {}
    calls: dict[str, float] = {}
    for kind in _rotated([NORMAL, "order", LOCAL], turn):
        if kind != "order":
            sides[kind] = await engine.measure(installation, kind, load.engines, load.at_once)
            continue
        ready = await buyers(installation, load.orders)
        answered = Answered(map(installation.world.site.log, ROOMS))
        side = sides["order"] = await _orders(installation, till, ready, load.at_once)
        rested = await installation.rest()
        calls = {method: number / load.orders for method, number in answered.since().items()}
        left = {name: 1000 * used / load.orders for name, used in grouped(spent(side.after, rested)).items()}
    return Round(sides["order"], sides[NORMAL], sides[LOCAL], left, calls)


async def _orders(installation: Installation, till: Till, ready: list[Buyer], at_once: int) -> Side:
    return await bought(installation, till, ready, at_once, await installation.rest())


async def bought(installation: Installation, till: Till, ready: list[Buyer], at_once: int, before: Cpu) -> Side:
    """Have all of them order, pay and be served, so many at once.

    Args:
        installation: Where.
        till: Where they pay.
        ready: The buyers.
        at_once: Orders in flight.
        before: The CPU time used before the first.
    """

    async def buy(buyer: Buyer) -> str:
        request_id = str(uuid4())  # the same order, however often it takes to hear of it
        order = await patiently(
            lambda: buyer.customer.place_order(buyer.quote, common.PAYMENT_METHOD_ONLINE, request_id)
        )
        await till.pay(order.order_id)
        workflow_id = names.order_id(order.order_id)
        await installation.temporal.get_workflow_handle(workflow_id).result()
        return workflow_id

    ids, seconds = await in_flight(at_once, ready, buy)
    side = Side(len(ready), seconds, before, installation.cpu())
    for workflow_id in ids:
        found = await moments.of(installation.temporal, workflow_id)
        if names.PAYMENT_COMPLETED in found.signals:  # else a wake came late and began another run, which ended at once
            side.note(found, _UNTIL, names.PAYMENT_COMPLETED)
    return side


def _told(load: Load, rounds: list[Round]) -> list[Told]:
    """The figures of a load."""
    orders, normals, locals_ = ([getattr(each, side) for each in rounds] for side in ("order", "normal", "local"))
    at = f"{load.at_once} in flight"
    rates = {
        name: [side.per_second for side in sides]
        for name, sides in (("order", orders), ("normal", normals), ("local", locals_))
    }
    costs = {
        name: [side.cpu_ms_in_all for side in sides]
        for name, sides in (("order", orders), ("normal", normals), ("local", locals_))
    }
    unlocked, fulfilled = ([side.latency_ms(until) for side in orders] for until in _UNTIL)
    done = [side.latency_ms("done") for side in normals]
    bound = _LATENCY if load.at_once <= _LATENCY_UP_TO else None
    return [
        Figure(f"{at}: orders", "/s", rates["order"]),
        Figure(f"{at}: engine, normal activities", "/s", rates["normal"]),
        Figure(f"{at}: engine, local activities", "/s", rates["local"]),
        Figure(f"{at}: orders by engine (normal)", "ratio", ratios(rates["order"], rates["normal"]),
               at_least=_THROUGHPUT),
        Figure(f"{at}: CPU of the engine (normal) by CPU of an order", "ratio",
               ratios(costs["normal"], costs["order"]), at_least=_THROUGHPUT),
        Figure(f"{at}: signal to unlocked", "ms", unlocked),
        Figure(f"{at}: signal to fulfilled", "ms", fulfilled),
        Figure(f"{at}: engine (normal), signal to done", "ms", done),
        Figure(f"{at}: engine (local), signal to done", "ms", [side.latency_ms("done") for side in locals_]),
        Figure(f"{at}: signal to unlocked by engine's signal to done", "ratio", ratios(unlocked, done),
               at_most=bound),
        Split(f"{at}: an order, CPU-ms", [side.cpu_ms for side in orders]),
        Split(f"{at}: after the last order, its e-invoice and the rest, CPU-ms an order",
              [each.afterwards for each in rounds]),
        Split(f"{at}: an order with all that follows, calls", [each.calls for each in rounds], "calls"),
        Split(f"{at}: engine (normal), CPU-ms", [side.cpu_ms for side in normals]),
        Split(f"{at}: engine (local), CPU-ms", [side.cpu_ms for side in locals_]),
    ]  # fmt: skip


def _rotated(kinds: list[str], turn: int) -> list[str]:
    place = turn % len(kinds)
    return kinds[place:] + kinds[:place]
