"""The step that follows asks again only what the same process was not told, or too long ago."""

from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from services.kit.ids import new_id
from tests.workflows.script import Script
from workflows.activities import remembered
from workflows.activities.invoicing import InvoicingSteps
from workflows.activities.ordering import OrderingSteps
from workflows.activities.trial import Contacts

ACCOUNT, LINK = str(new_id()), "https://panel.example/pay/x"


def _proforma(order_id: str) -> invoicing.Document:
    """The proforma of an order, whose id it bears too."""
    return invoicing.Document(document_id=order_id, account_id=ACCOUNT, order_id=order_id)


@pytest.fixture
def script() -> Script:
    asked = payments_pb2.PaymentRequest(method=common_pb2.PAYMENT_METHOD_ONLINE, pay_url=LINK)
    return Script({
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=ordering_pb2.Order(account_id=ACCOUNT)),
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(payment_request=asked),
        "IssueProforma": lambda of: invoicing.IssueProformaResponse(document=_proforma(of.order_id)),
        "GetInvoicingDocument": lambda of: invoicing.GetInvoicingDocumentResponse(document=_proforma(of.document_id)),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "SendProforma": lambda _: invoicing.SendProformaResponse(),
        "SendOrderEmail": lambda _: ordering_pb2.SendOrderEmailResponse(),
    })  # fmt: skip


@pytest.fixture
def steps(script: Script) -> InvoicingSteps:
    services = cast("Any", script)
    return InvoicingSteps(services, services, services, Contacts(services), services)


async def _issue(steps: InvoicingSteps, order_id: str) -> None:
    await ActivityEnvironment().run(steps.issue_proforma, invoicing.IssueProformaRequest(order_id=order_id))


async def _send(steps: InvoicingSteps, document_id: str) -> None:
    await ActivityEnvironment().run(steps.send_proforma, invoicing.SendProformaRequest(document_id=document_id))


async def test_a_document_that_was_issued_here_is_sent_to_its_account_without_being_asked_for(
    steps: InvoicingSteps, script: Script
) -> None:
    order = str(new_id())
    await _issue(steps, order)
    await _send(steps, order)
    assert script.requests("GetInvoicingDocument") == []
    assert [asked.account_id for asked in script.requests("GetContact")] == [ACCOUNT]
    assert [asked.order_id for asked in script.requests("GetPaymentRequest")] == [order], "once, for both steps"
    assert [sent.pay_url for sent in script.requests("SendProforma")] == [LINK]


async def test_the_oldest_is_forgotten_and_asked_for(
    steps: InvoicingSteps, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_MOST", 2)
    orders = [str(new_id()) for _ in range(3)]
    for order in orders:
        await _issue(steps, order)
    for order in orders:
        await _send(steps, order)
    assert [asked.document_id for asked in script.requests("GetInvoicingDocument")] == orders[:1]
    assert [asked.order_id for asked in script.requests("GetPaymentRequest")] == [*orders, orders[0]]
    assert [sent.pay_url for sent in script.requests("SendProforma")] == [LINK] * 3


@pytest.mark.parametrize("read_here", [True, False])
async def test_an_order_that_was_read_here_is_written_about_without_being_read_again(
    script: Script, *, read_here: bool
) -> None:
    services, order = cast("Any", script), str(new_id())
    steps = OrderingSteps(services, services, Contacts(services), services)
    if read_here:
        await ActivityEnvironment().run(steps.get_order, ordering_pb2.GetOrderRequest(order_id=order))
    email = ordering_pb2.SendOrderEmailRequest(order_id=order, email=ordering_pb2.ORDER_EMAIL_CONFIRMATION)
    await ActivityEnvironment().run(steps.send_email, email)
    assert [asked.order_id for asked in script.requests("GetOrder")] == [order]
    assert [asked.account_id for asked in script.requests("GetContact")] == [ACCOUNT]
