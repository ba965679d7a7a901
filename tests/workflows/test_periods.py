"""What is asked for a period of a subscription is told to an operator as a period, and paid by its own link."""

from typing import Any, cast

from temporalio.testing import ActivityEnvironment

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from tests.fixtures.temporal import TestNamespace
from tests.workflows.script import Script, running
from workflows import names
from workflows.activities.invoicing import InvoicingSteps
from workflows.activities.trial import Contacts
from workflows.details import ORDER, SUBSCRIPTION

PERIOD = PeriodCause(new_id(), 2)


async def test_an_operator_finds_the_e_invoice_of_a_period_by_its_subscription(temporal: TestNamespace) -> None:
    delivered = invoicing.Transmission(
        state=invoicing.TRANSMISSION_STATE_DELIVERED, account_id=str(new_id()), period=period_of(PERIOD)
    )
    script = Script(
        {
            "GetTransmission": lambda _: invoicing.GetTransmissionResponse(transmission=delivered),
            "TransmitInvoice": lambda _: invoicing.TransmitInvoiceResponse(transmission=delivered),
        }
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        assert await run.end() == "delivered"
        known = (await run.handle.describe()).typed_search_attributes
    assert (known.get(SUBSCRIPTION), known.get(ORDER)) == (str(PERIOD.subscription_id), None)


async def test_the_proforma_of_a_period_is_sent_with_the_link_of_its_own_payment_request() -> None:
    proforma = invoicing.Document(document_id=str(new_id()), account_id=str(new_id()), period=period_of(PERIOD))
    asked = payments_pb2.PaymentRequest(pay_url="https://panel.example/pay/x")
    script = Script({
        "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=proforma),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(payment_request=asked),
        "SendProforma": lambda _: invoicing.SendProformaResponse(),
    })  # fmt: skip
    services = cast("Any", script)
    steps = InvoicingSteps(services, services, services, Contacts(services), services)
    await ActivityEnvironment().run(
        steps.send_proforma, invoicing.SendProformaRequest(document_id=proforma.document_id)
    )
    (which,) = script.requests("GetPaymentRequest")
    assert which == payments_pb2.GetPaymentRequestRequest(period_id=str(PERIOD.key))
    (sent,) = script.requests("SendProforma")
    assert sent.pay_url == asked.pay_url
