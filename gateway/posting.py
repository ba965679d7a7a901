"""Posts what support hands out: signed bodies to endpoints that an operator has named, and tells support how it went.

Post and report are two steps: a gateway that dies in between leaves a delivery that is due again, under the same
`webhook-id`. Nothing of an answer but its status is read, no redirect is followed, and outside of local mode only
servers in the public internet are reached, whatever the DNS says.
"""

import asyncio
import logging
import socket
from collections.abc import Callable

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from grpc.aio import AioRpcError
from yarl import URL

from casella.support.v1 import webhooks_pb2, webhooks_pb2_grpc
from gateway.feeds import Feeds
from services.kit import hooks
from services.kit.bells import rung
from services.kit.errors import Refused
from services.kit.logs import class_name
from services.kit.public_addresses import is_public, literal

_LOG = logging.getLogger(__name__)
_AT_ONCE = 20
_ACCEPTED = range(200, 300)
_CONNECT_SECONDS = 5.0


class _AddressRefused(OSError):
    """The host has no address in the public internet."""


class _PublicResolver(AbstractResolver):
    """Finds addresses in the public internet only; the connection then goes to the very address that was judged."""

    def __init__(self) -> None:
        self._all = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a host."""
        found = [each for each in await self._all.resolve(host, port, family) if _may_reach(each["host"])]
        if not found:
            raise _AddressRefused
        return found

    async def close(self) -> None:
        """Nothing is kept open."""
        await self._all.close()


class Posting:
    """The posting half of the webhooks."""

    def __init__(
        self,
        webhooks: "webhooks_pb2_grpc.WebhooksServiceAsyncStub",
        feeds: Feeds,
        *,
        local: bool,
        poll_seconds: float,
        post_seconds: float,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take what it needs.

        Args:
            webhooks: Support.
            feeds: Tells when there is something to post.
            local: Whether endpoints may be on this machine.
            poll_seconds: How often is asked for what is due again.
            post_seconds: How long an endpoint may take over its answer; less than the minute that support waits.
            count: Told of every attempt how it went: ``accepted``, ``refused`` by a status, or why there was no answer.
        """
        self._webhooks = webhooks
        self._feeds = feeds
        self._local = local
        self._poll = poll_seconds
        self._timeout = aiohttp.ClientTimeout(total=post_seconds, connect=_CONNECT_SECONDS)
        self._count = count
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Post until cancelled."""
        connector = aiohttp.TCPConnector(
            resolver=None if self._local else _PublicResolver(),
            use_dns_cache=False,
            force_close=True,
            limit=_AT_ONCE,
        )
        async with aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as http:
            try:
                while True:
                    await self._feeds.wanted.wait()
                    self._feeds.news.clear()
                    if not await self._begin(http):
                        await rung(self._feeds.news, self._poll)
            finally:
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin(self, http: aiohttp.ClientSession) -> bool:
        """Begin posting what is due.

        Returns:
            Whether there was something and there is room for more.
        """
        room = _AT_ONCE - len(self._running)
        if room == 0:
            return False
        try:
            leased = await self._webhooks.LeaseWebhookDeliveries(webhooks_pb2.LeaseWebhookDeliveriesRequest(most=room))
        except (AioRpcError, Refused) as error:
            _LOG.warning("support hands out no deliveries", extra={"ids": {"error": class_name(error)}})
            await asyncio.sleep(self._poll)
            return False
        for post in leased.posts:
            task = asyncio.create_task(self._deliver(http, post))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return bool(leased.posts)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._feeds.news.set()  # its endpoint may have another one waiting

    async def _deliver(self, http: aiohttp.ClientSession, post: webhooks_pb2.WebhookPost) -> None:
        async with hooks.around("webhook"):
            status, error = await self._post(http, post)
        self._count(error.lower() or ("accepted" if status in _ACCEPTED else "refused"))
        report = webhooks_pb2.RecordWebhookAttemptRequest(
            delivery_id=post.delivery_id, attempt=post.attempt, status=status, error=error
        )
        try:
            await self._webhooks.RecordWebhookAttempt(report)
        except (AioRpcError, Refused) as lost:
            ids = {"delivery": post.delivery_id, "error": class_name(lost)}
            _LOG.warning("webhook not reported: it will be posted again", extra={"ids": ids})

    async def _post(self, http: aiohttp.ClientSession, post: webhooks_pb2.WebhookPost) -> tuple[int, str]:
        """Post once; the answer's status, or why there was none."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Casella-Webhooks",
            "webhook-id": post.webhook_id,
            "webhook-timestamp": str(post.webhook_timestamp),
            "webhook-signature": post.webhook_signature,
        }
        try:
            url = URL(post.url)
            if not self._local and not _may_reach(url.host or ""):
                return 0, "ADDRESS_REFUSED"
            async with http.post(url, data=post.body, headers=headers, allow_redirects=False) as answer:
                return answer.status, ""
        except TimeoutError:
            return 0, "TIMEOUT"
        except aiohttp.ClientSSLError:
            return 0, "TLS"
        except aiohttp.ClientConnectorDNSError as error:
            return 0, "ADDRESS_REFUSED" if isinstance(error.os_error, _AddressRefused) else "DNS"
        except (aiohttp.ClientError, OSError, ValueError):
            return 0, "CONNECTION"


def _may_reach(host: str) -> bool:
    """Whether a host is a name, of which the resolver judges, or an address in the public internet."""
    address = literal(host)
    return address is None or is_public(address)
