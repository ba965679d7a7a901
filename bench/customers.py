"""The customers of a round: in trial, with a profile and a quote, each before the moment at which they order.

They come and pay as the demo's do, through the public API and the hosted page. Whether the proforma's email has been
sent is read in invoicing's table, and its link made from the installation's key: a mailbox read again and again would
be measured instead.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from services.payments.domain.pay_links import PayLinks

_AT_ONCE = 4
_LOOK_SECONDS = 0.1
"""Before the payment's signal, from which all is counted; its cost would be PostgreSQL's, at the orders' expense."""
_SECONDS = aiohttp.ClientTimeout(total=60)


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
        customer = Customer(installation.front, installation.inbox, people.new_address("anna"), ip=people.new_ip())
        await customer.begin_trial()
        await customer.save_profile(people.private_person("Anna", "Rossi"))
        return Buyer(customer, await customer.quote(common.CUSTOMER_KIND_PRIVATE, billing, mailboxes))

    async def one() -> Buyer:
        while True:
            async with bound:
                try:
                    return await come()
                except AioRpcError as error:  # the machine is busy with something else: another customer comes
                    if error.code() is not StatusCode.DEADLINE_EXCEEDED:
                        raise

    return await asyncio.gather(*(one() for _ in range(number)))


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
        request = await self._payments.fetchval("SELECT id FROM payment_requests WHERE order_id = $1", order)
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
