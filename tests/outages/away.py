"""Taking a process of a Casella, or an outside party's stand-in, away for a while: gone, or there without an answer."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.local.world import World

How = Literal["gone", "frozen"]


@dataclass(frozen=True)
class Trouble:
    """What is away, and how.

    Attributes:
        victim: A process by its name in the launcher: `postgres`, `temporal`, `mailsink` (SMTP and IMAP), …
        how: `gone`: killed, connections are refused. `frozen`: stopped, so that connections are taken and nothing is
            ever answered, which no process notices but by its own patience.
    """

    victim: str
    how: How

    def __str__(self) -> str:
        """Its name in a test's."""
        return f"{self.victim}-{self.how}"

    @asynccontextmanager
    async def lasting(self, world: World) -> AsyncIterator[None]:
        """Have it away until the block ends; comes back once it is ready again."""
        if self.how == "gone":
            await world.stop_process(self.victim, kill=True)
            try:
                yield
            finally:
                await world.start_process(self.victim)
            return
        tree = list(_tree((await world.processes())[self.victim]))
        for pid in tree:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in tree:
                os.kill(pid, signal.SIGCONT)
            await world.wait_ready(self.victim)


def _tree(pid: int) -> Iterator[int]:
    """A process and all that descend from it, the parents first."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _tree(int(child))
