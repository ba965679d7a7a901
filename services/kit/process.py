"""How a process starts: logs first, hooks refused in production, then its composition root."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from services.kit import hooks, logs


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a process's ``main`` to its end.

    Args:
        main: The composition root of ``services/<room>/__main__.py``; its package names the process in the logs.
    """
    name = (main.__module__ if main.__module__ != "__main__" else _package()).removesuffix(".__main__")
    logs.set_up(name.rpartition(".")[2] or name, os.environ.get("CASELLA_LOG_LEVEL", "INFO"))
    hooks.refuse_in_production()
    asyncio.run(main())


def _package() -> str:
    """The package that was started with ``python -m``."""
    return getattr(sys.modules["__main__"], "__package__", None) or "casella"
