"""Speaks with the nursery: the launcher's side of its orders and answers."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local.environment import inherited_by_python
from deploy.local.failure import LaunchError
from deploy.local.site import ROOT

_LONGEST_ANSWER = 1_000_000


class Forks:
    """The nursery as a child process, and what it has told so far.

    Args:
        ended: Called with a process's name and exit code (minus the signal) when it has ended.
        lost: Called when the nursery itself has ended unasked: all its children end with it.
    """

    def __init__(self, ended: Callable[[str, int], None], lost: Callable[[], None]) -> None:
        self.pids: dict[str, int] = {}
        self._ended = ended
        self._lost = lost
        self._jobs: dict[str, asyncio.Future[int]] = {}
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._stopping = False

    async def begin(self, var: Path, modules: Iterable[str], log: Path) -> int:
        """Starts the nursery; it imports the modules while others do something else. Answers its process id."""
        self.pids.clear()
        with log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "deploy.local.nursery",
                str(var),
                *modules,
                cwd=ROOT,
                env=inherited_by_python(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=_LONGEST_ANSWER,
                start_new_session=True,
            )
        self._stopping = False
        self._ready.clear()
        self._reading = asyncio.create_task(self._read())
        return self._process.pid

    async def ready(self) -> None:
        """Waits until the nursery has imported everything.

        Raises:
            LaunchError: It ended instead.
        """
        assert self._reading is not None  # noqa: S101  begin() has been called
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait({waiting, self._reading}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self._ready.is_set():
            raise LaunchError("its programs could not be loaded", "the reason is in the log nursery.log")

    def start(self, name: str, module: str, environment: Mapping[str, str], log: Path) -> None:
        """Starts a package as a process."""
        self._order({"start": name, "module": module, "environment": dict(environment), "log": str(log)})

    async def job(self, name: str, call: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        """Runs a function in a process of its own, to its end.

        Raises:
            LaunchError: It failed.
        """
        done = self._jobs[name] = asyncio.get_running_loop().create_future()
        order = {"start": name, "call": call, "arguments": arguments}
        self._order({**order, "environment": dict(environment), "log": str(log)})
        if await done != 0:
            raise LaunchError(f"{name} failed", f"the reason is in {log}")

    async def stop(self) -> None:
        """Ends the nursery and, if any are left, its children."""
        self._stopping = True
        if self._process is None or self._process.stdin is None or self._reading is None:
            return
        with contextlib.suppress(ConnectionError):
            self._order({"end": True})
            await self._process.stdin.drain()
            self._process.stdin.close()
        await self._process.wait()
        await self._reading

    def _order(self, order: dict[str, object]) -> None:
        assert self._process is not None  # noqa: S101  begin() has been called
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process is not None  # noqa: S101  begin() has been called
        assert self._process.stdout is not None  # noqa: S101  it is a pipe
        async for line in self._process.stdout:
            event = json.loads(line)
            if "ready" in event:
                self._ready.set()
            elif "started" in event:
                self.pids[event["started"]] = event["pid"]
            else:
                self._bury(event["ended"], event["code"])
        if not self._stopping and self._ready.is_set():
            self._lost()

    def _bury(self, name: str, code: int) -> None:
        self.pids.pop(name, None)
        job = self._jobs.pop(name, None)
        if job is None:
            self._ended(name, code)
        elif not job.done():  # a stop during the start has cancelled who waited for it
            job.set_result(code)
