"""A running payments room with the real Stripe stand-in and, before both, the real gateway."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2, payments_pb2_grpc
from gateway.web import make_app
from services.kit.calendar import rome_date
from services.kit.core import Core
from services.kit.ids import new_id
from services.kit.metrics import Metrics
from services.kit.outbox import Wake
from services.kit.server import Room
from services.payments.provider.stripe_gateway import StripeGateway
from services.payments.room import NAME, build
from services.payments.settings import PaymentsSettings
from tests.payments.statement import ANY_DAY, Entry, statement
from tests.stripe_standin import process
from tests.stripe_standin.process import StripeProcess
from tests.support.room import MovableClock, TestRoom, running_room
from workflows import names

WEBHOOK_PATH = "/webhooks/stripe"
GROSS = 14_640
PAYERS_IBAN = "DE89370400440532013000"
"""The example of the IBAN registry: valid, and nobody's."""
ANOTHER_IBAN = "IT45U0306909606100000000001"
"""Valid, of another country, and nobody's."""
STEERING = common_pb2.Steering(actor="operator@casella.example", reason_code="checked", source="test/1")

Stub = Any


@dataclass
class World:
    """The room, what is around it, and short ways to do what a test does often."""

    room: TestRoom
    stripe: StripeProcess
    url: str
    standin_offset: int
    provider: StripeGateway
    gateway_metrics: Metrics

    def stub(self, caller: str = "worker") -> Stub:
        """The payments service as one of the callers."""
        return payments_pb2_grpc.PaymentsServiceStub(self.room.channel(caller))

    async def request(self, **changed: Any) -> payments_pb2.PaymentRequest:
        """A new payment request of EUR 146.40, online unless said otherwise."""
        fields = {
            "order_id": str(new_id()),
            "account_id": str(new_id()),
            "amount": common_pb2.Money(minor=GROSS, currency="EUR"),
            "method": common_pb2.PAYMENT_METHOD_ONLINE,
            **changed,
        }
        made = await self.stub().CreatePaymentRequest(payments_pb2.CreatePaymentRequestRequest(**fields))
        found: payments_pb2.PaymentRequest = made.payment_request
        return found

    async def transfer_request(self, **changed: Any) -> payments_pb2.PaymentRequest:
        """A new payment request to be paid by bank transfer."""
        return await self.request(method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER, **changed)

    async def get(self, request: payments_pb2.PaymentRequest) -> payments_pb2.PaymentRequest:
        """The request as it stands."""
        asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
        found: payments_pb2.PaymentRequest = (await self.stub().GetPaymentRequest(asked)).payment_request
        return found

    async def start(self, request: payments_pb2.PaymentRequest) -> str:
        """Open the pay link as the gateway does; the hosted page's address."""
        token = request.pay_url.rpartition("/")[2]
        answer = await self.stub("gateway").StartCheckout(payments_pb2.StartCheckoutRequest(token=token))
        return str(answer.checkout_url)

    async def close(
        self, request: payments_pb2.PaymentRequest, reason: payments_pb2.CloseReason = payments_pb2.CLOSE_REASON_EXPIRED
    ) -> payments_pb2.PaymentRequest:
        """Close the request."""
        asked = payments_pb2.ClosePaymentRequestRequest(payment_request_id=request.payment_request_id, reason=reason)
        ended: payments_pb2.PaymentRequest = (await self.stub().ClosePaymentRequest(asked, timeout=20)).payment_request
        return ended

    async def import_file(self, file: bytes) -> payments_pb2.ImportStatementResponse:
        """Import a statement; what was booked on any day was booked today."""
        file = file.replace(ANY_DAY.isoformat().encode(), self.today().isoformat().encode())
        asked = payments_pb2.ImportStatementRequest(file=file)
        done: payments_pb2.ImportStatementResponse = await self.stub("operator").ImportStatement(asked, timeout=30)
        return done

    async def wakes(self) -> list[Wake]:
        """The wakes of who waits for money; each entry of the queue has a workflow of its own beside them."""
        return [wake for wake in await self.room.wakes() if wake.workflow != names.MONEY]

    async def queue(self) -> list[payments_pb2.MoneyEntry]:
        """The operator's queue."""
        listed = await self.stub("operator").ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())
        return list(listed.entries)

    async def proof(self) -> payments_pb2.ProveLedgerResponse:
        """The ledger's proof."""
        found: payments_pb2.ProveLedgerResponse = await self.stub("operator").ProveLedger(
            payments_pb2.ProveLedgerRequest()
        )
        return found

    async def balances(self) -> dict[str, int]:
        """The ledger's balances, after it has been proved."""
        found = await self.proof()
        assert found.balanced, list(found.discrepancies)
        return {item.ledger_account: item.balance.minor for item in found.balances}

    async def paid_online(self, **changed: Any) -> payments_pb2.PaymentRequest:
        """A request that was paid by card, as Stripe's webhook told."""
        request = await self.request(**changed)
        assert await self.stripe.pay(await self.start(request)) < HTTPStatus.BAD_REQUEST
        await self.deliver()
        return await self.get(request)

    async def paid_by_transfer(self, *entries: Entry, **changed: Any) -> payments_pb2.PaymentRequest:
        """A request that was paid by a transfer, as a statement told."""
        request = await self.transfer_request(**changed)
        paying = Entry(request.amount.minor, reference=request.transfer.reference, iban=PAYERS_IBAN)
        await self.import_file(statement(*(entries or (paying,)), number=f"S-{request.payment_request_id}"))
        return await self.get(request)

    async def refund(self, caller: str = "worker", **fields: Any) -> payments_pb2.Refund:
        """Ask for a refund."""
        asked = payments_pb2.RequestRefundRequest(**{"refund_id": str(new_id()), "reason_code": "withdrawal", **fields})
        found: payments_pb2.Refund = (await self.stub(caller).RequestRefund(asked, timeout=20)).refund
        return found

    async def get_refund(self, refund: payments_pb2.Refund) -> payments_pb2.Refund:
        """A refund as it stands."""
        asked = payments_pb2.GetRefundRequest(refund_id=refund.refund_id)
        found: payments_pb2.Refund = (await self.stub().GetRefund(asked)).refund
        return found

    async def credit(self, account_id: str) -> int:
        """An account's credit, in cents."""
        asked = payments_pb2.GetAccountCreditRequest(account_id=account_id)
        return int((await self.stub().GetAccountCredit(asked)).credit.minor)

    async def give_credit(self, account_id: str, minor: int, iban: str = Entry.iban) -> None:
        """Let an account have credit, out of money that came for nothing."""
        await self.import_file(statement(Entry(minor, text="?", iban=iban), number=f"S-{new_id()}"))
        entry = (await self.queue())[-1]
        await self.stub("operator").CreditMoney(
            payments_pb2.CreditMoneyRequest(
                request_id=str(new_id()), money_entry_id=entry.money_entry_id, account_id=account_id, steering=STEERING
            )
        )

    async def deliver(self) -> None:
        """Let the simulator deliver all that waits, by asking it until nothing does."""
        async with asyncio.timeout(20):
            while await self.stripe.backlog():
                async with aiohttp.ClientSession() as http, http.get(self.stripe.url):
                    pass

    async def advance(self, **span: float) -> None:
        """Move the room's clock and the simulator's together."""
        before = self.room.clock.now()
        self.standin_offset += int((self.room.clock.advance(**span) - before).total_seconds())
        await self.stripe.move_clock(self.standin_offset)

    async def until_day_of_month(self, day: int) -> date:
        """Move on to the next such day of a month; which it is."""
        while self.today().day != day:
            await self.advance(days=1)
        return self.today()

    def today(self) -> date:
        """Today in Rome by the room's clock."""
        return rome_date(self.room.clock.now())


@asynccontextmanager
async def running_world(
    database_url: str, stripe: StripeProcess, folder: Path, *, anew: bool = True, **settings: Any
) -> AsyncIterator[World]:
    """Run room and gateway around a stand-in until the block ends.

    Args:
        database_url: Of a fresh database.
        stripe: The run's stand-in.
        folder: For the keys.
        anew: Whether the stand-in begins with nothing; else it goes on, and so does its time.
        settings: Of the room, beside the usual ones.
    """
    await stripe.wait_ready()
    if anew:
        await stripe.forget()
    offset = await stripe.offset()
    url = stripe.webhook_url.removesuffix(WEBHOOK_PATH)
    (folder / "key").write_text(process.KEY)
    (folder / "webhook-secret").write_text(process.WEBHOOK_SECRET)
    if anew:
        (folder / "pay-link.key").write_bytes(secrets.token_hex(32).encode())
    keys = {
        "stripe_key_file": folder / "key",
        "stripe_webhook_secret_file": folder / "webhook-secret",
        "pay_link_key_file": folder / "pay-link.key",
    }
    providers: list[StripeGateway] = []

    def wire(core: Core) -> Room:
        made = core.settings
        assert isinstance(made, PaymentsSettings)
        providers.append(
            StripeGateway(made.stripe_key, made.stripe_webhook_secret, made.stripe_url, made.stripe_timeout_seconds)
        )
        return build(core, made, providers[0])

    clock = MovableClock(datetime.now(UTC) + timedelta(seconds=offset))
    try:
        more = {"stripe_url": stripe.url, "public_url": url, **keys, **settings}
        async with running_room(
            NAME, database_url, wire, folder, clock=clock, settings_class=PaymentsSettings, **more
        ) as room:
            metrics = Metrics("gateway")
            stub = payments_pb2_grpc.PaymentsServiceStub(room.channel("gateway"))
            runner = web.AppRunner(make_app(stub, "Casella Prova", count=metrics.request))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", int(url.rpartition(":")[2])).start()
            try:
                yield World(room, stripe, url, offset, providers[0], metrics)
            finally:
                await runner.cleanup()
    finally:
        for provider in providers:
            await provider.close()


def uuid_of(request: payments_pb2.PaymentRequest) -> UUID:
    """The request's id."""
    return UUID(request.payment_request_id)
