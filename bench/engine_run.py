"""Drives the engine: starts its worker, and plays workflows of an order's shape with so many in flight."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from temporalio.client import Client

from bench import engine, moments
from bench.driving import in_flight
from bench.installation import Installation
from bench.sides import Side
from casella.common.v1 import common_pb2 as common
from deploy.local import temporal
from deploy.local.site import ROOT

PROCESS = "engine's worker"


class Engine:
    """The engine's worker, and who waits for what it tells."""

    def __init__(self, client: Client, process: asyncio.subprocess.Process) -> None:
        """Take Temporal and the worker's process; ``open_engine`` makes one."""
        self._client = client
        self._process = process
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def listen(self) -> None:
        """Read which workflows wait for their signal, until the worker ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if waiting := self._waiting.pop(line.decode().strip(), None):
                waiting.set_result(None)

    async def measure(self, installation: Installation, workflow: str, number: int, at_once: int) -> Side:
        """Play so many workflows, so many of them in flight."""
        before = await installation.rest()
        ids, seconds = await in_flight(at_once, range(number), lambda _: self._play(workflow))
        side = Side(number, seconds, before, installation.cpu())
        for workflow_id in ids:
            side.note(await moments.of(self._client, workflow_id), {"done": None}, signal="paid")
        return side

    async def _play(self, workflow: str) -> str:
        subject = common.Subject(id=str(uuid4()))
        waits = self._waiting[subject.id] = asyncio.get_running_loop().create_future()
        handle = await self._client.start_workflow(
            workflow, subject, id=f"bench:{subject.id}", task_queue=engine.TASK_QUEUE
        )
        await waits
        await handle.signal("paid")
        await handle.result()
        return handle.id


@asynccontextmanager
async def open_engine(installation: Installation) -> AsyncIterator[Engine]:
    """The engine on this installation's Temporal; its worker counts as a process of the installation meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.engine",
        installation.world.site.listen("temporal"),
        temporal.NAMESPACE,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    driven = Engine(installation.temporal, process)
    listening = asyncio.create_task(driven.listen())
    installation.pids[PROCESS] = process.pid
    try:
        yield driven
    finally:
        del installation.pids[PROCESS]
        process.send_signal(signal.SIGTERM)
        await process.wait()
        await listening
