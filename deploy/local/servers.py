"""Decides how the two servers that are not ours, PostgreSQL and Temporal, are kept running beside our processes."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.local import postgres, provision, temporal
from deploy.local.postgres import PostgresServer
from deploy.local.site import Site

Process = subprocess.Popen[bytes]

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Program:
    """What differs between the two.

    Attributes:
        prepare: Makes what must be there before the start; slow, called in a thread.
        start: Starts the process.
        ready: Waits until it can be used.
        stop: Stops it and waits for its end; slow, called in a thread.
    """

    prepare: Callable[[], None]
    start: Callable[[], Process]
    ready: Callable[[Process], Awaitable[None]]
    stop: Callable[[Process], None]


class Server:
    """One server.

    Args:
        name: Its name in messages.
        program: How it is handled.
        ended: Called with name and exit code (minus the signal) when it has ended unasked.
    """

    def __init__(self, name: str, program: Program, ended: Callable[[str, int], None]) -> None:
        self._name = name
        self._program = program
        self._ended = ended
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    async def begin(self) -> None:
        """Starts it and waits until it can be used.

        Raises:
            LaunchError: It cannot be started.
        """
        await asyncio.to_thread(self._program.prepare)
        process = self._process = self._program.start()
        self._watch = asyncio.create_task(self._wait(process))
        await self._make_ready(process)

    async def wait_ready(self) -> None:
        """Waits until it can be used, also while it is being started again."""
        while self._process is None:
            await asyncio.sleep(_POLL_SECONDS)
        await self._make_ready(self._process)

    async def stop(self) -> None:
        """Stops it, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            await asyncio.to_thread(self._program.stop, process)
        if self._watch is not None:
            await self._watch

    async def _make_ready(self, process: Process) -> None:
        """One at a time: two that make the same roles at once are refused by PostgreSQL."""
        async with self._turn:
            await self._program.ready(process)

    async def _wait(self, process: Process) -> None:
        code = await asyncio.to_thread(process.wait)
        if self._process is process:
            self._process = None
            self._ended(self._name, code)


def postgres_server(site: Site, ended: Callable[[str, int], None]) -> Server:
    """The site's PostgreSQL, with the rooms' roles and schemas made once it is up."""
    server = PostgresServer(site.var / "postgres", site.ports["postgres"], site.secret("postgres-superuser"))

    async def ready(process: Process) -> None:
        await asyncio.to_thread(server.wait_ready, process)
        admin = server.url()
        await provision.create_roles(admin, {room: site.secret(f"postgres-{room}") for room in provision.ROOMS})
        await provision.create_database(admin, provision.DATABASE)
        await provision.create_schemas(server.url(database=provision.DATABASE))

    program = Program(
        prepare=server.initialise,
        start=lambda: server.start(site.log("postgres")),
        ready=ready,
        stop=lambda process: postgres.stop(process.pid),
    )
    return Server("postgres", program, ended)


def temporal_server(site: Site, ended: Callable[[str, int], None]) -> Server:
    """The site's Temporal."""
    server = temporal.TemporalServer(site.var / "temporal.db", site.ports["temporal"], site.ports["temporal_ui"])

    def start() -> Process:
        process = server.start(site.log("temporal"))
        (site.var / "temporal.pid").write_text(str(process.pid))
        return process

    async def ready(process: Process) -> None:
        await server.wait_usable(process)
        await temporal.keep_history(server.address, temporal.NAMESPACE)

    return Server("temporal", Program(lambda: None, start, ready, temporal.stop), ended)
