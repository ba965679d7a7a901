"""What the people of a story do, again with the same request where somebody dies under it, and what they wait for."""

from datetime import date
from uuid import uuid4

import aiohttp
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying
from deploy.local.demo.customer import Customer
from deploy.local.demo.inbox import link_in
from services.kit.calendar import rome_date
from services.kit.clock import SystemClock
from tests.e2e.ends import payment_of
from tests.e2e.play import Play
from tests.e2e.stories import WHY
from tests.e2e.waiting import until
from workflows import names

STEERING = common.Steering(actor="giulia", reason_code="seen_in_a_test", source="chaos")
_STATE = SearchAttributeKey.for_keyword(names.ATTRIBUTE_STATE)


async def pay_by_link(
    play: Play, customer: Customer, payment_request_id: str, proforma: str = "Proforma", how: str = "card:succeeded"
) -> None:
    """Follow an emailed link as often as it takes; a payment page that is paid already shows no form.

    Args:
        play: Where.
        customer: Who.
        payment_request_id: What is paid.
        proforma: Part of the email's subject.
        how: What is pressed there.
    """
    link = await pay_link(play, customer, proforma)
    stripe = play.world.site.url("stripe")
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=payment_request_id)

    async def press() -> bool | None:
        try:
            async with aiohttp.ClientSession(raise_for_status=True) as http:
                async with http.get(link) as page:
                    hosted = page.url
                if not str(hosted).startswith(stripe):
                    found = (await play.operator.payments.GetPaymentRequest(asked)).payment_request
                    return found.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID or None
                async with http.post(hosted, data={"pay": how}):
                    return True
        except aiohttp.ClientError:
            return None

    await until(press, "the payment page")


async def ask_for_deletion(play: Play) -> tuple[Customer, str]:
    """A customer who asked in the trial for the deletion of the profile, and its workflow: it waits for an operator."""
    customer = play.customer()
    await customer.begin_trial()
    await customer.ask_for_deletion("Cancellate tutto")
    erasure = names.erasure_id(customer.account_id)
    await stands(play, erasure, "Waiting")
    return customer, erasure


async def open_page(play: Play, customer: Customer) -> None:
    """Follow the emailed link to the payment page, and pay nothing there."""
    link = await pay_link(play, customer)

    async def opened() -> bool | None:
        try:
            async with aiohttp.ClientSession(raise_for_status=True) as http, http.get(link) as page:
                return str(page.url).startswith(play.world.site.url("stripe")) or None
        except aiohttp.ClientError:
            return None

    await until(opened, "the payment page")


async def pay_link(play: Play, customer: Customer, proforma: str = "Proforma") -> str:
    """The link in the email whose subject has these words."""
    mail = await play.inbox.wait_for(customer.email, lambda mail: proforma in str(mail["Subject"]), proforma)
    return f"{play.world.site.url('gateway')}/pay/{link_in(mail, '/pay/')}"


async def pay_order(play: Play, customer: Customer, order_id: str, how: str = "card:succeeded") -> None:
    """Pay an order by its emailed link."""
    await play.proforma(customer)
    await pay_by_link(play, customer, (await payment_of(play, order_id)).payment_request_id, how=how)


async def transfer(play: Play, minor: int, **told: str) -> None:
    """The bank's statement tells of so many cents that have come; an operator imports it."""
    money = paying.Transfer(common.Money(minor=minor, currency="EUR"), today(), **told)
    file = paying.statement("IT60X0542811101000000123456", [money])
    await play.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))


async def record_transfer(play: Play, workflow_id: str, minor: int) -> str:
    """An operator has seen a transfer of so many cents on the account and records it; the bank's reference of it."""
    reference = f"CRO {uuid4().hex[:8]}"
    told = {"amount": f"{minor // 100}.{minor % 100:02d}", "bank_reference": reference, "accept_difference": True}
    await steer(play, workflow_id, "record_bank_transfer", booked_on=today().isoformat(), **told)
    return reference


async def steer(play: Play, workflow_id: str, update: str, **more: object) -> None:
    """Send one update, again under the same id while nobody answers, and as soon as the workflow takes it."""
    await until(lambda: steer_once(play, workflow_id, update, **more), f"{update} of {workflow_id}")


async def steer_once(play: Play, workflow_id: str, update: str, **more: object) -> bool | None:
    """Send one update, again under the same id while nobody answers; None where it is refused."""
    update_id = str(uuid4())
    while True:
        try:
            handle = play.temporal.get_workflow_handle(workflow_id)
            await handle.execute_update(update, {**WHY, **more}, id=update_id)
        except WorkflowUpdateFailedError:
            return None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            continue
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:  # not started yet
                return None
            continue
        return True


async def tell(play: Play, workflow_id: str, signal: str) -> None:
    """Send a workflow a signal; one that has ended meanwhile needs none."""
    try:
        await play.temporal.get_workflow_handle(workflow_id).signal(signal)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def stands(play: Play, workflow_id: str, state: str) -> None:
    """Come back once a workflow shows a state."""

    async def look() -> bool | None:
        try:
            found = await play.temporal.get_workflow_handle(workflow_id).describe()
        except RPCError:  # not started yet
            return None
        return found.typed_search_attributes.get(_STATE, "") == state or None

    await until(look, f"{workflow_id} in state {state}")


def today() -> date:
    """In Rome."""
    return rome_date(SystemClock().now())
