"""An operator brings e-invoices to their end from the Temporal UI, after the SdI has rejected one or kept silent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.testing import TimeSkipper

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.wire import from_duration
from tests.e2e.ends import payment_of
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("operator-sdi")]

REJECTED = invoicing_pb2.TRANSMISSION_STATE_REJECTED
WRONG = {"reason_code": "The accountant called"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("operator-sdi") / "var") as desk:
        yield desk


async def sdi_will(desk: Desk, action: str, times: int = 1) -> None:
    """Order how the SdI stand-in answers the next files."""
    order = {"action": action, "code": "00306" if action == "reject" else "", "times": times}
    async with desk.session.post(f"{desk.play.world.site.url('sdi_page')}/orders", json=order) as response:
        assert response.status == 200, await response.text()


async def issued(desk: Desk) -> tuple[str, ordering_pb2.Order, Customer]:
    """The id of an e-invoice's workflow, its paid order, and who placed it."""
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    request = await payment_of(desk.play, order.order_id)
    await desk.play.worker.payments.RecordBankTransfer(
        payments_pb2.RecordBankTransferRequest(
            request_id=str(uuid4()),
            payment_request_id=request.payment_request_id,
            amount=request.amount,
            booked_on=today(order),
            bank_reference=f"CRO {order.order_id[-8:]}",
            steering=common.Steering(actor=OPERATOR, reason_code="seen_on_account", source=order.order_id),
        )
    )
    order = await desk.play.fulfilled(customer, order.order_id)
    return names.e_invoice_id(order.invoice_id), order, customer


def today(order: ordering_pb2.Order) -> common.Date:
    """The day on which the order was placed, UTC: never in the future."""
    day = order.placed_at.ToDatetime()
    return common.Date(year=day.year, month=day.month, day=day.day)


async def transmission(desk: Desk, order: ordering_pb2.Order) -> invoicing_pb2.Transmission:
    """Where the invoice stands."""
    asked = invoicing_pb2.GetTransmissionRequest(invoice_id=order.invoice_id)
    return (await desk.play.operator.invoicing.GetTransmission(asked)).transmission


async def sent(desk: Desk, found: invoicing_pb2.Transmission) -> str:
    """The file of an attempt as the SdI stand-in got it."""
    sdi = desk.play.world.site.url("sdi_page")
    async with desk.session.get(f"{sdi}/files") as response:
        files = (await response.json())["files"]
    got = next(file for file in files if file["name"] == found.file_name)
    async with desk.session.get(f"{sdi}/files/{got['file_id']}") as response:
        return await response.text()


async def answered(desk: Desk, workflow_id: str, state: str) -> None:
    """Read the certified mailbox, as the schedule does each minute, until the workflow shows a state."""

    async def look() -> bool | None:
        await desk.play.operator.invoicing.PollReceipts(invoicing_pb2.PollReceiptsRequest())
        return True if await desk.state(workflow_id) == state else None

    await until(look, f"{workflow_id} in state {state}")


async def test_a_rejected_e_invoice_is_sent_again_with_the_corrected_profile(desk: Desk) -> None:
    await sdi_will(desk, "reject")
    workflow_id, order, customer = await issued(desk)
    await answered(desk, workflow_id, "NeedsOperator")
    first = await transmission(desk, order)
    assert (first.state, list(first.error_codes)) == (REJECTED, ["00306"])
    assert "the SdI rejected it with 00306" in await desk.details(workflow_id)
    refusal = (await desk.update(workflow_id, "resend_with_current_profile", WRONG)).refusal
    assert refusal.startswith("reason_code")
    assert await transmission(desk, order) == first
    corrected = people.private_person("Anna", "Rossi")
    corrected.address.street = "Via della Correzione 5"
    await customer.save_profile(corrected)
    data = {"reason_code": "profile_corrected"}
    assert (await desk.update(workflow_id, "resend_with_current_profile", data)).result == "attempt 2 is on its way"
    await answered(desk, workflow_id, "Undeliverable")
    second = await transmission(desk, order)
    assert second.number == first.number
    assert corrected.address.street in await sent(desk, second)
    assert corrected.address.street not in await sent(desk, first)
    assert await desk.audited("invoicing", order.invoice_id) == [(OPERATOR, "prepare_resend", "profile_corrected")]
    assert "already completed" in (await desk.update(workflow_id, "retry_transmission", data)).refusal


async def test_a_rejected_e_invoice_is_sent_again_as_it_is_and_given_up(desk: Desk) -> None:
    await sdi_will(desk, "reject", times=2)
    workflow_id, order, _ = await issued(desk)
    await answered(desk, workflow_id, "NeedsOperator")
    data = {"reason_code": "sdi_was_mistaken"}
    assert (await desk.update(workflow_id, "retry_transmission", WRONG)).refusal.startswith("reason_code")
    assert (await desk.update(workflow_id, "retry_transmission", data)).result == "attempt 2 is on its way"
    await answered(desk, workflow_id, "NeedsOperator")
    assert (await desk.update(workflow_id, "give_up", WRONG)).refusal.startswith("reason_code")
    assert (await transmission(desk, order)).state == REJECTED
    assert (await desk.update(workflow_id, "give_up", {"reason_code": "agreed_with_accountant"})).result == "given up"
    assert await desk.play.temporal.get_workflow_handle(workflow_id).result() == "givenup"
    assert (await transmission(desk, order)).state == invoicing_pb2.TRANSMISSION_STATE_GIVEN_UP
    assert await desk.audited("invoicing", order.invoice_id) == [
        (OPERATOR, "prepare_resend", "sdi_was_mistaken"),
        (OPERATOR, "give_up_transmission", "agreed_with_accountant"),
    ]


async def test_a_silence_of_the_sdi_calls_an_operator(desk: Desk) -> None:
    await sdi_will(desk, "silent")
    workflow_id, order, _ = await issued(desk)
    await desk.stands(workflow_id, "Sent")
    for update in ("retry_transmission", "resend_with_current_profile", "give_up"):
        answer = await desk.update(workflow_id, update, {"reason_code": "too_early"})
        assert answer.refusal == "the e-invoice needs no operator now: it is Sent"
    silence = from_duration((await transmission(desk, order)).alert_in) + timedelta(seconds=1)
    await TimeSkipper(desk.play.temporal).fast_forward(desk.play.temporal.get_workflow_handle(workflow_id), silence)
    await desk.stands(workflow_id, "NeedsOperator")
    assert "look at the certified mailbox" in await desk.details(workflow_id)
    data = {"reason_code": "nothing_in_mailbox"}
    assert (await desk.update(workflow_id, "retry_transmission", data)).result == "attempt 2 is on its way"
    await answered(desk, workflow_id, "Undeliverable")
