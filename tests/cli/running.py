"""Runs the command as an operator does: as a process of its own, in an environment that says which Casella is meant.

What is decided before anything is called, how a command is written and what its help says, needs no process.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli.__main__ import casella

ROOT = Path(__file__).resolve().parents[2]
OUR_VARIABLES = "CASELLA_"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed."""
        return json.loads(self.out)

    def well(self) -> "Ran":
        """The same, where the command has done its work."""
        assert self.code == 0, f"{self.code}: {self.err}{self.out}"
        assert "Traceback" not in self.err
        return self

    def badly(self, code: int, *words: str) -> "Ran":
        """The same, where it ended with this code and told the operator these words, without a traceback."""
        assert self.code == code, f"{self.code}: {self.err}{self.out}"
        assert "Traceback" not in self.err + self.out
        for each in words:
            assert each in self.err + self.out, f"{each!r} is not in: {self.err}{self.out}"
        return self


@dataclass(frozen=True)
class Terminal:
    """Somebody at a command line, with the variables that this person has set."""

    variables: Mapping[str, str]

    async def casella(self, *arguments: str, stdin: str = "", **more: str) -> Ran:
        """Run a command to its end; ``more`` sets further variables."""
        process = await self.begin(*arguments, **more)
        out, err = await process.communicate(stdin.encode())
        return Ran(process.returncode or 0, out.decode(), err.decode())

    async def begin(self, *arguments: str, **more: str) -> asyncio.subprocess.Process:
        """Begin a command, which may wait for what is typed."""
        system = {name: value for name, value in os.environ.items() if not name.startswith(OUR_VARIABLES)}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli",
            *arguments,
            cwd=ROOT,
            env={**system, "PYTHONPATH": f"{ROOT}:{ROOT / 'protos'}", **self.variables, **more},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


def written(*arguments: str) -> Ran:
    """The same command in this process, where it comes to its end by the way it is written."""
    others = {name: None for name in os.environ if name.startswith(OUR_VARIABLES)}
    result = CliRunner(env=others).invoke(casella, arguments, prog_name="casella")
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return Ran(result.exit_code, result.stdout, result.stderr)
