"""What gateways hear of documents: each issue and each word of the SdI once, and nobody's name."""

import pytest

from casella.invoicing.v1 import invoicing_pb2 as pb
from tests.invoicing.builders import invoice_request, proforma_request
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom


async def test_a_document_is_told_once_with_its_total(room: TestRoom, worker: Stub) -> None:
    proforma, invoice = proforma_request(), invoice_request()
    for _ in range(2):
        documents = [(await worker.IssueProforma(proforma)).document, (await worker.IssueInvoice(invoice)).document]
    found = await room.events()
    assert [event["type"] for event in found] == ["proforma.issued", "invoice.issued"]
    for event, document in zip(found, documents, strict=True):
        assert event["ids"] == {"document_id": document.document_id, "order_id": document.order_id}
        assert event["account_id"] == document.account_id
        assert event["amount"]["minor"] == document.totals.gross.minor
    for personal in (invoice.party.company_name, invoice.party.last_name, invoice.party.address.street):
        assert not personal or personal not in str(found)


@pytest.mark.parametrize(
    ("kind", "codes", "name"),
    [("RC", (), "delivered"), ("MC", (), "undeliverable"), ("NS", ("00305",), "rejected")],
)
async def test_what_the_sdi_says_is_told_once(
    room: TestRoom, worker: Stub, sdi: SdiInMemory, kind: str, codes: tuple[str, ...], name: str
) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    sent = await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    await room.empty_outbox()
    for number in "12":
        sdi.answer(kind, sent.transmission.file_name, *codes, number=number)
        await worker.PollReceipts(pb.PollReceiptsRequest())
    [event] = await room.events()
    assert (event["type"], event["state"]) == (f"invoice.{name}", name)
    assert event["ids"]["document_id"] == invoice.document_id
