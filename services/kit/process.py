"""How a process starts: logs first, hooks refused in production, then its composition root."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

from services.kit import hooks, logs


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a process's ``main`` to its end.

    Args:
        main: The composition root of ``services/<room>/__main__.py``; its package names the process in the logs.
    """
    package = str(getattr(main, "__globals__", {}).get("__package__") or "casella")
    logs.set_up(package.rpartition(".")[2], os.environ.get("CASELLA_LOG_LEVEL", "INFO"))
    hooks.refuse_in_production()
    asyncio.run(main())
