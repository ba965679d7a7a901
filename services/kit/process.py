"""How a process starts: logs first, hooks refused in production, as many connections as the system allows and no core
file, then its composition root; and how a mistake in its settings is told.
"""

import asyncio
import logging
import os
import resource
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NoReturn

from pydantic import ValidationError

from services.kit import hooks, logs
from services.kit.exiting import exit_after
from services.kit.settings import Misconfigured

MISCONFIGURED = 78
"""Exit code, ``EX_CONFIG`` of sysexits.h: starting again does not help before a person has changed something."""

_MOST_FILES = 65_536
"""Open at once, connections among them; macOS refuses a number without end."""

_LOG = logging.getLogger(__name__)


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a process's ``main`` to its end.

    Args:
        main: The composition root of ``services/<room>/__main__.py``; its package names the process in the logs.

    The exit code is ``MISCONFIGURED`` where a setting or an operator's file is wrong: a line of the log for each.
    """
    package = str(getattr(main, "__globals__", {}).get("__package__") or "casella")
    logs.set_up(package.rpartition(".")[2], os.environ.get("CASELLA_LOG_LEVEL", "INFO"))
    hooks.refuse_in_production()
    open_many_files()
    leave_no_core()
    exit_after(lambda: _run(main))


def open_many_files() -> None:
    """Raise the usual limit of 1,024 to what is allowed: strangers' connections must not use up the database's."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = _MOST_FILES if allowed == resource.RLIM_INFINITY else min(allowed, _MOST_FILES)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))


def leave_no_core() -> None:
    """Have a crash write no file of the process's memory: keys, passwords and what customers have typed stand in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        asyncio.run(main())
    except Misconfigured as problem:
        _tell(str(problem).splitlines())
    except ValidationError as problem:
        if not problem.title.endswith("Settings"):
            raise
        _tell(f"CASELLA_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}" for wrong in problem.errors())


def _tell(lines: Iterable[str]) -> NoReturn:
    for line in lines:
        _LOG.critical(line.strip())
    sys.exit(MISCONFIGURED)
