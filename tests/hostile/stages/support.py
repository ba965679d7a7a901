"""Support with a customer's ticket and request for deletion, a webhook endpoint and what was posted to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casella.common.v1.erasure_pb2 import ErasedData
from casella.support.v1 import support_pb2, webhooks_pb2
from services.kit.wire import to_timestamp
from tests.hostile.stages.stage import Stage
from tests.support.room import running_room
from tests.support_room.clients import Customer
from tests.support_room.conftest import assemble
from tests.support_room.test_erasures import Worker, asked
from tests.support_room.test_webhooks import Desk


@asynccontextmanager
async def support(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    async with running_room("support", database_url, assemble, folder) as room:
        customer, leaver, gone = Customer(room), Customer(room), Customer(room)
        worker, desk = Worker(room), Desk(room)
        ticket = await customer.open()
        await asked(leaver)
        waiting = await worker.erasure(leaver.id)
        await asked(gone)
        await worker.decide(await worker.erasure(gone.id))
        approved = await worker.erasure(gone.id)
        endpoint = (await desk.add()).endpoint
        test = await desk.operator.TestWebhookEndpoint(
            webhooks_pb2.TestWebhookEndpointRequest(request_id=ticket.ticket_id, endpoint_id=endpoint.endpoint_id)
        )
        leased = await desk.gateway.LeaseWebhookDeliveries(webhooks_pb2.LeaseWebhookDeliveriesRequest(most=10))
        words = {
            "account_id": customer.id,
            "ticket_id": ticket.ticket_id,
            "kind": support_pb2.TICKET_KIND_QUESTION,
            "subject": "Come si imposta Outlook?",
            "text": "Buongiorno,\ncome si imposta Outlook?",
            "erasure_notice_hash": None,
            "erasure_id": waiting.erasure_id,
            "approve": True,
            "url": "https://shop.example/other",
            "types": ["order.paid"],
            "endpoint_id": endpoint.endpoint_id,
            "delivery_id": test.delivery.delivery_id,
            "attempt": leased.posts[0].attempt,
            "status": 200,
            "error": None,
            "most": 10,
            "ListTickets.state": support_pb2.TICKET_STATE_OPEN,
            "DecideErasure.account_id": leaver.id,
            "DecideErasure.recipient": None,
            "GetErasure.account_id": leaver.id,
            "ConfirmErasure.account_id": gone.id,
            "ConfirmErasure.erasure_id": approved.erasure_id,
            "SkipErasureEmail.erasure_id": approved.erasure_id,
            "RecordErased.erasure_id": approved.erasure_id,
            "BeginDueErasure.account_id": gone.id,
            "TakeWebhookEvents.room": "ordering",
            "TakeWebhookEvents.after": "",
            "TakeWebhookEvents.cursor": "ordering:1",
            "TakeWebhookEvents.events": lambda: [desk.event("order.paid")],
            "OpenTicket.erasure_notice_hash": None,
            "ErasedRows.what": "tickets",
            "ErasedRows.rows": 3,
            "proof": [ErasedData(room="support", erased_at=to_timestamp(room.clock.now()))],
        }
        yield Stage(room, customer.uuid, words)
