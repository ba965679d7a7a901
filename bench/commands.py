"""What an operator's command takes: CPU time and the most memory of its own processes, CPU time of Casella's."""

import asyncio
import os
import sys
from dataclasses import dataclass

from bench.figures import Figure
from bench.installation import Installation
from bench.processes import cpu_seconds, peak_bytes, spent
from deploy.local.site import ROOT

_FAILED = 1
"""The code of a command that has found something wrong, as `doctor` may on a machine that is busy."""
_LOOK_SECONDS = 0.02
"""Between two looks at its processes, the last of which is this long before its end."""
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Taken:
    """What a command took.

    Attributes:
        own: CPU-seconds of its processes.
        others: CPU-seconds of the installation meanwhile.
        peak: Bytes: the largest of its processes at its largest (RSS).
    """

    own: float
    others: float
    peak: int


async def figures(installation: Installation, at: str) -> list[Figure]:
    """What `doctor`, `audit` and `backup` take now, and how long the backup's file is."""
    found = []
    for name in ("doctor", "audit"):
        found += _told(f"{at}: casella {name}", await taken(installation, name))
    file = installation.world.site.var / "bench.backup"
    found += _told(f"{at}: casella backup", await taken(installation, "backup", str(file)))
    found.append(Figure(f"{at}: casella backup, its file", "MiB", [file.stat().st_size / _MIB]))
    file.unlink()
    return found


async def taken(installation: Installation, *words: str) -> Taken:
    """Give a command.

    Raises:
        ChildProcessError: It has failed.
    """
    before = installation.cpu()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        *words,
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(installation.world.site.var)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    own, peak = 0.0, 0
    ending = asyncio.create_task(process.wait())
    while not ending.done():
        own = cpu_seconds({"command": process.pid})["command"] or own
        peak = max(peak, peak_bytes(process.pid))
        await asyncio.wait([ending], timeout=_LOOK_SECONDS)
    if ending.result() > _FAILED:
        raise ChildProcessError(f"casella {' '.join(words)} ended with {ending.result()}")
    return Taken(own, sum(spent(before, installation.cpu()).values()), peak)


def _told(what: str, found: Taken) -> list[Figure]:
    return [
        Figure(f"{what}, its own", "CPU-s", [found.own]),
        Figure(f"{what}, the services'", "CPU-s", [found.others]),
        Figure(f"{what}, its own memory at most (RSS)", "MiB", [found.peak / _MIB]),
    ]
