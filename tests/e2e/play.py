"""A whole Casella for a test, and customers in it who act through the public API."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import asyncpg
from temporalio.client import Client

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from deploy.local import provision, temporal
from deploy.local.demo import paying, people
from deploy.local.demo.customer import PASSWORD, Customer
from deploy.local.demo.front import ROOMS, Front
from deploy.local.demo.inbox import PATIENCE_SECONDS, Inbox
from deploy.local.world import World
from services.kit import temporal_client
from tests.e2e.waiting import until
from tests.support import deeds

EVERYBODYS = (
    "demo.example", "2001:db8:", PASSWORD, "+390552345678", "+390559876543", "Via San Gallo", "Viale Giovine Italia",
    "DE89370400440532013000",
)  # fmt: skip
"""What the invented customers have in common (`deploy/local/demo/people.py`), and from where their payers pay."""
_TELLING = 11
"""Characters; shorter tax ids, some of other countries, may stand in a number of something else."""


@dataclass(frozen=True)
class Play:
    """A running Casella with its callers."""

    world: World
    gateway: Front
    worker: Front
    operator: Front
    inbox: Inbox
    temporal: Client

    def customer(self, name: str = "anna") -> Customer:
        """Somebody who has not signed up yet; each comes from another network, so that no rate limit holds them."""
        return Customer(self.gateway, self.inbox, people.new_address(name), ip=people.new_ip())

    async def buyer(self, method: common.PaymentMethod) -> tuple[Customer, ordering_pb2.Order]:
        """A private person in trial who has placed an annual order; its proforma is on its way."""
        customer = self.customer()
        await customer.begin_trial()
        await customer.save_profile(people.private_person("Anna", "Rossi"))
        return customer, await self.place(customer, method)

    async def place(self, customer: Customer, method: common.PaymentMethod) -> ordering_pb2.Order:
        """Place an order for one mailbox, and wait until its payment can be made."""
        quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
        placed = await customer.place_order(quote, method)
        return await self.order_when(customer, placed.order_id, lambda order: bool(order.proforma_number))

    async def proforma(self, customer: Customer, seconds: float = PATIENCE_SECONDS) -> EmailMessage:
        """The email that asks for the money, for which one waits so long."""
        return await self.inbox.wait_for(
            customer.email, lambda mail: mail["Subject"].startswith("Proforma"), "the proforma", seconds
        )

    async def pay_by_card(self, customer: Customer) -> None:
        """Follow the emailed link to the hosted page and pay there; Stripe tells by its webhook."""
        await paying.pay_online(self.world.site.url("gateway"), await self.proforma(customer))

    async def order_when(
        self, customer: Customer, order_id: str, wanted: Callable[[ordering_pb2.Order], bool]
    ) -> ordering_pb2.Order:
        """The order once it is as wanted."""

        async def look() -> ordering_pb2.Order | None:
            order = await customer.order(order_id)
            return order if wanted(order) else None

        return await until(look, f"order {order_id}")

    async def fulfilled(self, customer: Customer, order_id: str) -> ordering_pb2.Order:
        """The order once it is fulfilled."""
        return await self.order_when(
            customer, order_id, lambda order: order.state == ordering_pb2.ORDER_STATE_FULFILLED
        )


@asynccontextmanager
async def started(var: Path, environment: Mapping[str, Mapping[str, str]] | None = None) -> AsyncIterator[Play]:
    """Start a Casella, with more environment for some of its processes, and connect to it as every caller."""
    async with World.start(var, environment) as world:
        site = world.site
        inbox = Inbox("127.0.0.1", site.ports["mail_imap"], site.secret("mail-password"))
        client = await temporal_client.connect(site.listen("temporal"), temporal.NAMESPACE)
        async with (
            Front.connect(site, "gateway") as gateway,
            Front.connect(site, "worker") as worker,
            Front.connect(site, "operator") as operator,
        ):
            play = Play(world, gateway, worker, operator, inbox, client)
            yield play
            await _find_every_deed(play)
            await _find_nobody(play)


async def _find_every_deed(play: Play) -> None:
    """Whatever was steered here is found under its account."""
    for room in ROOMS:
        lost_deeds = deeds.query(room)
        assert lost_deeds is not None
        connection = await database(play, room)
        try:
            assert await connection.fetch(lost_deeds) == [], f"`casella trail` would not show these of {room}"
        finally:
            await connection.close()


async def _find_nobody(play: Play) -> None:
    """Whatever was played here, no log and nothing of Temporal's knows of whom.

    It looks for words as they are, in what is on the disk; `tests/e2e/test_erasure.py` looks everywhere, for all forms.
    """
    connection = await database(play, "ordering")
    try:
        rows = await connection.fetch(
            "SELECT content ->> 'codice_fiscale' AS cf, content ->> 'vat_number' AS vat FROM billing_profiles"
        )
    finally:
        await connection.close()
    tax_ids = {word for row in rows for word in row.values() if word and len(word) >= _TELLING}
    words = {word.lower().encode() for word in (*EVERYBODYS, *tax_ids)}
    var = play.world.site.var

    def look() -> list[str]:
        files = [*var.glob("temporal.db*"), *(var / "logs").iterdir()]
        kept = {file.name: file.read_bytes().lower() for file in files}
        assert any(b"pollreceipts" in content for content in kept.values())  # what Temporal holds can be read so
        return [f"{word!r} in {name}" for name, content in kept.items() for word in words if word in content]

    found = await asyncio.to_thread(look)
    assert found == [], found


async def database(play: Play, room: str) -> asyncpg.Connection:
    """A connection of a room's own role, for a test that holds a lock or looks at what no RPC shows."""
    site = play.world.site
    return await asyncpg.connect(
        host="127.0.0.1",
        port=site.ports["postgres"],
        user=provision.role_of(room),
        password=site.secret(f"postgres-{room}"),
        database=provision.DATABASE,
        server_settings={"search_path": room},
    )
