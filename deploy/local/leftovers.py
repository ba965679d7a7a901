"""Decides what becomes of processes whose launcher was killed, and whether anything still runs from this tree.

A launcher and its nursery hold the tree for as long as they live. As a program, `python -m deploy.local.leftovers VAR`,
it prepares `make clean`: it refuses while somebody holds the tree, and ends what is left of a Casella in that folder.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.local import postgres
from deploy.local.failure import LaunchError
from deploy.local.processes import runs

_HELD = Path(__file__).resolve().parents[2] / ".venv" / "casella-stamp"
"""Written by `make setup`; an environment that it did not make is none that `make clean` would take."""
_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.05


@contextlib.contextmanager
def held_tree() -> Iterator[None]:
    """Keeps `make clean` away, whichever folder the state is in."""
    with contextlib.ExitStack() as open_files:
        with contextlib.suppress(OSError):
            fcntl.flock(open_files.enter_context(_HELD.open()), fcntl.LOCK_SH)
        yield


def stop_leftovers(var: Path) -> None:
    """Stops what an earlier launcher left when it was itself killed; its folder and ports are needed again.

    Raises:
        LaunchError: Something does not stop.
    """
    _wait_for_end(_pid_in(var / "nursery.pid"), "deploy.local.nursery")
    stop_servers(var)


def stop_servers(var: Path) -> None:
    """Stops the Temporal and the PostgreSQL of a folder whose launcher is no more.

    Raises:
        LaunchError: PostgreSQL does not stop.
    """
    temporal_pid = _pid_in(var / "temporal.pid")
    if temporal_pid is not None and runs(temporal_pid, "start-dev"):
        os.kill(temporal_pid, signal.SIGTERM)
        _wait_for_end(temporal_pid, "start-dev")
    postgres_pid = _pid_in(var / "postgres" / "postmaster.pid")
    if postgres_pid is not None and runs(postgres_pid, "postgres"):
        postgres.stop(postgres_pid)


def _pid_in(file: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int(file.read_text().partition("\n")[0])
    return None


def _wait_for_end(pid: int | None, program: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while pid is not None and runs(pid, program) and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)


def _refusal(var: Path) -> str:
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid = json.loads((var / "run.json").read_text())["launcher"]
        if runs(pid, "deploy.local"):
            return f"Casella runs from {var} (process {pid}): end it with Ctrl-C, or with `kill {pid}`, then clean."
    return "A Casella of this tree runs, starts or stops: end it with Ctrl-C, or wait until it has ended, then clean."


def main() -> int:
    """Ends leftovers; 1 while a Casella of this tree runs, with one sentence that says so."""
    var = Path(sys.argv[1]).resolve()
    with contextlib.suppress(FileNotFoundError), _HELD.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop_leftovers(var)
        except BlockingIOError:
            print(_refusal(var), file=sys.stderr)
            return 1
        except LaunchError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
