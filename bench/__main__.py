"""``make bench``: measures all parts, or those that ``BENCH`` names, on one installation made for this run.

Prints each figure when it has it, and keeps all of them in ``var/bench.json``. What they mean stands in
``bench/README.md``.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable

from bench import numbers, orders, rpcs, start
from bench.figures import Figure
from bench.installation import Installation, started
from bench.report import Report, Split
from deploy.local.site import var_folder
from services.kit.exiting import exit_after

Part = Callable[[Installation], AsyncIterator[Figure | Split]]
PARTS: dict[str, Part] = {
    "start": start.measure,
    "orders": orders.measure,
    "rpcs": rpcs.measure,
    "numbers": numbers.measure,
}


async def _run(chosen: list[str]) -> None:
    report = Report(var_folder() / "bench.json")
    async with started(var_folder() / "bench") as installation:
        for name in chosen:
            print(f"\n{name}", flush=True)
            async for figure in PARTS[name](installation):
                report.tell(name, figure)


def main() -> int:
    """Measures; 2 where ``BENCH`` names no part."""
    chosen = os.environ.get("BENCH", "").split() or list(PARTS)
    if unknown := sorted(set(chosen) - PARTS.keys()):
        print(f"BENCH={' '.join(unknown)}: the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    asyncio.run(_run(chosen))
    return 0


if __name__ == "__main__":
    exit_after(main)
