"""What a person reads while Casella starts."""

import asyncio
import signal
from pathlib import Path

import pytest

from deploy.local import launcher, ports, site
from deploy.local.restarts import Restarts


async def test_a_step_of_the_start_that_lasts_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_STILL_SECONDS", 0.001)
    site.prepare(tmp_path)
    said: asyncio.Queue[str] = asyncio.Queue()
    starting = launcher.Launcher(site.Site(tmp_path, ports.USUAL), said.put_nowait)
    async with starting._telling("starting everything"):
        assert [await said.get() for _ in range(3)] == ["starting everything", *2 * ["still starting everything"]]


async def test_of_a_process_that_was_killed_it_is_said_by_whom_perhaps_and_of_another_where_to_look() -> None:
    said: list[str] = []
    restarts = Restarts(said.append)
    for code in (-signal.SIGKILL, -signal.SIGSEGV, 1):
        restarts.again("ordering", code, asyncio.Event().wait)  # type: ignore[arg-type]  # never started
        restarts.cancel_all()
    assert [line.rpartition("s, ")[2] for line in said] == [
        "the system may have killed it (out of memory?)", *2 * ["its log says why"],
    ]  # fmt: skip
