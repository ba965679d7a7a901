"""The customers of a round: in trial, with a profile and a quote, each before the moment at which they order.

They come and pay as the demo's do, through the public API and the hosted page. Whether the proforma's email has been
sent is read in invoicing's table, and its link made from the installation's key: a mailbox read again and again would
be measured instead.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar
from uuid import UUID

import aiohttp
import asyncpg
from grpc import StatusCode
from grpc.aio import AioRpcError

from bench.installation import Installation
from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from deploy.local.demo.inbox import Inbox
from services.payments.domain.pay_links import PayLinks

Who = TypeVar("Who")

_AT_ONCE = 4
_PATIENCE_SECONDS = 600.0
"""For an email: what else the machine does must not end a measuring of hours."""
_LOOK_SECONDS = 0.1
"""Before the payment's signal, from which all is counted; its cost would be PostgreSQL's, at the orders' expense."""
_SECONDS = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Pigeonholes(Inbox):
    """The inboxes of a local Casella read where the mail sink keeps them, which costs the measured machine little.

    Attributes:
        folder: The mail sink's.
    """

    folder: Path

    @classmethod
    def of(cls, installation: Installation) -> Self:
        """Those of an installation."""
        inbox = installation.inbox
        return cls(inbox.host, inbox.port, inbox.password, installation.world.site.var / "mail")

    async def sources(self, address: str) -> list[bytes]:
        """All messages to an address byte for byte, oldest first."""
        return [file.read_bytes() for file in sorted((self.folder / address).glob("*.eml"))]


@dataclass(frozen=True)
class Buyer:
    """A customer with a quote in hand."""

    customer: Customer
    quote: ordering_pb2.Quote


async def buyers(
    installation: Installation, number: int, *, billing: common.BillingPeriod = common.BILLING_PERIOD_ANNUAL
) -> list[Buyer]:
    """So many new customers who are about to order."""
    bound = asyncio.Semaphore(_AT_ONCE)
    mailboxes = 1 if billing == common.BILLING_PERIOD_ANNUAL else 5

    async def come() -> Buyer:
        customer = await newcomer(installation)
        await customer.save_profile(people.private_person("Anna", "Rossi"))
        return Buyer(customer, await customer.quote(common.CUSTOMER_KIND_PRIVATE, billing, mailboxes))

    async def one() -> Buyer:
        async with bound:
            return await patiently(come)

    return await asyncio.gather(*(one() for _ in range(number)))


async def newcomer(installation: Installation) -> Customer:
    """Somebody whose trial has begun."""
    inbox = Pigeonholes.of(installation)
    customer = Customer(installation.front, inbox, people.new_address("anna"), ip=people.new_ip())
    await customer.sign_up()
    await customer.confirm(_PATIENCE_SECONDS)
    return customer


async def patiently(come: Callable[[], Awaitable[Who]]) -> Who:
    """What is asked for, however often: a call may take too long on a machine that is busy with something else."""
    while True:
        try:
            return await come()
        except AioRpcError as error:
            if error.code() is not StatusCode.DEADLINE_EXCEEDED:
                raise


class Till:
    """Where orders are paid: tells when an order's proforma has been sent, and pays on the hosted page."""

    def __init__(
        self, http: aiohttp.ClientSession, links: PayLinks, payments: "asyncpg.Pool[asyncpg.Record]",
        invoicing: "asyncpg.Pool[asyncpg.Record]",
    ) -> None:  # fmt: skip
        """Take what it pays with and looks into; ``open_till`` makes one."""
        self._http = http
        self._links = links
        self._payments = payments
        self._invoicing = invoicing
        self._waiting: dict[UUID, asyncio.Future[None]] = {}

    async def look(self) -> None:
        """Look for proformas that were sent, for all who wait for one together, until cancelled."""
        async with self._invoicing.acquire() as kept:
            while True:
                if self._waiting:
                    for row in await kept.fetch(_SENT, list(self._waiting)):
                        self._waiting.pop(row["order_id"]).set_result(None)
                await asyncio.sleep(_LOOK_SECONDS)

    async def pay(self, order_id: str) -> None:
        """Wait for the proforma, follow its link and pay by card; the provider tells Casella by its webhook."""
        order = UUID(order_id)
        sent = self._waiting[order] = asyncio.get_running_loop().create_future()
        await sent
        await self.pay_request(
            await self._payments.fetchval("SELECT id FROM payment_requests WHERE order_id = $1", order)
        )

    async def pay_request(self, request: UUID) -> None:
        """Follow the link of a payment request and pay by card."""
        async with self._http.get(self._links.url(request)) as page:
            hosted = page.url
        async with self._http.post(hosted, data={"pay": "card:succeeded"}, allow_redirects=False):
            pass


@asynccontextmanager
async def open_till(installation: Installation) -> AsyncIterator[Till]:
    """A till of this installation."""
    site = installation.world.site
    links = PayLinks(site.secret("pay-link.key").encode(), site.url("gateway"))
    async with (
        installation.database("payments", 4) as payments,
        installation.database("invoicing") as invoicing,
        aiohttp.ClientSession(timeout=_SECONDS, raise_for_status=True) as http,
    ):
        till = Till(http, links, payments, invoicing)
        looking = asyncio.create_task(till.look())
        try:
            yield till
        finally:
            looking.cancel()


_SENT = """
    SELECT documents.order_id FROM documents JOIN mails ON mails.key = 'proforma:' || documents.id
    WHERE documents.kind = 'proforma' AND documents.order_id = ANY($1) AND mails.sent_at IS NOT NULL
"""
