"""A Casella whose processes note every moment that they pass, and die at those that are armed."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import LaunchError
from deploy.local.provision import ROOMS
from tests.chaos.letters import Post
from tests.chaos.patience import patient
from tests.e2e.doubling import Doubler
from tests.e2e.echo import note_wakes
from tests.e2e.play import Play, started

PROCESSES = (*ROOMS, "worker", "gateway")
"""Those that pass moments."""


@dataclass(frozen=True)
class Stage:
    """Where stories are played and processes killed.

    Attributes:
        play: The Casella, with callers who ask again.
    """

    play: Play
    _noted: Path
    _armed: Path

    @property
    def post(self) -> Post:
        """Where all emails end."""
        return Post(self.play.world.site.url("mail_page"))

    def passed(self) -> list[str]:
        """The moments that were passed so far, in their order, repetitions too."""
        return self._noted.read_text().splitlines() if self._noted.exists() else []

    def arm(self, moment: str) -> None:
        """Let the next process that passes a moment die there; none needs to be started again for that."""
        (self._armed / moment).touch()

    def last_kill(self) -> float:
        """When a process died last, by the loop's clock: whoever dies takes what armed the moment away."""
        return asyncio.get_running_loop().time() - (time.time() - self._armed.stat().st_mtime)

    async def kill(self, name: str) -> None:
        """Kill a process, wherever it is, once it runs and answers."""
        while True:
            await self.play.world.wait_ready(name)
            with suppress(LaunchError):  # it has died by itself meanwhile, of somebody else's death
                await self.play.world.kill(name)
                break
        os.utime(self._armed)

    def disarm(self) -> list[str]:
        """Disarm whatever is armed; returns the moments that nobody has passed since."""
        left = sorted(file.name for file in self._armed.iterdir())
        for moment in left:
            (self._armed / moment).unlink(missing_ok=True)
        return left

    async def all_run(self) -> None:
        """Come back once every process runs and answers."""
        for name in PROCESSES:
            await self.play.world.wait_ready(name)


@asynccontextmanager
async def staged(folder: Path, *, doubled: bool = False) -> AsyncIterator[Stage]:
    """Start a Casella in an empty folder.

    Args:
        folder: Its state, the notes and what is armed lie in it.
        doubled: Whether each call of the worker comes twice, as a late attempt and its repeat; then nobody is erased,
            because the double post cannot tell which room a call of the service that all rooms have is for.
    """
    noted, armed = folder / "passed", folder / "armed"
    armed.mkdir(parents=True)
    environment = {name: {"CASELLA_HOOKS": f"*=note:{noted},*=kill:{armed}"} for name in PROCESSES}
    async with Doubler.open() as post:
        if doubled:
            environment["worker"] |= post.environment
        async with started(folder / "var", environment) as play:
            post.lead_to(play.world.site)
            await note_wakes(play)
            yield Stage(patient(play), noted, armed)
