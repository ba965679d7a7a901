"""Reads a list that Casella answers page by page, to its end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

Request = TypeVar("Request", bound=Any)
Answer = TypeVar("Answer", bound=Any)

_PAGE = 200
"""Rows: the largest page that there is."""


async def pages(ask: Callable[[Request], Awaitable[Answer]], request: Request) -> AsyncIterator[Answer]:
    """Each page in turn.

    Args:
        ask: The RPC.
        request: What it is asked, with a `page` that is filled in here.
    """
    request.page.page_size = _PAGE
    while True:
        answer = await ask(request)
        yield answer
        if not answer.next_page_token:
            return
        request.page.page_token = answer.next_page_token
