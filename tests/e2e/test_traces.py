"""One trace leads from the payment provider's webhook through the Order workflow to the sending of the e-invoice."""

import asyncio
from pathlib import Path

import pytest

from casella.common.v1 import common_pb2 as common
from tests.e2e.play import started
from tests.e2e.waiting import until
from tests.support.collector import Spans, collecting

pytestmark = pytest.mark.e2e


async def test_one_trace_leads_from_the_webhook_to_the_last_service(tmp_path: Path) -> None:
    async with collecting() as collector:
        async with started(tmp_path / "var", collector.environment) as play:
            customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
            await play.pay_by_card(customer)
            await play.fulfilled(customer, order.order_id)

            async def look() -> Spans | None:
                found = [spans for spans in collector.traces.values() if ("casella-gateway", _WEBHOOK) in spans]
                return next((spans for spans in found if spans >= _WAY), None)

            async with asyncio.timeout(90):
                assert await until(look, "the whole trace")
        assert customer.email.encode() not in b"".join(collector.said)


_WEBHOOK = "POST /webhooks/stripe"
_WAY: Spans = {
    ("casella-gateway", _WEBHOOK),
    ("casella-payments", "/casella.payments.v1.PaymentsService/HandleWebhook"),
    ("casella-worker", "activity UnlockAccount"),
    ("casella-mailboxes", "/casella.mailboxes.v1.MailboxesService/UnlockAccount"),
    ("casella-invoicing", "/casella.invoicing.v1.InvoicingService/IssueInvoice"),
    ("casella-worker", "activity TransmitInvoice"),
    ("casella-invoicing", "/casella.invoicing.v1.InvoicingService/TransmitInvoice"),
}
