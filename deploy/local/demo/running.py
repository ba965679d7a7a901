"""Decides which Casella the demo plays on: the one that runs from this folder, or one that it starts and stops."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.failure import LaunchError
from deploy.local.site import ROOT, Site, running

Say = Callable[[str], None]
_PLAYS_ON_IT = (
    "a Casella runs already: the demo plays on it and leaves it running. It moves that world's time on by weeks, so "
    "what you have begun there comes due (trials end, unpaid orders expire), and replaces an earlier demo's files. "
    "To keep that world as it is, press Ctrl-C: `CASELLA_VAR=/some/folder make demo` plays in one of its own"
)


@asynccontextmanager
async def running_casella(var: Path, say: Say) -> AsyncIterator[Site]:
    """A Casella that is up; what the demo has started it also stops.

    Args:
        var: The folder of all state.
        say: Told what the launcher says.

    Raises:
        LaunchError: It cannot be started; the launcher has said why.
    """
    found = running(var)
    if found is not None:
        say(_PLAYS_ON_IT)
        yield found
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.local",
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(var), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        # Ctrl-C is for the demo, which then stops the launcher in order.
        start_new_session=True,
    )
    up = asyncio.Event()
    listening = asyncio.create_task(_listen(process, var, say, up))
    try:
        started = asyncio.create_task(up.wait())
        await asyncio.wait({listening, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        site = running(var)
        if site is None:
            raise LaunchError("it did not start", f"what it said above is the reason, or see {var / 'logs'}")
        yield site
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await listening


async def _listen(process: asyncio.subprocess.Process, var: Path, say: Say, up: asyncio.Event) -> None:
    """Pass on what the launcher says until everything is up, and how it ends after that."""
    if process.stdout is None:
        return
    async for line in process.stdout:
        words = line.decode().rstrip()
        if not up.is_set() and words:
            say(words)
        if running(var) is not None:
            up.set()
