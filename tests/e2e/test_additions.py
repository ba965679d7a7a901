"""An addition to an annual contract on real parts: ordered, paid by transfer, unlocked, invoiced pro rata."""

from pathlib import Path

import pytest

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from tests.e2e.levers import transfer_of
from tests.e2e.operator_desk import Desk, at_the_desk
from workflows import names

pytestmark = pytest.mark.e2e


async def test_an_addition_is_paid_unlocked_and_invoiced_beside_its_contract(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path / "var") as desk:
        customer = desk.play.customer("aggiunge")
        await customer.begin_trial()
        await customer.save_profile(people.company("Aggiunge S.r.l.", "Anna"))
        first = await bought(desk, customer, 1)
        assert (await customer.allowance()).max_mailboxes == 1
        added = await bought(desk, customer, 3)
        assert (await customer.allowance()).max_mailboxes == 4
        assert added.quote.addition.subscription_id
        assert not first.quote.HasField("addition")
        asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=added.invoice_id)
        invoice = (await desk.play.operator.invoicing.GetInvoicingDocument(asked)).document
        [line] = invoice.lines
        assert (line.period_start, line.period_end) == (added.period_start, added.period_end)
        assert "3 × Casella 8 GB, aggiunta al contratto" in line.description
        assert invoice.totals == added.quote.totals
        await desk.stands(names.e_invoice_id(added.invoice_id), "Delivered")
        subscription = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
        found = (await desk.play.operator.ordering.GetSubscription(subscription)).subscription
        assert (found.subscription_id, found.order_id) == (added.quote.addition.subscription_id, first.order_id)


async def bought(desk: Desk, customer: Customer, mailboxes: int) -> ordering_pb2.Order:
    """An annual order of so many mailboxes, paid and fulfilled."""
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, mailboxes)
    placed = await customer.place_order(quote, common.PAYMENT_METHOD_BANK_TRANSFER)
    workflow_id = names.order_id(placed.order_id)
    await desk.stands(workflow_id, "AwaitingPayment")
    answer = await desk.update(workflow_id, "record_bank_transfer", transfer_of(await customer.order(placed.order_id)))
    assert answer.result == "paid", answer.refusal
    await desk.stands(workflow_id, "Fulfilled")
    return await customer.order(placed.order_id)
