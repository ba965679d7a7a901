"""Makes an answer take the same time whatever was found, so that a stopwatch learns nothing about strangers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_ANSWER_SECONDS: Final = 0.15
"""Well above what the statements take; where they take longer (a lock, a busy machine), that has other causes."""


@asynccontextmanager
async def even_pace() -> AsyncIterator[None]:
    """Ends no earlier than a fixed time after its beginning, unless the work fails."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    yield
    await asyncio.sleep(max(0.0, begun + _ANSWER_SECONDS - loop.time()))
