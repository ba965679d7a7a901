"""A customer with automatic debit, and a period that is to be charged: what the tests of charges and mandates share."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from services.kit.wire import to_date
from tests.payments.world import World
from tests.support.room import request_id
from workflows import names

DEBIT = common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT
RECIPIENT = common_pb2.Recipient(name="Anna Rossi", email="anna@example.com", language=common_pb2.LANGUAGE_EN)
WHY = common_pb2.Steering(actor="anna@ops", reason_code="customer_asked", source="charge_now/1")


async def order_with_debit(world: World, account_id: str) -> pb.PaymentRequest:
    """An order's payment request that is to set automatic debit up."""
    return await world.request(account_id=account_id, method=DEBIT)


async def with_mandate(world: World) -> str:
    """An account whose first payment has set automatic debit up."""
    account_id = str(new_id())
    order = await order_with_debit(world, account_id)
    assert await world.stripe.pay(await world.start(order), "paypal:succeeded") == 303
    await world.deliver()
    assert (await world.get(order)).state == pb.PAYMENT_REQUEST_STATE_PAID
    return account_id


@dataclass
class Due:
    """A period's payment request that is charged on a day, and short ways to move it on."""

    world: World
    request: pb.PaymentRequest
    cause: PeriodCause

    @classmethod
    async def of(cls, world: World, account_id: str, days: int = 3) -> "Due":
        """Asked for today, to be charged some days later."""
        cause = PeriodCause(new_id(), 2)
        request = await world.request(order_id="", period=period_of(cause), account_id=account_id, method=DEBIT)
        await world.stub().RecordProforma(
            pb.RecordProformaRequest(
                payment_request_id=request.payment_request_id, proforma_number=f"P2026/{cause.key.int % 10**9}"
            )
        )
        due = cls(world, request, cause)
        await due.plan(world.today() + timedelta(days=days))
        return due

    @property
    def id(self) -> str:
        return self.request.payment_request_id

    async def plan(self, day: date) -> pb.PaymentRequest:
        answer = await self.world.stub().PlanCharge(
            pb.PlanChargeRequest(payment_request_id=self.id, charge_on=to_date(day))
        )
        found: pb.PaymentRequest = answer.payment_request
        return found

    async def charge(self, **asked: Any) -> pb.PaymentRequest:
        """Ask for the charge, as the workflow does; how the request stands then."""
        answer = await self.world.stub().ChargePaymentRequest(
            pb.ChargePaymentRequestRequest(payment_request_id=self.id, **asked), timeout=25
        )
        found: pb.PaymentRequest = answer.payment_request
        return found

    async def wait(self) -> None:
        """Let the time pass until the next charge is due."""
        await self.world.advance(seconds=(await self.now()).debit.wait.ToTimedelta().total_seconds() + 1)

    async def charge_in_time(self) -> pb.PaymentRequest:
        """The same once it is due."""
        await self.wait()
        return await self.charge()

    async def now(self) -> pb.PaymentRequest:
        """The request as it stands."""
        return await self.world.get(self.request)

    async def tell(self) -> None:
        """Have the customer told of a refusal."""
        await self.world.stub().SendChargeRefusedEmail(
            pb.SendChargeRefusedEmailRequest(payment_request_id=self.id, recipient=RECIPIENT)
        )

    async def wakes(self) -> list[str]:
        """Signals to its renewal, oldest first."""
        mine = names.renewal_id(self.cause.subscription_id, self.cause.number)
        return [wake.signal for wake in await self.world.room.wakes() if wake.workflow_id == mine]


async def due_period(world: World, days: int = 3) -> Due:
    """A period to be charged of an account with automatic debit."""
    return await Due.of(world, await with_mandate(world), days)


async def stored(world: World, account_id: str) -> list[pb.StoredPaymentMethod]:
    """An account's stored payment methods, as the customer reads them."""
    answer = await world.stub("gateway").ListPaymentMethods(
        pb.ListPaymentMethodsRequest(account_id=account_id), metadata=world.room.customer(UUID(account_id))
    )
    return list(answer.payment_methods)


async def switch_off(world: World, account_id: str, **asked: Any) -> pb.Mandate:
    """The customer switches automatic debit off."""
    request = pb.SwitchOffAutomaticDebitRequest(**{"request_id": request_id(), "account_id": account_id, **asked})
    answer = await world.stub("gateway").SwitchOffAutomaticDebit(
        request, metadata=world.room.customer(UUID(account_id))
    )
    mandate: pb.Mandate = answer.mandate
    return mandate


async def charges(world: World) -> list[dict[str, Any]]:
    """The PaymentIntents that were made without a page, oldest first."""
    intents = (await world.stripe.state())["payment_intents"]
    return [intent for intent in intents if intent["metadata"].get("off_session")]


async def taken(world: World) -> int:
    """What the provider has taken by mandates, in cents."""
    return sum(intent["amount_received"] for intent in await charges(world))
