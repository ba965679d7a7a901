"""Waiting for what must come: by looking, never by a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc

Found = TypeVar("Found")

PATIENCE_SECONDS = 90.0
"""Longer than any recovery takes on a loaded machine; a test that needs it all is about to fail."""
_LOOK_SECONDS = 0.05


async def until(look: Callable[[], Awaitable[Found | None]], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Look again and again until there is an answer.

    Args:
        look: Returns None while there is nothing; a service that is away is looked for again.
        what: Names it in the error.
        seconds: How long at most, real time.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    last: BaseException | None = None
    while loop.time() < end:
        try:
            found = await look()
        except (grpc.aio.AioRpcError, OSError) as error:
            last, found = error, None
        if found is not None:
            return found
        await asyncio.sleep(_LOOK_SECONDS)
    raise AssertionError(f"{what}: not within {seconds:.0f} s (last trouble: {last})")
