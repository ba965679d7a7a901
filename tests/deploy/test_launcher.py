"""What a person reads while Casella starts."""

import asyncio
from pathlib import Path

import pytest

from deploy.local import launcher, ports, site


async def test_a_step_of_the_start_that_lasts_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_STILL_SECONDS", 0.001)
    site.prepare(tmp_path)
    said: asyncio.Queue[str] = asyncio.Queue()
    starting = launcher.Launcher(site.Site(tmp_path, ports.USUAL), said.put_nowait)
    async with starting._telling("starting everything"):
        assert [await said.get() for _ in range(3)] == ["starting everything", *2 * ["still starting everything"]]
