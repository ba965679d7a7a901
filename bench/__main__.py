"""``make bench``: measures all parts, or those that ``BENCH`` names, on one installation made for this run.

A part whose customers stay, or that moves the calendar, has an installation of its own.

Prints each figure when it has it, and keeps all of them in ``var/bench.json``. What they mean stands in
``bench/README.md``.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable

from bench import month, numbers, observing, orders, rpcs, start, trials
from bench.figures import Figure
from bench.installation import Installation, started
from bench.report import Report, Split
from deploy.local.site import var_folder
from services.kit.exiting import exit_after

Told = AsyncIterator[Figure | Split]
ALONE: dict[str, Callable[[], Told]] = {
    "start": start.measure,
    "trials": trials.measure,
    "month": month.measure,
    "observing": observing.measure,
}
TOGETHER: dict[str, Callable[[Installation], Told]] = {
    "orders": orders.measure,
    "rpcs": rpcs.measure,
    "numbers": numbers.measure,
}
PARTS = (*ALONE, *TOGETHER)


async def _run(chosen: list[str]) -> None:
    report = Report(var_folder() / "bench.json")
    for name in filter(ALONE.__contains__, chosen):
        await _tell(report, name, ALONE[name]())
    if together := [name for name in chosen if name in TOGETHER]:
        async with started(var_folder() / "bench") as installation:
            for name in together:
                await _tell(report, name, TOGETHER[name](installation))


async def _tell(report: Report, name: str, figures: Told) -> None:
    print(f"\n{name}", flush=True)
    async for figure in figures:
        report.tell(name, figure)


def main() -> int:
    """Measures; 2 where ``BENCH`` names no part."""
    named = os.environ.get("BENCH", "").split() or PARTS
    if unknown := sorted(set(named) - set(PARTS)):
        print(f"BENCH={' '.join(unknown)}: the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    asyncio.run(_run([part for part in PARTS if part in named]))  # orders first: rpcs leaves events held back
    return 0


if __name__ == "__main__":
    exit_after(main)
