"""``make chaos``: kills processes at every moment that stories pass, then random ones under orders in flight.

By the environment: ``HOOKS=<pattern>`` only the moments of a pattern, and no random kills unless ``CHAOS`` is given;
``CHAOS=<kills>`` random kills alone; ``SEED=<number>`` repeats their choice; ``STAGES=<number>`` so many Casellas side
by side for the moments, by default three. Exit code 1 where one did harm.
"""

import asyncio
import itertools
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

from services.kit.exiting import exit_after
from tests.chaos.contracts import OUT_OF_REACH, expected
from tests.chaos.letters import Letters
from tests.chaos.random_kills import Trouble, random_kills
from tests.chaos.sharing import shared_out, side_by_side
from tests.chaos.stage import staged
from tests.chaos.stories import STORIES, Story
from tests.chaos.sweep import FAULTS, Outcome, Result, Stages, not_reached, sweep, undisturbed

_KILLS, _STAGES = 100, 3


async def _every_moment(folder: Path, pattern: str, at_once: int) -> list[Result]:
    results: list[Result] = []
    passed: dict[Story, list[str]] = {}
    letters: dict[Story, Letters] = {}
    numbers = itertools.count(1)
    stages = [Stages(lambda: staged(folder / str(next(numbers)))) for _ in range(at_once)]

    async def alone(on: Stages, story: Story) -> None:
        begun = time.monotonic()
        passed[story], letters[story] = await undisturbed(await on.stage(), story)
        print(f"{story.__name__} undisturbed, {time.monotonic() - begun:.0f} s", flush=True)

    async def killed(on: Stages, story: Story) -> None:
        begun = time.monotonic()
        async for result in sweep(on, dict.fromkeys(own[story], story), pattern, letters):
            results.append(result)
            _tell(result)
        print(f"{story.__name__} killed, {time.monotonic() - begun:.0f} s", flush=True)

    try:
        await side_by_side(stages, STORIES, alone)
        own = shared_out({story: passed[story] for story in STORIES})
        print(f"{sum(map(len, own.values()))} moments passed; killing at those of {pattern}", flush=True)
        await side_by_side(stages, own, killed)
    finally:
        for each in stages:
            await each.close()
    reached = {moment for moments in own.values() for moment in moments}
    for result in not_reached(expected(), reached, OUT_OF_REACH, pattern):
        results.append(result)
        _tell(result)
    return results


def _tell(result: Result) -> None:
    print(f"{result.moment:<60} {result.outcome.name.lower():<12} {result.story:<22} {result.why}", flush=True)


def _totals(results: list[Result], seconds: float) -> None:
    counted = Counter(result.outcome for result in results)
    print(f"\n{sum(counted.values())} moments in {seconds:.0f} s")
    for outcome in Outcome:
        print(f"{counted[outcome]:6} {outcome.value}")


async def _run(folder: Path) -> bool:
    pattern, seed = os.environ.get("HOOKS", ""), int(os.environ.get("SEED", str(time.time_ns() % 1_000_000)))
    kills = int(os.environ.get("CHAOS", "0" if pattern else str(_KILLS)))
    begun = time.monotonic()
    well = True
    if pattern or "CHAOS" not in os.environ:
        results = await _every_moment(folder / "moments", pattern or "*", int(os.environ.get("STAGES", str(_STAGES))))
        _totals(results, time.monotonic() - begun)
        well = bool(results) and not any(result.outcome in FAULTS for result in results)
        if not results:
            print(f"no moment is called like HOOKS={pattern}", flush=True)
    if kills:
        print(f"\n{kills} random kills, SEED={seed}", flush=True)
        try:
            async with staged(folder / "random", doubled=True) as stage:
                print(await random_kills(stage, kills, seed), flush=True)
        except Trouble as trouble:
            print(f"HARM: {trouble}; SEED={seed} CHAOS={kills} repeats it", flush=True)
            well = False
    return well


def main() -> int:
    """Run all; 1 where a kill did harm."""
    folder = Path(mkdtemp(prefix="casella-chaos-"))
    well = asyncio.run(_run(folder))
    if well:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"the processes' logs are in {folder}", file=sys.stderr)
    return 0 if well else 1


if __name__ == "__main__":
    exit_after(main)
