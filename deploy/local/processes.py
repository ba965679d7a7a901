"""Decides whether a process id still belongs to the program that wrote it down."""

import contextlib
import subprocess
from pathlib import Path

_PROC = Path("/proc")


def runs(pid: int, program: str) -> bool:
    """Whether a living process of this id has `program` in its command line.

    A pid file may be older than the process that has its number now, so the number alone says nothing.
    """
    if _PROC.is_dir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return program.encode() in (_PROC / str(pid) / "cmdline").read_bytes()
        return False
    shown = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return program in shown and not shown.startswith("Z")
