"""A whole Casella for a test or a demo: started as a process of its own, steered, and stopped with its block.

The launcher forks, so it never runs inside a process that has gRPC objects, as a test has.
"""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.local.failure import LaunchError
from deploy.local.site import ROOT, Site

_LONGEST_ANSWER = 1_000_000


class World:
    """A running Casella; made by `World.start`.

    Attributes:
        site: Its folder, ports and secrets.
        said: What the launcher has said so far, line by line.
    """

    def __init__(self, process: asyncio.subprocess.Process, var: Path) -> None:
        self.site = Site(var, {})
        self.said: list[str] = []
        self._process = process
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def start(
        cls, var: Path, environment: Mapping[str, Mapping[str, str]] | None = None
    ) -> AsyncIterator["World"]:
        """Starts a Casella in an empty or a used folder and waits until all of it is healthy.

        Args:
            var: Its folder.
            environment: More environment, by process; `{"invoicing": {"CASELLA_HOOKS": "…"}}`.

        Raises:
            LaunchError: It cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "deploy.local",
            "--control",
            "--environment",
            json.dumps(environment or {}, default=dict),
            cwd=ROOT,
            env={**os.environ, "CASELLA_VAR": str(var)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_ANSWER,
            start_new_session=True,
        )
        world = cls(process, var.resolve())
        try:
            run = await world._ready
            world.site = Site(world.site.var, run["ports"])
            yield world
        finally:
            await world._stop()

    def address(self, name: str) -> str:
        """`host:port` of a named port, for example of a room."""
        return self.site.listen(name)

    def secret(self, name: str) -> str:
        """A secret by the name of its file, for example `caller-gateway`."""
        return self.site.secret(name)

    async def processes(self) -> dict[str, int]:
        """The process ids of all that run now, by name."""
        answer: dict[str, int] = await self._order("processes")
        return answer

    async def kill(self, name: str) -> None:
        """Kills a process by SIGKILL; the launcher starts it again by itself. Comes back when it is dead."""
        await self._order("kill", name=name)

    async def stop_process(self, name: str, *, kill: bool = False) -> None:
        """Stops a process, politely or by SIGKILL, and leaves it stopped."""
        await self._order("hold", name=name, kill=kill)

    async def start_process(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Starts a stopped process, with more environment, and waits until it is ready."""
        await self._order("release", name=name, environment=dict(environment or {}))

    async def wait_ready(self, name: str) -> None:
        """Waits until a process is ready, for example after `kill`."""
        await self._order("wait", name=name)

    async def ended(self) -> None:
        """Waits until the launcher has ended by itself, for example by a signal."""
        await self._process.wait()
        await self._reading

    async def _order(self, do: str, **arguments: Any) -> Any:
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        self._process.stdin.write(json.dumps({"id": number, "do": do, **arguments}).encode() + b"\n")
        return await answer

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  it is a pipe
        async for line in self._process.stdout:
            event = json.loads(line)
            if "say" in event:
                self.said.append(event["say"])
            elif "ready" in event:
                self._ready.set_result(event["ready"])
            elif "error" in event:
                self._answers.pop(event["id"]).set_exception(LaunchError(event["error"], "see the launcher's logs"))
            else:
                self._answers.pop(event["id"]).set_result(event["answer"])
        gone = LaunchError("the launcher has ended", " · ".join(self.said[-3:]) or "it said nothing")
        for waiting in (self._ready, *self._answers.values()):
            if not waiting.done():
                waiting.set_exception(gone)

    async def _stop(self) -> None:
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        self._process.stdin.close()
        await self.ended()
