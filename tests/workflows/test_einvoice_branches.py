"""What an e-invoice does once the SdI has spoken, led by a script on the real Temporal server."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.script import Answer, Script, refuse, running
from workflows import names


def transmitted(state: invoicing.TransmissionState, attempt: int, **changes: Answer) -> Script:
    """An e-invoice that has come to its end with this attempt."""
    transmission = invoicing.Transmission(state=state, attempt=attempt, number="2026/1", file_name="IT1_00001.xml")
    document = invoicing.Document(account_id="018f3c1e-0000-7000-8000-000000000002")
    answers: dict[str, Answer] = {
        "TransmitInvoice": lambda _: invoicing.TransmitInvoiceResponse(transmission=transmission),
        "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "SendCorrectedInvoice": lambda _: invoicing.SendCorrectedInvoiceResponse(due=True),
    }
    return Script(answers | changes)


@pytest.mark.parametrize(
    ("state", "attempt", "asked"),
    [
        (invoicing.TRANSMISSION_STATE_DELIVERED, 1, False),
        (invoicing.TRANSMISSION_STATE_DELIVERED, 2, True),
        (invoicing.TRANSMISSION_STATE_UNDELIVERABLE, 3, True),
        (invoicing.TRANSMISSION_STATE_GIVEN_UP, 2, False),
    ],
)
async def test_only_an_accepted_e_invoice_that_was_sent_again_brings_another_courtesy_copy(
    temporal: TestNamespace, state: invoicing.TransmissionState, attempt: int, *, asked: bool
) -> None:
    script = transmitted(state, attempt)
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
        told = await run.details("What happened")
    assert len(script.requests("SendCorrectedInvoice")) == asked
    assert ("courtesy invoice with the corrected data" in told) == asked


async def test_a_copy_that_cannot_be_sent_parks_an_accepted_e_invoice_and_offers_no_sending(
    temporal: TestNamespace,
) -> None:
    script = transmitted(
        invoicing.TRANSMISSION_STATE_DELIVERED, 2, GetContact=lambda _: refuse(errors_pb2.REASON_NOT_FOUND)
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("NeedsOperator")
        assert "`retry`" in shown
        assert "give_up" not in shown
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("give_up", {"reason_code": "agreed_with_accountant"})
        assert "accepted the e-invoice" in str(refused.value.cause)


async def test_a_rejection_says_what_its_codes_mean_and_an_unknown_code_stands_alone(temporal: TestNamespace) -> None:
    script = transmitted(invoicing.TRANSMISSION_STATE_REJECTED, 1)
    rejected = script.answers["TransmitInvoice"](None).transmission
    rejected.error_codes.extend(["00305", "09999"])
    rejected.errors.add(code="00305", meaning="the customer's VAT number is not valid")
    rejected.errors.add(code="09999")
    script = transmitted(
        invoicing.TRANSMISSION_STATE_REJECTED,
        1,
        TransmitInvoice=lambda _: invoicing.TransmitInvoiceResponse(transmission=rejected),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("NeedsOperator")
    assert "rejected it with 00305 (the customer's VAT number is not valid), 09999, so" in shown
