"""Ordering beside the real trial, mailboxes and invoicing, and one customer of all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.mailboxes.v1.mailboxes_pb2_grpc import MailboxesServiceStub
from casella.ordering.v1 import ordering_pb2 as pb
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceStub
from deploy.local.dns.server import Udp
from deploy.local.dns.zone import read_zone
from services.invoicing import room as invoicing
from services.invoicing.settings import InvoicingSettings
from services.kit.calendar import rome_date
from services.kit.causes import PeriodCause
from services.kit.core import Core
from services.kit.password_hashes import PasswordHashes
from services.kit.server import Room
from services.kit.tokens import AccessTokens
from services.kit.wire import to_date, to_timestamp
from services.mailboxes.__main__ import assemble as assemble_mailboxes
from services.mailboxes.policy import MailboxesPolicy
from services.trial.__main__ import assemble as assemble_trial
from services.trial.policy import Policy as TrialPolicy
from tests.fixtures.postgres import RoomDatabase
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.mailboxes.clients import Customer as MailCustomer
from tests.mailboxes.conftest import OPTIONS
from tests.ordering.conftest import running_ordering
from tests.ordering.shop import STEERING, mailboxes, place_request
from tests.support.room import MovableClock, TestRoom, private_key_file, request_id, running_room
from tests.trial.clients import Customer as TrialCustomer
from tests.trial.clients import Visitors

if TYPE_CHECKING:
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub

ZONE_FILE = Path(__file__).parents[2] / "deploy" / "local" / "dns" / "zone.yaml"
MONTHLY, COMPANY = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.CUSTOMER_KIND_COMPANY


@dataclass
class Town:
    """The rooms, and one customer whose trial has just begun."""

    ordering: TestRoom
    trial: TrialCustomer
    mail: MailCustomer

    @property
    def account(self) -> UUID:
        return UUID(self.trial.id)

    @property
    def stub(self) -> "OrderingServiceAsyncStub":
        return OrderingServiceStub(self.ordering.channel())

    async def open_account(self) -> None:
        """What the Trial workflow does first."""
        request = mailboxes_pb2.OpenAccountRequest(account_id=self.trial.id)
        await MailboxesServiceStub(self.mail.room.channel("worker")).OpenAccount(request)

    async def save_profile(self, party: common_pb2.BillingParty) -> pb.SaveBillingProfileResponse:
        request = pb.SaveBillingProfileRequest(request_id=request_id(), account_id=self.trial.id, profile=party)
        return await self.stub.SaveBillingProfile(request, metadata=self.trial.metadata)

    async def quote(self, quantity: int) -> pb.Quote:
        request = pb.CreateQuoteRequest(
            request_id=request_id(),
            account_id=self.trial.id,
            kind=COMPANY,
            billing=MONTHLY,
            items=[mailboxes(quantity)],
        )
        return (await self.stub.CreateQuote(request, metadata=self.trial.metadata)).quote

    async def hold(self, account_id: str) -> pb.SetLegalHoldResponse:
        request = pb.SetLegalHoldRequest(request_id=request_id(), account_id=account_id, hold=True, steering=STEERING)
        operator: OrderingServiceAsyncStub = OrderingServiceStub(self.ordering.channel("operator"))
        return await operator.SetLegalHold(request)

    async def place(self, quote: pb.Quote) -> pb.Order:
        request = place_request(self.account, quote)
        return (await self.stub.PlaceOrder(request, metadata=self.trial.metadata)).order

    async def fulfilled(self, order: pb.Order) -> pb.Subscription:
        """The subscription of an order that is paid and unlocked now."""
        now = self.ordering.clock.now()
        paid = pb.RecordOutcomeRequest(
            order_id=order.order_id, outcome=pb.OUTCOME_PAID, available_on=to_date(rome_date(now))
        )
        await self._worker.RecordOutcome(paid)
        request = pb.FulfilOrderRequest(order_id=order.order_id, invoice_id=request_id(), unlocked_at=to_timestamp(now))
        return (await self._worker.FulfilOrder(request)).subscription

    async def upcoming(self) -> pb.UpcomingPeriod:
        operator: OrderingServiceAsyncStub = OrderingServiceStub(self.ordering.channel("operator"))
        return (await operator.GetUpcomingPeriod(pb.GetUpcomingPeriodRequest(account_id=self.trial.id))).upcoming

    async def measured(self, cause: PeriodCause) -> pb.Period:
        return (await self._worker.MeasurePeriod(pb.MeasurePeriodRequest(period_id=str(cause.key)))).period

    @property
    def _worker(self) -> "OrderingServiceAsyncStub":
        return OrderingServiceStub(self.ordering.channel("worker"))


@asynccontextmanager
async def running_town(room_database: RoomDatabase, folder: Path) -> AsyncIterator[Town]:
    """All four rooms on one clock, until the block ends."""
    clock = MovableClock()
    async with AsyncExitStack() as stack:

        async def run(name: str, build: Callable[[Core], Room], **more: Any) -> TestRoom:
            room = running_room(name, room_database(name), build, folder, clock=clock, **more)
            return await stack.enter_async_context(room)

        trial = await run("trial", trial_builder(stack, folder, await running_dns(stack)))
        mail = await run("mailboxes", mailboxes_builder(stack))
        documents = await run("invoicing", build_invoicing, settings_class=InvoicingSettings)
        ordering = running_ordering(
            room_database("ordering"),
            folder,
            clock=clock,
            trial_address=trial.address,
            mailboxes_address=mail.address,
            invoicing_address=documents.address,
        )
        customer = await Visitors(trial).confirmed()
        yield Town(await stack.enter_async_context(ordering), customer, MailCustomer(mail, UUID(customer.id)))


def trial_builder(stack: AsyncExitStack, folder: Path, dns: str) -> Callable[[Core], Room]:
    hashes = stack.enter_context(PasswordHashes())

    def build(core: Core) -> Room:
        tokens = AccessTokens.from_file(private_key_file(folder), core.clock)
        return assemble_trial(core, TrialPolicy(), hashes, tokens, dns)

    return build


def mailboxes_builder(stack: AsyncExitStack) -> Callable[[Core], Room]:
    hashes = stack.enter_context(PasswordHashes())
    return lambda core: assemble_mailboxes(core, MailboxesPolicy(), OPTIONS, hashes)


def build_invoicing(core: Core) -> Room:
    assert isinstance(core.settings, InvoicingSettings)
    return invoicing.build(core, core.settings, SdiInMemory())


async def running_dns(stack: AsyncExitStack) -> str:
    """`host:port` of a name server that knows the demo's domains."""
    zone = read_zone(ZONE_FILE)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Udp(zone), local_addr=("127.0.0.1", 0)
    )
    stack.callback(transport.close)
    host, port = transport.get_extra_info("sockname")
    return f"{host}:{port}"
