"""What the monitoring is told of e-invoices and of the certified mailbox rises with the trouble and falls after it."""

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.trouble import RECEIPTS_UNREAD
from tests.invoicing.builders import invoice_request
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.invoicing.test_transmitting import issue, resend, transmit
from tests.support.measured import Watched
from tests.support.room import TestRoom


async def test_an_e_invoice_that_has_not_left_by_its_ninth_day_is_late_until_it_is_sent(
    room: TestRoom, worker: Stub
) -> None:
    watched = Watched(room)
    invoice_id = (await worker.IssueInvoice(invoice_request())).document.document_id
    assert (await watched.now()).value("casella_e_invoices_late") == 0
    room.clock.advance(days=10)
    assert (await watched.now()).value("casella_e_invoices_late") == 1
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice_id))
    assert (await watched.now()).value("casella_e_invoices_late") == 0


async def test_an_e_invoice_that_the_sdi_rejected_is_late_at_once_until_it_is_sent_again(
    room: TestRoom, worker: Stub, sdi: SdiInMemory
) -> None:
    watched = Watched(room)
    invoice_id = await issue(worker)
    sdi.answer("NS", (await transmit(worker, invoice_id)).file_name, "00305")
    assert (await watched.now()).value("casella_e_invoices_late") == 0
    await worker.PollReceipts(pb.PollReceiptsRequest())
    assert (await watched.now()).value("casella_e_invoices_late") == 1
    await resend(worker, invoice_id)
    await transmit(worker, invoice_id)
    assert (await watched.now()).value("casella_e_invoices_late") == 0


async def test_the_age_of_the_last_reading_of_the_mailbox_begins_again_with_each(room: TestRoom, worker: Stub) -> None:
    watched = Watched(room)
    assert (await watched.now()).values("casella_last_success_age_seconds", of="receipts") == []
    await worker.PollReceipts(pb.PollReceiptsRequest())
    room.clock.advance(minutes=20)
    age = (await watched.now()).value("casella_last_success_age_seconds", of="receipts")
    assert age == 1200 > RECEIPTS_UNREAD.total_seconds()
    await worker.PollReceipts(pb.PollReceiptsRequest())
    assert (await watched.now()).value("casella_last_success_age_seconds", of="receipts") == 0


async def test_until_the_mailbox_was_ever_read_its_age_begins_with_the_first_e_invoice(
    room: TestRoom, worker: Stub
) -> None:
    watched = Watched(room)
    invoice_id = (await worker.IssueInvoice(invoice_request())).document.document_id
    assert (await watched.now()).values("casella_last_success_age_seconds", of="receipts") == []
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice_id))
    room.clock.advance(minutes=20)
    assert (await watched.now()).value("casella_last_success_age_seconds", of="receipts") == 1200
