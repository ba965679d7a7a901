"""How long a Casella takes from the command to ready, where it has run before, and how much memory the whole takes.

An installation of its own, started again and again from the same folder.
Memory is the proportional set size: what processes share, such as what they imported before they were forked, counts
once.
"""

import json
import shutil
import time
from collections.abc import AsyncIterator
from statistics import median

from bench.figures import Figure
from bench.processes import grouped, memory_bytes
from deploy.local.site import var_folder
from deploy.local.world import World

_ROUNDS = 3
_MIB = 1024 * 1024


async def measure() -> AsyncIterator[Figure]:
    """Start and memory."""
    folder = var_folder() / "bench-start"
    shutil.rmtree(folder, ignore_errors=True)
    seconds: list[float] = []
    whole: list[float] = []
    memory: list[dict[str, float]] = []
    for turn in range(_ROUNDS + 1):
        began = time.perf_counter()
        async with World.start(folder) as world:
            if turn:  # the first one makes the database
                seconds.append(time.perf_counter() - began)
                launcher = json.loads(world.site.run_file.read_text())["launcher"]
                whole.append(memory_bytes({"whole": launcher})["whole"] / _MIB)
                memory.append(grouped(memory_bytes(await world.processes())))
    shutil.rmtree(folder, ignore_errors=True)
    yield Figure("from the command to ready, warm", "s", seconds)
    yield Figure("memory of the whole, launcher included (PSS)", "MiB", whole)
    for name in sorted(memory[0], key=lambda name: -median(each[name] for each in memory)):
        yield Figure(f"memory of {name} (PSS)", "MiB", [each[name] / _MIB for each in memory])
