"""Decides in which order a local Casella comes up, what is done when a part dies, and in which order it goes down.

PostgreSQL and Temporal start beside each other while the nursery imports; the rooms' schemas are migrated side by
side; stand-ins, rooms, worker and gateway follow. Down: first who drives (worker, gateway), then the rooms, the
stand-ins, Temporal and PostgreSQL.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping

import grpc

from deploy.local import health, temporal
from deploy.local.failure import LaunchError
from deploy.local.forks import Forks
from deploy.local.ports import LOOPBACK
from deploy.local.programs import PROGRAMS, Program, Stage
from deploy.local.restarts import LONGEST_PAUSE, Restarts
from deploy.local.servers import Server, postgres_server, temporal_server
from deploy.local.site import Site

_STOP_SECONDS = 15.0
_STILL_SECONDS = 5.0
_POLL_SECONDS = 0.02
_PATIENCE = 3
"""Ends of one process before the start is given up; later there is no such limit."""
_ADDRESS = "CASELLA_TEMPORAL_ADDRESS"


class Launcher:
    """One local Casella, from nothing to running and back.

    Args:
        site: Where it lives.
        say: Tells the person in front of it one line.
        more: Environment beside the usual, by process.
        longest_pause: Seconds before what keeps dying is started again, at most.
    """

    def __init__(
        self,
        site: Site,
        say: Callable[[str], None],
        more: Mapping[str, Mapping[str, str]] | None = None,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self.site = site
        self._say = say
        self._more = {name: dict(variables) for name, variables in (more or {}).items()}
        self._programs = {program.name: program for program in PROGRAMS}
        self._forks = Forks(self._program_ended, self._nursery_lost)
        self._servers: dict[str, Server] = {"postgres": postgres_server(site, self._server_ended)}
        if _ADDRESS not in os.environ:
            self._servers["temporal"] = temporal_server(site, self._server_ended)
        self._restarts = Restarts(say, longest_pause)
        self._held: set[str] = set()
        self._is_up = False
        self._stopping = False

    @property
    def temporal_address(self) -> str:
        """`host:port` of Temporal's frontend: ours, or the one that the environment names."""
        return os.environ.get(_ADDRESS) or self.site.listen("temporal")

    async def up(self) -> None:
        """Brings everything up, until all are healthy.

        Raises:
            LaunchError: Something cannot be had or does not get ready.
        """
        async with self._telling("starting PostgreSQL and Temporal"):
            await self._begin_nursery()
            await asyncio.gather(*(self._begin_server(name) for name in self._servers), self._forks.ready())
            if "temporal" not in self._servers:
                await temporal.wait_usable(self.temporal_address, (temporal.NAMESPACE,))
        async with self._telling("bringing the rooms' schemas up to date"):
            self._start_all(Stage.STAND_INS)
            await self._migrate()
        async with self._telling("starting the services, the worker and the gateway"):
            self._start_all(Stage.ROOMS, Stage.DRIVERS)
            await asyncio.gather(*map(self.wait_ready, self._programs))
        self._is_up = True

    async def down(self) -> None:
        """Stops everything in order and waits until it has gone."""
        self._stopping = True
        self._restarts.cancel_all()
        for stage in Stage:
            await self._stop_programs(program.name for program in self._programs.values() if program.stage is stage)
        await self._forks.stop()
        await asyncio.gather(*(server.stop() for server in self._servers.values()))

    @property
    def names(self) -> list[str]:
        """What all its processes are called."""
        return [*self._servers, *self._programs]

    def pids(self) -> dict[str, int]:
        """The process ids of all that run now, by name."""
        servers = {name: pid for name, server in self._servers.items() if (pid := server.pid) is not None}
        return {**servers, **self._forks.pids}

    async def wait_ready(self, name: str) -> None:
        """Waits until a process is ready to be used.

        Raises:
            LaunchError: It is not within three minutes.
        """
        if name in self._servers:
            await self._servers[name].wait_ready()
        else:
            await self._wait_for_program(self._programs[name])

    async def kill(self, name: str) -> None:
        """Kills a process by SIGKILL and waits until it is dead; it is started again like any that dies."""
        pid = self.pids().get(name)
        if pid is None:
            raise LaunchError(f"{name} does not run", "wait until it does")
        os.kill(pid, signal.SIGKILL)
        while self.pids().get(name) == pid:
            await asyncio.sleep(_POLL_SECONDS)

    async def hold(self, name: str, *, kill: bool = False) -> None:
        """Stops a process, politely or by SIGKILL, and leaves it stopped."""
        self._held.add(name)
        self._restarts.cancel(name)
        if kill:
            await self.kill(name)
        elif name in self._servers:
            await self._servers[name].stop()
        else:
            await self._stop_programs([name])

    async def release(self, name: str, more: Mapping[str, str]) -> None:
        """Starts a process that was held, with more environment, and waits until it is ready."""
        self._held.discard(name)
        self._more.setdefault(name, {}).update(more)
        if name in self._servers:
            await self._begin_server(name)
        else:
            self._start(name)
        await self.wait_ready(name)

    @contextlib.asynccontextmanager
    async def _telling(self, step: str) -> AsyncIterator[None]:
        """Says what is done, and again while it lasts: on a slow machine silence looks like a standstill."""

        async def again() -> None:
            while True:
                await asyncio.sleep(_STILL_SECONDS)
                self._say(f"still {step}")

        self._say(step)
        saying = asyncio.create_task(again())
        try:
            yield
        finally:
            saying.cancel()

    async def _begin_nursery(self) -> None:
        modules = (program.module for program in self._programs.values())
        pid = await self._forks.begin(self.site.var, modules, self.site.log("nursery"))
        (self.site.var / "nursery.pid").write_text(str(pid))

    async def _begin_server(self, name: str) -> None:
        self._restarts.begun(name)
        await self._servers[name].begin()

    async def _migrate(self) -> None:
        rooms = [program for program in self._programs.values() if program.stage is Stage.ROOMS]
        await asyncio.gather(
            *(
                self._forks.job(
                    f"migration of {room.name}",
                    "services.kit.migrations:upgrade",
                    [room.name, self.site.database_url(room.name)],
                    room.environment(self.site),
                    self.site.log(room.name),
                )
                for room in rooms
            )
        )

    def _start_all(self, *stages: Stage) -> None:
        for program in self._programs.values():
            if program.stage in stages:
                self._start(program.name)

    def _start(self, name: str) -> None:
        if name in self._forks.pids:
            return
        self._restarts.begun(name)
        program = self._programs[name]
        environment = {**program.environment(self.site), **self._more.get(name, {})}
        self._forks.start(name, program.module, environment, self.site.log(name))

    async def _wait_for_program(self, program: Program) -> None:
        if program.name == "gateway":
            port = self.site.ports["gateway"]
            await health.wait_until(program.name, lambda: self._lives_and(program, health.listens(LOOPBACK, port)))
            return
        own = self.site.listen(program.health_port) if program.health_port else self.temporal_address
        async with health.channel(own) as channel:
            await health.wait_until(program.name, lambda: self._lives_and(program, self._says_so(program, channel)))

    def _says_so(self, program: Program, channel: grpc.aio.Channel) -> Coroutine[None, None, bool]:
        if program.health_port:
            return health.serves(channel)
        return health.polls(channel, temporal.NAMESPACE, self._forks.pids.get(program.name, 0))

    async def _lives_and(self, program: Program, is_ready: Coroutine[None, None, bool]) -> bool:
        """The process's own answer, as long as it is the one that runs now."""
        if not self._is_up and self._restarts.ends.get(program.name, 0) > _PATIENCE:
            is_ready.close()
            raise LaunchError(f"{program.name} keeps ending", f"its reason is in {self.site.log(program.name)}")
        return await is_ready and program.name in self._forks.pids

    async def _stop_programs(self, names: Iterable[str]) -> None:
        """Asks politely, then does not."""
        pids = {name: pid for name in names if (pid := self._forks.pids.get(name)) is not None}
        for pid in pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + _STOP_SECONDS
        while left := [name for name, pid in pids.items() if self._forks.pids.get(name) == pid]:
            if time.monotonic() > end:
                self._say(f"not stopped within {_STOP_SECONDS:.0f} s, so killed: {', '.join(left)}")
                for name in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pids[name], signal.SIGKILL)
                end = float("inf")
            await asyncio.sleep(_POLL_SECONDS)

    def _program_ended(self, name: str, code: int) -> None:
        if not self._stopping and name not in self._held:
            self._restarts.again(name, code, lambda: self._restart(name))

    def _server_ended(self, name: str, code: int) -> None:
        if not self._stopping and name not in self._held:
            self._restarts.again(name, code, self._servers[name].begin)

    async def _restart(self, name: str) -> None:
        self._start(name)

    def _nursery_lost(self) -> None:
        if not self._stopping:
            self._restarts.again("nursery", 1, self._new_nursery)

    async def _new_nursery(self) -> None:
        """All rooms have died with their parent: a new one is made, and they with it."""
        await self._begin_nursery()
        await self._forks.ready()
        for name in self._programs.keys() - self._held:
            self._start(name)
