"""Starts the floor beside an installation, over its PostgreSQL, and calls it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import grpc

from bench import floor
from bench.installation import Installation
from deploy.local import provision
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.site import ROOT

PROCESS = "floor"


def _address(installation: Installation) -> str:
    """Of the tables that the floor has beside the rooms'."""
    site = installation.world.site
    return f"postgresql://postgres:{site.secret('postgres-superuser')}@{site.listen('postgres')}/{provision.DATABASE}"


@asynccontextmanager
async def prepared(installation: Installation, connections: int) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """So many connections to the floor's tables, which are made where they are missing."""
    async with asyncpg.create_pool(_address(installation), min_size=connections, max_size=connections) as pool:
        await pool.execute(floor.SCHEMA)
        yield pool


@asynccontextmanager
async def open_floor(installation: Installation, addresses: Sequence[str]) -> AsyncIterator["Bare"]:
    """The floor over this installation's PostgreSQL; counts as a process of the installation meanwhile."""
    site = installation.world.site
    own = _address(installation)
    async with prepared(installation, 1):
        pass
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.floor", str(port), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    mailboxes = site.database_url("mailboxes").replace("+asyncpg", "")
    process.stdin.write(json.dumps({"own": own, "mailboxes": mailboxes, "addresses": addresses}).encode() + b"\n")
    await process.stdout.readline()
    installation.pids[PROCESS] = process.pid
    try:
        async with grpc.aio.insecure_channel(f"{LOOPBACK}:{port}") as channel:
            yield Bare(channel)
    finally:
        del installation.pids[PROCESS]
        process.send_signal(signal.SIGTERM)
        await process.wait()


class Bare:
    """Calls of the floor."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """Take the channel to it."""
        self._channel = channel

    def __call__(self, method: str) -> Callable[[], Awaitable[object]]:
        """One call of a method, ready to be made."""
        ask: Any = self._channel.unary_unary(f"/{floor.SERVICE}/{method}")

        async def call() -> object:
            return await ask(uuid4().bytes)

        return call
