"""What the README has a newcomer paste into a shell does what it says, on a real Casella."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from deploy.local.world import World
from tests.docs.pages import ROOT, page

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("docs")]
_SECONDS = 120


async def test_the_blocks_of_signing_up_by_hand_end_with_a_paid_order(tmp_path: Path) -> None:
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"this machine has no {program}, which the README's blocks use")
    blocks = page("README.md").blocks("sh", "Sign up by hand")
    async with World.start(tmp_path / "var") as world:
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-eu",
            "-c",
            "\n".join(blocks),
            cwd=ROOT,
            env={**os.environ, "CASELLA_VAR": str(world.site.var)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(shell.communicate(), _SECONDS)
    said = output.decode()
    assert shell.returncode == 0, said
    assert '"trial": {' in said
    assert '"address": "info@ada-' in said
    assert "ORDER_STATE_FULFILLED" in said
    assert '"kind": "DOCUMENT_KIND_INVOICE"' in said
    assert "steer at" in said
