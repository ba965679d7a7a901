"""What an open trial takes while nothing happens to it: bytes in each room's tables and in Temporal's file, and memory.

Each trial is a real one: signed up through the public API, its address confirmed by the emailed link, its workflow open
in Temporal and its account in mailboxes. They stand in an installation of their own. How many there are at each
measuring says ``TRIALS``, by default 1000 and 3000; what lies between two of them, by the number of trials, is what one
more takes once all that is kept once is there.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from bench import commands, stored
from bench.customers import newcomer, patiently
from bench.driving import in_flight
from bench.figures import Figure
from bench.installation import Installation, started
from bench.processes import grouped, memory_bytes, spent
from bench.report import Split
from deploy.local.quiet import RUNNING
from deploy.local.site import var_folder
from workflows import names

Told = Figure | Split

_USUAL = "1000 3000"
_AT_ONCE = 20
_KIB = 1024
_MIB = 1024 * 1024
_LONGEST_SECONDS = 3600.0
_IDLE_SECONDS = 65.0
"""Longer than the minute after which each room's reconciler looks."""


@dataclass(frozen=True)
class Sight:
    """How it stands with so many trials open.

    Attributes:
        number: How many.
        stored: Bytes of each room's tables with their indexes, and of Temporal's.
        memory: Bytes (PSS) of each process.
        idle: CPU-ms a second of each process while nothing happens.
        listing: CPU-ms of Temporal to list all that run, as each room does every hour.
    """

    number: int
    stored: Mapping[str, float]
    memory: Mapping[str, float]
    idle: Mapping[str, float]
    listing: float


async def measure() -> AsyncIterator[Told]:
    """An empty Casella, then with each number of trials."""
    numbers = sorted(map(int, os.environ.get("TRIALS", _USUAL).split()))
    async with started(var_folder() / "bench-trials") as installation:
        seen = await _look(installation, 0)
        yield Split("0 trials: at rest, CPU-ms a second", [seen.idle])
        for number in numbers:
            begun = number - seen.number
            before = await installation.rest(_LONGEST_SECONDS)
            seconds = await _begin(installation, begun)
            used = grouped(spent(before, await installation.rest(_LONGEST_SECONDS)))
            yield Figure(f"{number} trials: begun", "/s", [begun / seconds])
            yield Split(f"{number} trials: to begin one, CPU-ms", [{k: 1000 * u / begun for k, u in used.items()}])
            now = await _look(installation, number)
            for told in (*_told(seen, now), *await commands.figures(installation, f"{number} trials")):
                yield told
            seen = now


async def _begin(installation: Installation, number: int) -> float:
    """Begin so many more; how many seconds that takes."""
    _, seconds = await in_flight(_AT_ONCE, range(number), lambda _: patiently(lambda: newcomer(installation)))
    return seconds


async def _look(installation: Installation, number: int) -> Sight:
    """How it stands now; the world rests first."""
    await installation.rest(_LONGEST_SECONDS)
    before = installation.cpu()
    running = [run async for run in installation.temporal.list_workflows(RUNNING) if run.workflow_type == names.TRIAL]
    listing = spent(before, installation.cpu())["temporal"]
    if len(running) < number:
        raise ValueError(f"{number} trials were begun and {len(running)} run in Temporal")
    before = installation.cpu()
    await asyncio.sleep(_IDLE_SECONDS)
    idle = spent(before, installation.cpu())
    return Sight(
        number=number,
        stored=await stored.bytes_of(installation),
        memory=grouped(memory_bytes(installation.pids)),
        idle={name: 1000 * used / _IDLE_SECONDS for name, used in grouped(idle).items()},
        listing=1000 * listing,
    )


def _told(before: Sight, now: Sight) -> list[Told]:
    """What one more trial takes, by all that were begun between two looks; and the whole as it stands."""
    at, begun = f"{now.number} trials", now.number - before.number

    def one_more(of: str) -> dict[str, float]:
        first, last = getattr(before, of), getattr(now, of)
        return {name: (last[name] - first[name]) / begun / _KIB for name in last}

    kept, memory = one_more("stored"), one_more("memory")
    return [
        Split(f"{at}: one more, stored, KiB", [kept], "KiB"),
        Figure(f"{at}: one more, stored in PostgreSQL", "KiB", [sum(kept.values()) - kept[stored.TEMPORAL]]),
        Figure(f"{at}: one more, stored in Temporal", "KiB", [kept[stored.TEMPORAL]]),
        Split(f"{at}: one more, memory (PSS), KiB", [memory], "KiB"),
        Split(f"{at}: memory of all (PSS), MiB", [{name: each / _MIB for name, each in now.memory.items()}], "MiB"),
        Split(f"{at}: at rest, CPU-ms a second", [now.idle]),
        Figure(f"{at}: Temporal lists all that run", "CPU-ms", [now.listing]),
    ]
