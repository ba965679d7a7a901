"""Kills random processes under orders in flight.

Meanwhile each call of the worker comes twice, and so does each of Stripe's events, the newest first; afterwards all
wakes and all events come again, in any order.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence

from casella.common.v1 import common_pb2 as common
from deploy.local.demo.customer import Customer
from tests.chaos.acting import pay_order
from tests.chaos.stage import PROCESSES, Stage
from tests.chaos.sweep import reason
from tests.e2e.echo import deliver_twice, wakes_written
from tests.e2e.ends import prove_the_end
from tests.e2e.stories import run, stripe, stripe_events, stripe_resends
from tests.e2e.waiting import disturbed
from workflows import names

VICTIMS = (*PROCESSES, "temporal", "postgres")
ORDERS = 20
_PAUSE = (0.2, 2.0)
"""Seconds between two strikes: at times the next victim dies while the last one is still away."""
_AT_ONCE = (1, 1, 1, 2, 3)
"""How many die in one instant."""
_TOLD_EVERY = 60.0
"""Seconds."""


Bought = tuple[Customer, str]


class Trouble(AssertionError):
    """An order ended wrong, or a customer could not go on."""


async def random_kills(stage: Stage, kills: int, seed: int, orders: int = ORDERS) -> str:
    """Kill so many processes by a seed's choice, with so many orders in flight all the time, and prove every end.

    Returns:
        What was done, for a person.

    Raises:
        Trouble: An order ended wrong, or a customer could not go on; it says which and how.
    """
    with disturbed(stage.last_kill):
        try:
            return await _kill_under(stage, kills, random.Random(seed), orders)  # noqa: S311  it chooses victims
        except Exception as error:
            raise Trouble(reason(error)) from error


async def _kill_under(stage: Stage, kills: int, dice: random.Random, orders: int) -> str:
    over, killed = asyncio.Event(), Counter[str]()
    await stripe(stage.play, {"duplicate": True, "reverse": True})
    buyers = [asyncio.create_task(_buy_until(stage, over.is_set)) for _ in range(orders)]
    begun = last = time.monotonic()
    while (left := kills - killed.total()) > 0:
        victims = dice.sample(VICTIMS, min(left, dice.choice(_AT_ONCE)))
        await asyncio.sleep(dice.uniform(*_PAUSE))
        await asyncio.gather(*map(stage.kill, victims))
        killed.update(victims)
        if time.monotonic() - last > _TOLD_EVERY:
            last = time.monotonic()
            print(f"{killed.total()} kills in {last - begun:.0f} s", flush=True)
    over.set()
    bought = [each for buyer in await asyncio.gather(*buyers) for each in buyer]
    await stage.all_run()
    wakes = await wakes_written(stage.play)
    dice.shuffle(wakes)
    await deliver_twice(stage.play, wakes)
    events = [event["id"] for event in await stripe_events(stage.play)]
    dice.shuffle(events)
    for event in events:
        await stripe_resends(stage.play, event)
    await _all_proved(stage, bought)
    told = ", ".join(f"{name} {times}" for name, times in sorted(killed.items()))
    return f"{killed.total()} kills ({told}); {len(bought)} orders, all ended well"


async def _buy_until(stage: Stage, over: Callable[[], bool]) -> list[Bought]:
    """One order after the other."""
    bought: list[Bought] = []
    while not over():
        customer, order = await stage.play.buyer(common.PAYMENT_METHOD_ONLINE)
        await pay_order(stage.play, customer, order.order_id)
        bought.append((customer, order.order_id))
    return bought


async def _all_proved(stage: Stage, bought: Sequence[Bought]) -> None:
    await run(stage.play, names.FETCH_PAYMENT_EVENTS)  # the schedule does so every ten minutes
    for customer, order_id in bought:
        await stage.play.fulfilled(customer, order_id)
    for customer, order_id in bought:
        await prove_the_end(stage.play, customer, order_id)
