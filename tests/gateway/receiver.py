"""A customer's server that gets webhooks: keeps what came, and answers as a test says."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aiohttp import web

HANG = 0
"""An answer that never comes."""


@dataclass(frozen=True, slots=True)
class Received:
    """One post."""

    headers: Mapping[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """Listens on loopback until the block ends.

    Attributes:
        url: Where it listens.
        posts: What came, oldest first.
    """

    def __init__(self, *answers: int) -> None:
        """Answers with these statuses in turn, then with the last one; `HANG` never answers."""
        self._answers = list(answers) or [200]
        self._came = asyncio.Condition()
        self._released = asyncio.Event()
        self.posts: list[Received] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    async def wait_for(self, count: int) -> list[Received]:
        """The first so many posts, once they have come."""
        async with asyncio.timeout(30), self._came:
            await self._came.wait_for(lambda: len(self.posts) >= count)
        return self.posts[:count]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.text()
        async with self._came:
            self.posts.append(Received({name.lower(): value for name, value in request.headers.items()}, body))
            status = self._answers[min(len(self.posts), len(self._answers)) - 1]
            self._came.notify_all()
        if status == HANG:
            await self._released.wait()
        return web.Response(status=status or 200, headers={"Location": str(request.url.with_path("/elsewhere"))})
