"""Named moments at which a test may kill the process, to prove that a crash there does no harm.

``CASELLA_HOOKS`` names moments and what happens there: ``mail.accepted=kill:/tmp/flag`` kills the process by SIGKILL
the first time it comes by, and leaves the flag file so that it passes the next time. Several are separated by commas.
Without the variable a hook costs one dictionary look-up; in production it is refused.
"""

import os
import signal
from pathlib import Path

_VARIABLE = "CASELLA_HOOKS"


class HooksRefused(RuntimeError):
    """The environment asks for hooks where there must be none, or in words that mean nothing."""


async def at(moment: str) -> None:
    """Pass a named moment, for example ``mail.accepted``; what happens there is up to ``CASELLA_HOOKS``.

    Raises:
        HooksRefused: In production, or for an action other than ``kill:<flag file>``.
    """
    configured = os.environ.get(_VARIABLE)
    if configured:
        _act(moment, configured)


def refuse_in_production() -> None:
    """Called at a process's start, so that hooks in production fail then and not at the first moment passed.

    Raises:
        HooksRefused: ``CASELLA_HOOKS`` is set while ``CASELLA_MODE`` is ``production``.
    """
    if os.environ.get(_VARIABLE) and os.environ.get("CASELLA_MODE") == "production":
        raise HooksRefused(f"{_VARIABLE} is for tests: unset it in production")


def _act(moment: str, configured: str) -> None:
    refuse_in_production()
    for entry in configured.split(","):
        name, _, action = entry.strip().partition("=")
        if name == moment:
            kind, _, flag = action.partition(":")
            if kind != "kill" or not flag:
                raise HooksRefused(f"{_VARIABLE}: {action!r} is not kill:<flag file>")
            _kill_once(Path(flag))


def _kill_once(flag: Path) -> None:
    try:
        flag.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
