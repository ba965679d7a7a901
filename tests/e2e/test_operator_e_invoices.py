"""An operator brings e-invoices to their end from the Temporal UI, after the SdI has rejected one or kept silent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from temporalio.testing import TimeSkipper

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from services.kit.wire import from_duration
from tests.e2e.levers import answered, sdi_will, transfer_of
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk
from tests.e2e.play import database
from tests.e2e.waiting import until
from tests.support.moment import Moment
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("operator-sdi")]

CORRECTED = "nuova copia di cortesia con i dati corretti"
REJECTED = invoicing_pb2.TRANSMISSION_STATE_REJECTED
WRONG = {"reason_code": "The accountant called"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("operator-sdi") / "var") as desk:
        yield desk


async def issued(desk: Desk) -> tuple[str, ordering_pb2.Order, Customer]:
    """The id of an e-invoice's workflow, its paid order, and who placed it."""
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(order.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    assert (await desk.update(workflow_id, "record_bank_transfer", transfer_of(order))).result == "paid"
    order = await desk.play.fulfilled(customer, order.order_id)
    return names.e_invoice_id(order.invoice_id), order, customer


async def transmission(desk: Desk, order: ordering_pb2.Order) -> invoicing_pb2.Transmission:
    """Where the invoice stands."""
    asked = invoicing_pb2.GetTransmissionRequest(invoice_id=order.invoice_id)
    return (await desk.play.operator.invoicing.GetTransmission(asked)).transmission


async def files_at_sdi(desk: Desk) -> list[dict[str, Any]]:
    """Every file that the SdI stand-in got, copies too."""
    async with desk.session.get(f"{desk.play.world.site.url('sdi_page')}/files") as response:
        files: list[dict[str, Any]] = (await response.json())["files"]
    return files


async def sent(desk: Desk, found: invoicing_pb2.Transmission) -> str:
    """The file of an attempt as the SdI stand-in got it."""
    sdi = desk.play.world.site.url("sdi_page")
    got = next(file for file in await files_at_sdi(desk) if file["name"] == found.file_name)
    async with desk.session.get(f"{sdi}/files/{got['file_id']}") as response:
        return await response.text()


def number_in_names(found: invoicing_pb2.Transmission) -> str:
    """The invoice's number as files are named after it."""
    return found.number.replace("/", "-")


async def test_a_rejected_e_invoice_is_sent_again_with_the_corrected_profile(desk: Desk) -> None:
    await sdi_will(desk, "reject")
    workflow_id, order, customer = await issued(desk)
    await answered(desk, workflow_id, "NeedsOperator")
    first = await transmission(desk, order)
    assert (first.state, list(first.error_codes)) == (REJECTED, ["00306"])
    assert "the SdI rejected it with 00306 (the customer's codice fiscale is not valid)" in await desk.details(
        workflow_id
    )
    refusal = (await desk.update(workflow_id, "resend_with_current_profile", WRONG)).refusal
    assert refusal.startswith("reason_code")
    assert await transmission(desk, order) == first
    unchanged = {"reason_code": "profile_corrected"}
    refusal = (await desk.update(workflow_id, "resend_with_current_profile", unchanged)).refusal
    assert "The billing profile is as it was sent last" in refusal
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
    copy = await desk.play.inbox.wait_for(customer.email, lambda mail: CORRECTED in mail["Subject"], "the new copy")
    assert [part.get_filename() for part in copy.iter_attachments()] == [f"fattura-{number_in_names(second)}-v2.pdf"]
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


async def test_a_kill_before_a_second_file_leaves_sends_that_file_once(desk: Desk, tmp_path: Path) -> None:
    """The new name is written down; after the restart it is the one that goes out, and no third is made."""
    world, before = desk.play.world, Moment(tmp_path, "sdi.send.before", "kill")
    before.arm()
    await sdi_will(desk, "reject")
    workflow_id, order, _ = await issued(desk)
    await answered(desk, workflow_id, "NeedsOperator")
    first = await transmission(desk, order)
    await world.stop_process("invoicing")
    await world.start_process("invoicing", {"CASELLA_HOOKS": before.hook})
    said = len(world.said)
    data = {"reason_code": "sdi_was_mistaken"}
    assert (await desk.update(workflow_id, "retry_transmission", data)).result == "attempt 2 is on its way"

    async def killed() -> bool | None:
        return True if any(line.startswith("invoicing was ended by SIGKILL") for line in world.said[said:]) else None

    await until(killed, "the end of invoicing")
    assert before.passed
    await world.wait_ready("invoicing")
    await answered(desk, workflow_id, "Undeliverable")
    second = await transmission(desk, order)
    invoicing = await database(desk.play, "invoicing")
    try:
        rows = await invoicing.fetch(
            "SELECT file_name FROM attempts WHERE invoice_id = $1 ORDER BY attempt", UUID(order.invoice_id)
        )
    finally:
        await invoicing.close()
    assert [row["file_name"] for row in rows] == [first.file_name, second.file_name]
    names_at_sdi = [file["name"] for file in await files_at_sdi(desk)]
    assert [names_at_sdi.count(found.file_name) for found in (first, second)] == [1, 1]


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
