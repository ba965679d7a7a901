"""Who may call what, and that a customer sees nothing but their own."""

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from tests.invoicing.builders import as_uuid, invoice_request, proforma_request
from tests.invoicing.clients import Stub, stub
from tests.support.room import CALLERS, TestRoom

ALLOWED = {
    "IssueProforma": {"worker"},
    "SendProforma": {"worker"},
    "IssueInvoice": {"worker"},
    "IssueAdvanceInvoice": {"worker"},
    "RecordInvoicePaid": {"worker"},
    "SendInvoice": {"worker"},
    "SendCorrectedInvoice": {"worker"},
    "IssueCreditNote": {"worker", "operator"},
    "SendCreditNote": {"worker"},
    "GetInvoicingDocument": {"gateway", "worker", "operator", "ordering"},
    "ListDocuments": {"gateway", "operator"},
    "ListInvoices": {"operator"},
    "ListGivenUpInvoices": {"operator"},
    "ListFiscalDocuments": {"operator"},
    "GetDocumentFile": {"gateway", "operator"},
    "CheckProfile": {"ordering", "operator"},
    "TransmitInvoice": {"worker"},
    "GetTransmission": {"worker", "operator"},
    "PrepareResend": {"worker"},
    "GiveUpTransmission": {"worker"},
    "PollReceipts": {"worker", "operator"},
    "AuditNumbering": {"operator"},
}


def test_every_rpc_is_in_this_list() -> None:
    assert set(ALLOWED) == {method.name for method in pb.DESCRIPTOR.services_by_name["InvoicingService"].methods}


async def test_whoever_may_not_call_is_told_so(room: TestRoom) -> None:
    for rpc, allowed in ALLOWED.items():
        request = getattr(pb, f"{rpc}Request")()
        for caller in set(CALLERS) - allowed:
            with pytest.raises(Refused) as refused:
                await getattr(stub(room, caller), rpc)(request)
            assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED, (rpc, caller)


async def test_a_customer_reads_their_own_documents_and_files(room: TestRoom, worker: Stub, gateway: Stub) -> None:
    request = invoice_request()
    invoice = (await worker.IssueInvoice(request)).document
    token = room.customer(as_uuid(request.account_id))
    read = await gateway.GetInvoicingDocument(
        pb.GetInvoicingDocumentRequest(document_id=invoice.document_id), metadata=token
    )
    assert read.document == invoice
    listed = await gateway.ListDocuments(pb.ListDocumentsRequest(account_id=request.account_id), metadata=token)
    assert [document.number for document in listed.documents] == ["2026/1"]
    assert (list(listed.documents[0].lines), listed.documents[0].files) == ([], invoice.files)
    asked = pb.GetDocumentFileRequest(document_id=invoice.document_id, file_id=invoice.files[0].file_id)
    assert (await gateway.GetDocumentFile(asked, metadata=token)).media_type == "application/pdf"


async def test_another_customers_documents_are_not_found(room: TestRoom, worker: Stub, gateway: Stub) -> None:
    request = invoice_request()
    invoice = (await worker.IssueInvoice(request)).document
    stranger = room.customer(new_id())
    asked: list[tuple[str, Message]] = [
        ("GetInvoicingDocument", pb.GetInvoicingDocumentRequest(document_id=invoice.document_id)),
        ("ListDocuments", pb.ListDocumentsRequest(account_id=request.account_id)),
        (
            "GetDocumentFile",
            pb.GetDocumentFileRequest(document_id=invoice.document_id, file_id=invoice.files[0].file_id),
        ),
    ]
    for rpc, message in asked:
        call: Any = getattr(gateway, rpc)
        with pytest.raises(Refused) as refused:
            await call(message, metadata=stranger)
        assert refused.value.code is grpc.StatusCode.NOT_FOUND, rpc
        with pytest.raises(Refused) as refused:
            await call(message)
        assert refused.value.code is grpc.StatusCode.UNAUTHENTICATED, rpc


async def test_a_file_of_another_document_is_not_found(worker: Stub, operator: Stub) -> None:
    first = (await worker.IssueInvoice(invoice_request())).document
    second = (await worker.IssueInvoice(invoice_request())).document
    asked = pb.GetDocumentFileRequest(document_id=first.document_id, file_id=second.files[0].file_id)
    with pytest.raises(Refused) as refused:
        await operator.GetDocumentFile(asked)
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_list_is_paged_newest_first_without_loss_or_repetition(
    room: TestRoom, worker: Stub, operator: Stub
) -> None:
    account = str(new_id())
    for number in range(7):
        await worker.IssueProforma(proforma_request(account_id=account))
        if number % 2:  # documents of one instant are told apart by their id
            room.clock.advance(seconds=1)
    await worker.IssueInvoice(invoice_request(account_id=account))
    await worker.IssueInvoice(invoice_request())
    request = pb.ListDocumentsRequest(account_id=account, kind=pb.DOCUMENT_KIND_PROFORMA)
    request.page.page_size = 3
    seen: list[pb.Document] = []
    while True:
        answer = await operator.ListDocuments(request)
        seen += answer.documents
        request.page.page_token = answer.next_page_token
        if not answer.next_page_token:
            break
    assert sorted(document.number for document in seen) == [f"P2026/{number}" for number in range(1, 8)]
    moments = [document.issued_at.ToNanoseconds() for document in seen]
    assert moments == sorted(moments, reverse=True)
    request = pb.ListDocumentsRequest(account_id=account)
    assert len((await operator.ListDocuments(request)).documents) == 8


async def test_the_invoices_of_all_customers_are_listed_page_by_page(worker: Stub, operator: Stub) -> None:
    await worker.IssueProforma(proforma_request())
    issued = [(await worker.IssueInvoice(invoice_request())).document for _ in range(5)]
    request = pb.ListInvoicesRequest()
    request.page.page_size = 2
    listed: list[pb.Document] = []
    while True:
        answer = await operator.ListInvoices(request)
        listed += answer.invoices
        request.page.page_token = answer.next_page_token
        if not answer.next_page_token:
            break
    for document in issued:
        document.ClearField("lines")
        document.ClearField("files")
        document.ClearField("transmission_state")
        document.ClearField("credit_used")
        document.ClearField("shortfall")
    assert listed == sorted(issued, key=lambda document: document.document_id)
