"""Makes an answer take the same time whatever was found, so that a stopwatch learns nothing about strangers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def even_pace(milliseconds: int) -> AsyncIterator[None]:
    """Ends no earlier than a fixed time after its beginning, unless the work fails.

    Where the work takes longer than that (a lock, a busy machine), the reason is not what was found.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    yield
    await asyncio.sleep(max(0.0, begun + milliseconds / 1000 - loop.time()))
