"""How many are in flight: so many drivers take one piece of work after the other from a common heap."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def in_flight(number: int, work: Iterable[T], do: Callable[[T], Awaitable[R]]) -> tuple[list[R], float]:
    """Do all of it with so many at once.

    Returns:
        What each came to, in any order, and how many seconds it all took.
    """
    heap = iter(work)

    async def driver() -> list[R]:
        return [await do(piece) for piece in heap]

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        drivers = [group.create_task(driver()) for _ in range(number)]
    return [each for driven in drivers for each in driven.result()], time.perf_counter() - began
