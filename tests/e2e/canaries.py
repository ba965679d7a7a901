"""Customers whose every word is found again, and every place where a word of theirs could be kept or shown."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from grpc.aio import AioRpcError

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import support_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import PASSWORD, Customer
from deploy.local.demo.front import ROOMS
from services.kit.calendar import rome_date
from services.kit.clock import SystemClock
from services.kit.errors import Refused
from tests.cli.running import Terminal
from tests.e2e.levers import ask_for_deletion
from tests.e2e.operator_desk import Desk, at_the_desk
from tests.e2e.play import Play, database
from tests.gateway.receiver import Receiver
from tests.support.collector import Collector, collecting
from tests.support.marks import files_below, known_in, shown_of, told_temporal, unpacked
from workflows import names

STAND_INS = ("mail", "sdi", "stripe.db", "stripe.db-wal", "stripe.db-shm", "postgres")
"""What outside parties hold of customers, and the database's own files, whose tables are read column by column."""
_FIRST_LETTER = ord("A") - 10


def new_iban() -> str:
    """A German account of nobody, with the right check digits (ISO 13616)."""
    account = f"{uuid4().int % 10**18:018d}"
    country = "".join(str(ord(letter) - _FIRST_LETTER) for letter in "DE")
    return f"DE{98 - int(f'{account}{country}00') % 97:02d}{account}"


@dataclass(frozen=True)
class Watch:
    """A Casella whose spans and webhooks are caught too.

    Attributes:
        desk: The operator's.
        collector: Has the spans.
        receiver: Has our webhooks; it refuses the first, so that they are repeated.
        hatched: Whoever was here.
    """

    desk: Desk
    collector: Collector
    receiver: Receiver
    hatched: list["Canary"] = field(default_factory=list)

    @property
    def terminal(self) -> Terminal:
        """An operator's command line."""
        return Terminal({"CASELLA_VAR": str(self.desk.play.world.site.var)})

    async def seen_from_outside(self) -> dict[str, bytes]:
        """What others than the rooms' tables hold or show: Temporal, logs, files, processes, metrics, spans, posts."""
        world = self.desk.play.world
        pids = {*(await world.processes()).values(), int((world.site.var / "nursery.pid").read_text())}
        seen = {
            **await told_temporal(self.desk.play.temporal),
            **files_below(world.site.var, STAND_INS),
            **shown_of(pids),
            **await self._metrics(),
            "spans": b"\n".join(self.collector.said),
            "webhooks": b"\n".join(f"{post.headers} {post.body}".encode() for post in self.receiver.posts),
        }
        for needed in ("temporal.db", "logs/worker.log", "logs/gateway.log", "logs/postgres.log", "logs/ordering.log"):
            assert needed in seen
        assert b"/casella.ordering.v1.OrderingService/" in seen["metrics of ordering"]
        return seen

    async def _metrics(self) -> dict[str, bytes]:
        """What each process tells Prometheus."""
        site, told = self.desk.play.world.site, {}
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            for process in (*ROOMS, "worker", "gateway"):
                async with http.get(f"{site.url(f'{process}_metrics')}/metrics") as page:
                    told[f"metrics of {process}"] = await page.read()
        return told


@contextlib.asynccontextmanager
async def watching(var: Path) -> AsyncIterator[Watch]:
    """A Casella of a module's own, that is watched."""
    async with collecting() as collector, Receiver(500, 500, 200) as receiver:
        async with at_the_desk(var, collector.environment) as desk:
            watch = Watch(desk, collector, receiver)
            (await watch.terminal.casella("webhooks", "add", receiver.url)).well()
            yield watch
            await receiver.wait_for(1)
        spans = {"spans": b"".join(collector.said)}  # the processes send their last ones as they end
        assert b"casella-ordering" in spans["spans"]
        known = [canary.known_in(spans) for canary in watch.hatched]
        assert not any(known), known


@dataclass
class Canary:
    """A customer whose every word is found again wherever it is kept."""

    customer: Customer
    profile: common.BillingParty
    domain: str
    mailbox: mailboxes_pb2.Mailbox = field(default_factory=mailboxes_pb2.Mailbox)
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def hatch(cls, watch: Watch, first: str, last: str, *, sells_on: bool = False) -> "Canary":
        """Somebody with names that nobody else here has: a person, or a company that sells on."""
        play = watch.desk.play
        customer = Customer(
            play.gateway, play.inbox, people.new_address(first.lower()), first, last, ip=people.new_ip()
        )
        profile = people.company(f"{last} S.r.l.", f"Zia {last}") if sells_on else people.private_person(first, last)
        if sells_on:
            profile.kind = common.CUSTOMER_KIND_RESELLER
        profile.address.street = f"Vicolo {last} 7"
        profile.phone = f"+39055{uuid4().int % 10**7:07d}"
        profile.contact_person = f"Zia {last}"
        canary = cls(customer, profile, f"{first.lower()}-{uuid4().hex[:6]}.example")
        words = {
            "first name": first,
            "last name": last,
            "email": customer.email,
            "IP address": customer.ip,
            "street": profile.address.street,
            "phone": profile.phone,
            "codice fiscale": profile.codice_fiscale,
            "VAT number": profile.vat_number,
            "domain": canary.domain,
            "password": PASSWORD,
            "payer": f"Banca di {last}",
            "IBAN": new_iban(),
            "other IBAN": new_iban(),
            "remittance": f"da parte di {first}, grazie",
            "ticket": f"Sono {first}, cancellate tutto",
            "card": f"Impronta{uuid4().hex[:10]}",
        }
        canary.words = {kind: word for kind, word in words.items() if word}
        watch.hatched.append(canary)
        return canary

    async def try_out(self) -> None:
        """Sign up, fail a login, use the service, save a profile, ask something."""
        await self.customer.begin_trial()
        await self.customer.add_domain(self.domain)
        self.mailbox = await self.customer.create_mailbox(f"info@{self.domain}")
        await self.customer.save_profile(self.profile)
        await self.ask()

    async def order(
        self,
        desk: Desk,
        method: common.PaymentMethod = common.PAYMENT_METHOD_BANK_TRANSFER,
        billing: common.BillingPeriod = common.BILLING_PERIOD_ANNUAL,
    ) -> ordering_pb2.Order:
        """An order that waits for its money, by bank transfer unless told otherwise."""
        mailboxes = 5 if billing == common.BILLING_PERIOD_MONTHLY else 1
        quote = await self.customer.quote(self.profile.kind, billing, mailboxes, "archive")
        placed = await self.customer.place_order(quote, method)
        await desk.stands(names.order_id(placed.order_id), "AwaitingPayment")
        await desk.play.proforma(self.customer)
        return placed

    async def transfer(self, desk: Desk, order: ordering_pb2.Order) -> None:
        """Pay an order by a transfer that tells all that a bank tells of a payer."""
        asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
        asks = (await desk.play.worker.payments.GetPaymentRequest(asked)).payment_request.transfer
        paid = paying.Transfer(
            order.quote.totals.gross, rome_date(SystemClock().now()), asks.reference, text=self.words["remittance"],
            payer=self.words["payer"], payer_iban=self.words["IBAN"],
        )  # fmt: skip
        file = paying.statement(asks.iban, [paid])
        await desk.play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))

    async def settle_in(self) -> None:
        """Use an option that was bought."""
        await self.customer.set_options(self.mailbox, "archive")

    async def ask(self) -> None:
        """A ticket whose text names the person."""
        request = support_pb2.OpenTicketRequest(
            request_id=str(uuid4()), account_id=self.customer.account_id, kind=support_pb2.TICKET_KIND_QUESTION,
            subject=self.words["ticket"], text=f"{self.words['ticket']}: {self.profile.codice_fiscale}",
        )  # fmt: skip
        await self.customer.front.support.OpenTicket(request, metadata=await self.customer.me())

    async def ask_for_deletion(self, desk: Desk) -> str:
        """The same, for the deletion of the profile; returns the workflow's id."""
        return await ask_for_deletion(desk, self.customer, self.words["ticket"])

    def known_in(self, found: Mapping[str, bytes]) -> dict[str, set[str]]:
        """Which of its words stand where, in whatever form; places that know nothing are left out."""
        known = {place: known_in(content, self.words) for place, content in found.items()}
        return {place: words for place, words in known.items() if words}


async def everything_kept(play: Play) -> Mapping[str, bytes]:
    """All that every column of every table of every schema holds, by ``schema.table.column``."""
    kept: defaultdict[str, bytes] = defaultdict(bytes)
    for room in ROOMS:
        connection = await database(play, room)
        try:
            tables = await connection.fetch(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", room
            )
            for table in (row["table_name"] for row in tables):
                rows = await connection.fetch(f'SELECT * FROM "{table}"')
                for column, value in ((column, value) for row in rows for column, value in row.items()):
                    kept[f"{room}.{table}.{column}"] += readable(value) + b"\n"
        finally:
            await connection.close()
    return kept


def readable(value: Any) -> bytes:
    """What can be read in a column's value."""
    return unpacked(value) if isinstance(value, bytes) else str(value).encode()


async def columns_that_know(desk: Desk, canary: Canary) -> dict[str, set[str]]:
    """The columns that hold a word of somebody, with which."""
    return canary.known_in(await everything_kept(desk.play))


async def what_it_says(call: Awaitable[Any]) -> bytes:
    """Everything that a refused call tells over the wire: status, details, metadata."""
    try:
        await call
    except Refused as refused:
        return f"{refused!r} {refused.message} {refused.metadata} {refused.violations}".encode()
    except AioRpcError as error:
        metadata = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
        values = [value if isinstance(value, bytes) else str(value).encode() for _, value in metadata]
        return b"\n".join([str(error.code()).encode(), (error.details() or "").encode(), *values])
    raise AssertionError("it was not refused")
