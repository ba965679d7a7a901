"""Named moments at which a test may kill the process, to prove that a crash there does no harm.

``CASELLA_HOOKS`` names moments and what happens there: ``mail.accepted=kill:/tmp/flag`` kills the process by SIGKILL
the first time it comes by, and leaves the flag file so that it passes the next time; ``hold:/tmp/flag`` stands still
there until ``/tmp/flag.go`` exists, so that a test can kill another process at that very moment. Several are separated
by commas. Without the variable a hook costs one dictionary look-up; in production it is refused.
"""

import asyncio
import os
import signal
from pathlib import Path

_VARIABLE = "CASELLA_HOOKS"
_LOOK_SECONDS = 0.01


class HooksRefused(RuntimeError):
    """The environment asks for hooks where there must be none, or in words that mean nothing."""


async def at(moment: str) -> None:
    """Pass a named moment, for example ``mail.accepted``; what happens there is up to ``CASELLA_HOOKS``.

    Raises:
        HooksRefused: In production, or for an action other than ``kill:<flag file>`` and ``hold:<flag file>``.
    """
    configured = os.environ.get(_VARIABLE)
    if configured:
        await _act(moment, configured)


def refuse_in_production() -> None:
    """Called at a process's start, so that hooks in production fail then and not at the first moment passed.

    Raises:
        HooksRefused: ``CASELLA_HOOKS`` is set while ``CASELLA_MODE`` is ``production``.
    """
    if os.environ.get(_VARIABLE) and os.environ.get("CASELLA_MODE") == "production":
        raise HooksRefused(f"{_VARIABLE} is for tests: unset it in production")


async def _act(moment: str, configured: str) -> None:
    refuse_in_production()
    for entry in configured.split(","):
        name, _, action = entry.strip().partition("=")
        if name != moment:
            continue
        kind, _, flag = action.partition(":")
        if kind not in ("kill", "hold") or not flag:
            raise HooksRefused(f"{_VARIABLE}: {action!r} is neither kill:<flag file> nor hold:<flag file>")
        if _first(Path(flag)):
            if kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            while not _let_go(Path(f"{flag}.go")):  # noqa: ASYNC110  the one who lets go is another process
                await asyncio.sleep(_LOOK_SECONDS)


def _first(flag: Path) -> bool:
    try:
        flag.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _let_go(sign: Path) -> bool:
    return sign.exists()
