"""What invoicing keeps: every document with its files and what the SdI said, for ten years and longer."""

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit import event_feed, requests
from services.kit.event_feed import EventsPolicy
from tests.invoicing.builders import invoice_request, proforma_request, send_proforma_request
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom

KEPT = ("documents", "lines", "customers", "proforma_terms", "transmissions", "attempts", "files", "messages")


async def test_ten_years_of_daily_jobs_delete_no_document_xml_or_receipt(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    await worker.SendProforma(send_proforma_request(proforma))
    invoice = (await worker.IssueInvoice(invoice_request())).document
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    sdi.answer("RC", sent.transmission.file_name)
    await worker.PollReceipts(pb.PollReceiptsRequest())
    before = {table: await room.rows(table) for table in KEPT}
    assert all(before.values())
    now = room.clock.advance(days=3660)
    for job in room.room.jobs:
        await job.run(now)
    await requests.prune(room.core.database, now)
    await event_feed.prune(room.core.database, EventsPolicy(), now)
    assert {table: await room.rows(table) for table in KEPT} == before
