"""The month's end: every monthly subscription of a provider falls due within one night.

What a renewal costs must not depend on how many fall due together, and an order that is paid in that night must not
wait for them. The subscriptions are bought as the orders of the part ``orders`` are; then the calendar is moved past
the hour at which the last of them is measured, so that all fall due in one instant and not over the hours by which a
policy spreads them. How many there are says ``RENEWALS``, by default 50 and 200: the first months' customers stay.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from bench import commands, orders, stored
from bench.answered import Answered
from bench.customers import Till, buyers, open_till
from bench.driving import in_flight
from bench.figures import Figure
from bench.installation import Installation, started
from bench.processes import ROOMS, Cpu, grouped, spent
from bench.report import Split
from bench.sides import Side
from casella.common.v1 import common_pb2 as common
from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.site import var_folder

Told = Figure | Split

_USUAL = "50 200"
_BUYING, _PAYING = 20, 20
_FRESH, _FRESH_AT_ONCE = 8, 2
"""Orders that are placed in quiet, and again while the renewals go on; and how many of them are in flight."""
_BEFORE, _AFTER = timedelta(minutes=30), timedelta(hours=1)
"""Of the first and the last measuring. A timer ends by the calendar at most minutes after its row says."""
_KIB = 1024
_LOOK_SECONDS = 0.5
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class Night:
    """What one month's end took.

    Attributes:
        number: How many subscriptions fell due.
        alone: The fresh orders in quiet.
        meanwhile: The fresh orders while the renewals went on.
        still_due: Renewals that had not asked for their money yet when the last fresh order was fulfilled.
        seconds: Until the last renewal had asked for its money.
        asking: CPU-ms of a renewal from its measuring to its proforma's email, by process.
        paid: CPU-ms of it from its payment to its e-invoice's end.
        calls: Calls of a renewal in both, the looks for webhooks and mail among them.
        commits: Transactions of a renewal in both, likewise.
        order_kib: KiB that a fresh order has left in the tables of each room and in Temporal.
        renewal_kib: KiB that a renewal has left there.
    """

    number: int
    alone: Side
    meanwhile: Side
    still_due: int
    seconds: float
    asking: Mapping[str, float]
    paid: Mapping[str, float]
    calls: Mapping[str, float]
    commits: float
    order_kib: Mapping[str, float]
    renewal_kib: Mapping[str, float]


async def measure() -> AsyncIterator[Told]:
    """One month's end after the other, each with more subscriptions."""
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(started(var_folder() / "bench-month"))
        till = await stack.enter_async_context(open_till(installation))
        calendar = await stack.enter_async_context(open_calendar(installation.world.site, only_due=True))
        standing = 0
        for number in sorted(map(int, os.environ.get("RENEWALS", _USUAL).split())):
            await _subscribe(installation, till, number - standing)
            standing = number
            for told in _told(await _night(installation, till, calendar, number)):
                yield told
            for told in await commands.figures(installation, f"{number} subscriptions"):
                yield told


async def _subscribe(installation: Installation, till: Till, number: int) -> None:
    """So many more monthly subscriptions, all paid and with nothing left to do."""
    ready = await buyers(installation, number, billing=common.BILLING_PERIOD_MONTHLY)
    await orders.bought(installation, till, ready, _BUYING, installation.cpu())
    await installation.rest(_LONGEST_SECONDS)


async def _night(installation: Installation, till: Till, calendar: LocalCalendar, number: int) -> Night:
    """Go to the next month's end, let all fall due while fresh orders are paid, and have all pay."""
    async with installation.database("ordering") as ordering, installation.database("invoicing") as invoicing:
        measured = [row["measure_at"] for row in await ordering.fetch(_MEASURED)]
        first, last = measured[0], measured[-1]
        if len(measured) != number:
            raise ValueError(f"{len(measured)} periods wait for their measuring, of {number} subscriptions")
        await calendar.advance(max(first - _BEFORE - calendar.now(), timedelta(seconds=1)), lambda _: None)
        ready = await buyers(installation, 2 * _FRESH)
        before = await installation.rest(_LONGEST_SECONDS)
        kept = [await stored.bytes_of(installation)]
        answered = Answered(map(installation.world.site.log, ROOMS))
        committed = await ordering.fetchval(_COMMITS)
        alone = await orders.bought(installation, till, ready[:_FRESH], _FRESH_AT_ONCE, before)
        one = _with_what_follows(alone, await installation.rest(_LONGEST_SECONDS))
        kept.append(await stored.bytes_of(installation))
        calls, commits = answered.since(), await ordering.fetchval(_COMMITS) - committed

        async def asked() -> int:
            return int(await invoicing.fetchval(_ASKED, first - _BEFORE))

        async def invoiced() -> int:
            return int(await invoicing.fetchval(_INVOICED, first - _BEFORE))

        committed = await ordering.fetchval(_COMMITS)
        before = installation.cpu()
        began = asyncio.get_running_loop().time()
        step = last + _AFTER - calendar.now()
        await calendar.tell(step)
        moving = asyncio.create_task(calendar.fire(step))
        for buyer in ready[_FRESH:]:
            buyer.customer.forget_session()
        meanwhile = await orders.bought(installation, till, ready[_FRESH:], _FRESH_AT_ONCE, before)
        still_due = number - await asked()
        await moving
        await _until(asked, number)
        seconds = asyncio.get_running_loop().time() - began
        between = await installation.rest(_LONGEST_SECONDS)
        requests = await _open_requests(installation)
        await in_flight(_PAYING, requests, till.pay_request)
        await _until(invoiced, number)
        after = await installation.rest(_LONGEST_SECONDS)
        kept.append(await stored.bytes_of(installation))
        commits = await ordering.fetchval(_COMMITS) - committed - commits
        calls = answered.since() - calls
    return Night(
        number=number,
        alone=alone,
        meanwhile=meanwhile,
        still_due=still_due,
        seconds=seconds,
        asking=_of_one(before, between, number, one),
        paid=_of_one(between, after, number, {}),
        calls={method: count / number for method, count in calls.items()},
        commits=commits / number,
        order_kib={room: (kept[1][room] - kept[0][room]) / _FRESH / _KIB for room in kept[0]},
        renewal_kib={
            room: (kept[2][room] - kept[1][room] - (kept[1][room] - kept[0][room])) / number / _KIB for room in kept[0]
        },
    )


def _with_what_follows(side: Side, rested: Cpu) -> dict[str, float]:
    """CPU-ms of one of its orders, with the e-invoice and all that it leaves to do."""
    return {name: 1000 * used / side.number for name, used in grouped(spent(side.before, rested)).items()}


def _of_one(before: Cpu, after: Cpu, number: int, fresh: Mapping[str, float]) -> dict[str, float]:
    """CPU-ms of a renewal between two looks, once what the fresh orders take alone is taken off."""
    used = grouped(spent(before, after))
    return {name: (1000 * each - _FRESH * fresh.get(name, 0.0)) / number for name, each in used.items()}


async def _open_requests(installation: Installation) -> list[UUID]:
    async with installation.database("payments") as payments:
        return [row["id"] for row in await payments.fetch(_OPEN)]


async def _until(count: Callable[[], Awaitable[int]], number: int) -> None:
    """Look until so many are there.

    Raises:
        TimeoutError: They are not within an hour.
    """
    async with asyncio.timeout(_LONGEST_SECONDS):
        while await count() < number:  # noqa: ASYNC110  another process makes it so
            await asyncio.sleep(_LOOK_SECONDS)


def _told(night: Night) -> list[Told]:
    at = f"{night.number} renewals in one night"
    costs = [sum(used for name, used in each.items() if name != "stand-ins") for each in (night.asking, night.paid)]
    alone, meanwhile = night.alone, night.meanwhile
    return [
        Figure(f"{at}: one until it has asked for its money", "CPU-ms", [costs[0]]),
        Split(f"{at}: the same by process", [night.asking]),
        Figure(f"{at}: one from its payment on", "CPU-ms", [costs[1]]),
        Split(f"{at}: the same by process", [night.paid]),
        Split(f"{at}: one, calls", [night.calls], "calls"),
        Figure(f"{at}: one, transactions", "", [night.commits]),
        Split(f"{at}: a fresh order, stored, KiB", [night.order_kib], "KiB"),
        Split(f"{at}: one, stored, KiB", [night.renewal_kib], "KiB"),
        Figure(f"{at}: all have asked for their money after", "s", [night.seconds]),
        Figure(f"{at}: fresh orders alone, signal to unlocked", "ms", [alone.latency_ms("unlocked")]),
        Figure(f"{at}: fresh orders meanwhile, signal to unlocked", "ms", [meanwhile.latency_ms("unlocked")]),
        Figure(f"{at}: fresh orders alone, signal to fulfilled", "ms", [alone.latency_ms("fulfilled")]),
        Figure(f"{at}: fresh orders meanwhile, signal to fulfilled", "ms", [meanwhile.latency_ms("fulfilled")]),
        Figure(f"{at}: renewals that had not asked when the last of these was fulfilled", "", [night.still_due]),
    ]


_MEASURED = """
    SELECT measure_at FROM subscription_periods
    WHERE state = 'scheduled'
      AND measure_at < (SELECT min(measure_at) FROM subscription_periods WHERE state = 'scheduled') + interval '7 days'
    ORDER BY measure_at
"""
_ASKED = """
    SELECT count(*) FROM documents JOIN mails ON mails.key = 'proforma:' || documents.id
    WHERE documents.kind = 'proforma' AND documents.period_id IS NOT NULL
      AND documents.issued_at > $1 AND mails.sent_at IS NOT NULL
"""
_INVOICED = """
    SELECT count(*) FROM documents JOIN transmissions ON transmissions.invoice_id = documents.id
    WHERE documents.kind = 'invoice' AND documents.period_id IS NOT NULL
      AND documents.issued_at > $1 AND transmissions.next_at IS NULL
"""
_OPEN = "SELECT id FROM payment_requests WHERE state = 'open' AND subscription_id IS NOT NULL"
_COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
