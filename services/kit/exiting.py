"""How a process ends: by its exit code, without the interpreter's own taking down.

gRPC's poller and the core of Temporal's SDK have threads of their own that still run while Python finalises; now and
then such an exit aborts (SIGABRT) with the work done, and a script reads a failure.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn


def exit_at_once(code: int) -> NoReturn:
    """End this process at once with an exit code; what was logged and printed is written first."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads any more
            stream.flush()
    os._exit(code)


def exit_after(main: Callable[[], int | None]) -> NoReturn:
    """Run a program's ``main`` and end with the exit code that it returns or raises.

    Any other exception passes through: the interpreter tells it as it always does.
    """
    try:
        code = main() or 0
    except SystemExit as end:
        code = exit_code(end)
    exit_at_once(code)


def exit_code(end: SystemExit) -> int:
    """The exit code of a ``SystemExit``, as the interpreter would give it."""
    return end.code if isinstance(end.code, int) else int(end.code is not None)
