"""Waiting for what must come: by looking, never by a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import grpc

Found = TypeVar("Found")

PATIENCE_SECONDS = 90.0
"""Longer than any recovery takes on a loaded machine; a test that needs it all is about to fail."""
_LOOK_SECONDS = 0.05

_DISTURBED: ContextVar[Callable[[], float]] = ContextVar("disturbed", default=lambda: 0.0)


@contextmanager
def disturbed(last: Callable[[], float]) -> Iterator[None]:
    """Count all patience within the block from the last disturbance, so that many in a row do not use it up.

    Args:
        last: When that was, by the loop's clock.
    """
    token = _DISTURBED.set(last)
    try:
        yield
    finally:
        _DISTURBED.reset(token)


def patience(seconds: float) -> Callable[[], bool]:
    """A question for whoever waits from now on: whether there is patience left of so many seconds, real time."""
    loop = asyncio.get_running_loop()
    begun, last = loop.time(), _DISTURBED.get()
    return lambda: loop.time() < max(begun, last()) + seconds


async def until(look: Callable[[], Awaitable[Found | None]], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Look again and again until there is an answer.

    Args:
        look: Returns None while there is nothing; a service that is away is looked for again.
        what: Names it in the error.
        seconds: How long at most, real time.
    """
    last: BaseException | None = None
    left = patience(seconds)
    while left():
        try:
            found = await look()
        except (grpc.aio.AioRpcError, OSError) as error:
            last, found = error, None
        if found is not None:
            return found
        await asyncio.sleep(_LOOK_SECONDS)
    raise AssertionError(f"{what}: not within {seconds:.0f} s (last trouble: {last})")
