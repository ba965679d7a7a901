"""The Casella that is measured: started for this run alone, with its processes, its callers and its databases."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from temporalio.client import Client

from bench.processes import Cpu, cpu_seconds
from deploy.local import provision, temporal
from deploy.local.demo.front import Front
from deploy.local.demo.inbox import Inbox
from deploy.local.world import World
from services.kit import temporal_client

_LOOK_SECONDS = 0.5
_RESTS = 0.08
"""Share of one CPU below which all of it together counts as resting: polls alone."""
_LONGEST_SECONDS = 180.0


class NeverQuiet(Exception):
    """The installation went on working long after nothing more was asked of it."""


@dataclass(frozen=True)
class Installation:
    """A running Casella.

    Attributes:
        world: Its launcher.
        front: Its services as the gateway reaches them.
        worker: Its services as the worker reaches them.
        inbox: Where customers' emails arrive.
        temporal: Its Temporal.
        pids: Its processes by name; a part adds those that it starts itself.
    """

    world: World
    front: Front
    worker: Front
    inbox: Inbox
    temporal: Client
    pids: dict[str, int] = field(default_factory=dict)

    def cpu(self) -> dict[str, float]:
        """The CPU time that each process has used so far, in seconds."""
        return cpu_seconds(self.pids)

    async def rest(self, longest: float = _LONGEST_SECONDS) -> Cpu:
        """Wait until it has nothing left to do, by its use of the CPU; the time used by each process then.

        Args:
            longest: Seconds after which it must be so.

        Raises:
            NeverQuiet: It still works then.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + longest
        before = self.cpu()
        while loop.time() < end:
            await asyncio.sleep(_LOOK_SECONDS)
            now = self.cpu()
            if sum(now.values()) - sum(before.values()) < _RESTS * _LOOK_SECONDS:
                return now
            before = now
        raise NeverQuiet(f"it still works after {longest:.0f} s: see var/bench/logs")

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Without the worker: what a call starts waits, and only the call is measured."""
        await self.world.stop_process("worker")
        del self.pids["worker"]
        try:
            yield
        finally:
            await self.world.start_process("worker")
            self.pids["worker"] = (await self.world.processes())["worker"]

    @asynccontextmanager
    async def database(self, room: str, connections: int = 1) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
        """A room's tables as its own role, for looking without asking the room, and for the same SQL alone."""
        site = self.world.site
        async with asyncpg.create_pool(
            host="127.0.0.1",
            port=site.ports["postgres"],
            user=provision.role_of(room),
            password=site.secret(f"postgres-{room}"),
            database=provision.DATABASE,
            min_size=connections,
            max_size=connections,
            server_settings={"search_path": room, "timezone": "UTC", "jit": "off"},
        ) as pool:
            yield pool


@asynccontextmanager
async def started(var: Path, environment: Mapping[str, Mapping[str, str]] | None = None) -> AsyncIterator[Installation]:
    """Start a new Casella in an empty folder, with more environment by process, and remove it afterwards."""
    shutil.rmtree(var, ignore_errors=True)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World.start(var, environment))
        site = world.site
        client = await temporal_client.connect(site.listen("temporal"), temporal.NAMESPACE)
        front = await stack.enter_async_context(Front.connect(site, "gateway"))
        worker = await stack.enter_async_context(Front.connect(site, "worker"))
        inbox = Inbox("127.0.0.1", site.ports["mail_imap"], site.secret("mail-password"))
        yield Installation(world, front, worker, inbox, client, await world.processes())
    shutil.rmtree(var, ignore_errors=True)
