"""One trace leads from the payment provider's webhook through the Order workflow to the sending of the e-invoice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from casella.common.v1 import common_pb2 as common
from deploy.local.ports import free_port
from deploy.local.programs import PROGRAMS
from tests.e2e.play import started
from tests.e2e.waiting import until

pytestmark = pytest.mark.e2e

Spans = set[tuple[str, str]]
"""The process and the name of each span of a trace."""


@dataclass
class Collector:
    """Takes OTLP over HTTP, as an OpenTelemetry collector does."""

    address: str
    traces: dict[bytes, Spans] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep the spans of one export."""
        told = ExportTraceServiceRequest.FromString(await request.read())
        self.said.append(str(told))
        for process in told.resource_spans:
            [name] = [each.value.string_value for each in process.resource.attributes if each.key == "service.name"]
            for scope in process.scope_spans:
                for span in scope.spans:
                    self.traces.setdefault(span.trace_id, set()).add((name, span.name))
        return web.Response()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    port = free_port()
    collector = Collector(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield collector
    await runner.cleanup()


async def test_one_trace_leads_from_the_webhook_to_the_last_service(tmp_path: Path) -> None:
    async with collecting() as collector:
        traced = {program.name: {"CASELLA_OTLP_ENDPOINT": collector.address} for program in PROGRAMS}
        async with started(tmp_path / "var", traced) as play:
            customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
            await play.pay_by_card(customer)
            await play.fulfilled(customer, order.order_id)

            async def look() -> Spans | None:
                found = [spans for spans in collector.traces.values() if ("casella-gateway", _WEBHOOK) in spans]
                return next((spans for spans in found if spans >= _WAY), None)

            async with asyncio.timeout(90):
                assert await until(look, "the whole trace")
        assert customer.email not in str(collector.said)


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
