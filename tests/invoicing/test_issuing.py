"""Proformas and invoices: once an order, numbered without a gap, with their files and what must follow."""

import asyncio
import hashlib

import pytest
from grpc.aio import AioRpcError
from sqlalchemy.exc import DBAPIError

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.kit.ids import new_id
from services.kit.wire import to_timestamp
from tests.invoicing.builders import company, day, invoice_request, person, proforma_request, send_proforma_request
from tests.invoicing.clients import Stub
from tests.support.room import TestRoom


async def test_a_proforma_has_a_number_of_its_own_series_and_a_pdf_once_it_is_sent(worker: Stub) -> None:
    proforma = (await worker.IssueProforma(proforma_request())).document
    assert (proforma.number, proforma.kind, list(proforma.files)) == ("P2026/1", pb.DOCUMENT_KIND_PROFORMA, [])
    assert proforma.date == day(2026, 3, 2)
    await worker.SendProforma(send_proforma_request(proforma))
    asked = pb.GetInvoicingDocumentRequest(document_id=proforma.document_id)
    sent = (await worker.GetInvoicingDocument(asked)).document
    assert [(file.kind, file.name) for file in sent.files] == [(pb.FILE_KIND_PDF, "proforma-P2026-1.pdf")]
    assert proforma.transmission_state == pb.TRANSMISSION_STATE_UNSPECIFIED
    invoice = (await worker.IssueInvoice(invoice_request())).document
    assert invoice.number == "2026/1"


async def test_an_order_has_one_proforma_and_one_invoice_whatever_is_asked_again(room: TestRoom, worker: Stub) -> None:
    order = str(new_id())
    first = await worker.IssueProforma(proforma_request(order_id=order))
    again = await worker.IssueProforma(proforma_request(order_id=order, party=person()))
    assert again == first
    invoiced = await worker.IssueInvoice(invoice_request(order_id=order))
    assert await worker.IssueInvoice(invoice_request(order_id=order, date=day(2026, 3, 1))) == invoiced
    assert len(await room.rows("documents")) == 2
    assert [wake.workflow_id for wake in await room.wakes()] == [f"einvoice:{invoiced.document.document_id}"]


async def test_fifty_invoices_at_once_are_numbered_1_to_50(room: TestRoom, worker: Stub, operator: Stub) -> None:
    answers = await asyncio.gather(*(worker.IssueInvoice(invoice_request(), timeout=60) for _ in range(50)))
    assert sorted(int(answer.document.number.removeprefix("2026/")) for answer in answers) == list(range(1, 51))
    assert len({answer.document.files[0].file_id for answer in answers}) == 50
    audit = await operator.AuditNumbering(pb.AuditNumberingRequest(year=2026))
    assert (audit.invoices, list(audit.violations)) == (50, [])


async def test_one_order_invoiced_twenty_times_at_once_takes_one_number(room: TestRoom, worker: Stub) -> None:
    order = str(new_id())
    answers = await asyncio.gather(
        *(worker.IssueInvoice(invoice_request(order_id=order), timeout=30) for _ in range(20))
    )
    assert {answer.document.number for answer in answers} == {"2026/1"}
    assert (await worker.IssueInvoice(invoice_request())).document.number == "2026/2"
    assert len(await room.wakes()) == 2


async def test_a_number_taken_in_a_transaction_that_fails_is_given_back(room: TestRoom, worker: Stub) -> None:
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("ALTER TABLE outbox ADD CONSTRAINT broken CHECK (false)")
    with pytest.raises(AioRpcError, match="INTERNAL"):
        await worker.IssueInvoice(invoice_request())
    for table in ("documents", "lines", "customers", "transmissions", "numbering"):
        assert await room.rows(table) == []
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("ALTER TABLE outbox DROP CONSTRAINT broken")
    assert (await worker.IssueInvoice(invoice_request())).document.number == "2026/1"


async def test_the_year_of_the_tax_point_chooses_the_series(worker: Stub) -> None:
    numbers = []
    for date in (day(2026, 3, 2), day(2025, 12, 31), day(2026, 2, 27)):
        answer = await worker.IssueInvoice(invoice_request(date=date))
        numbers.append(answer.document.number)
        assert answer.document.date == date
    assert numbers == ["2026/1", "2025/1", "2026/2"]


async def test_an_invoice_says_what_it_was_given(worker: Stub) -> None:
    line = common_pb2.Line(
        description="Casella email 25 GB, 1 anno",
        quantity=2,
        unit_price=common_pb2.Money(minor=1990, currency="EUR"),
        net=common_pb2.Money(minor=3980, currency="EUR"),
        vat_rate="22.00",
        period_start=day(2026, 3, 2),
        period_end=day(2027, 3, 1),
    )
    totals = common_pb2.Totals(
        net=common_pb2.Money(minor=3980, currency="EUR"),
        vat=common_pb2.Money(minor=876, currency="EUR"),
        gross=common_pb2.Money(minor=4856, currency="EUR"),
    )
    request = invoice_request(lines=[line], totals=totals, language=common_pb2.LANGUAGE_EN, party=company())
    invoice = (await worker.IssueInvoice(request)).document
    assert list(invoice.lines) == [line]
    assert invoice.totals == totals
    assert (invoice.order_id, invoice.account_id) == (request.order_id, request.account_id)
    assert invoice.language == common_pb2.LANGUAGE_EN
    assert invoice.transmission_state == pb.TRANSMISSION_STATE_PENDING
    assert [file.name for file in invoice.files] == ["invoice-2026-1.pdf", "IT07123450483_00001.xml"]


async def test_files_carry_the_hash_of_their_bytes(worker: Stub, operator: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    for file in invoice.files:
        asked = pb.GetDocumentFileRequest(document_id=invoice.document_id, file_id=file.file_id)
        answer = await operator.GetDocumentFile(asked)
        assert hashlib.sha256(answer.content).hexdigest() == answer.info.sha256 == file.sha256
        assert len(answer.content) == file.size
        start = {pb.FILE_KIND_PDF: b"%PDF-1.7", pb.FILE_KIND_XML: b"<?xml"}[file.kind]
        assert answer.content.startswith(start)


async def test_files_lost_before_they_were_stored_are_made_again_the_same(room: TestRoom, worker: Stub) -> None:
    request = invoice_request(party=person())
    first = (await worker.IssueInvoice(request)).document
    proforma = (await worker.IssueProforma(proforma_request(order_id=request.order_id))).document
    await worker.SendProforma(send_proforma_request(proforma))
    asked = pb.GetInvoicingDocumentRequest(document_id=proforma.document_id)
    sent = (await worker.GetInvoicingDocument(asked)).document
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("DELETE FROM files")
    room.clock.advance(days=3)
    again = (await worker.IssueInvoice(request)).document
    assert {file.sha256 for file in again.files} == {file.sha256 for file in first.files}
    later = to_timestamp(room.clock.advance(days=30))
    await worker.SendProforma(send_proforma_request(proforma, expires_at=later))
    assert (await worker.GetInvoicingDocument(asked)).document == sent


async def test_an_issued_document_cannot_be_changed_even_in_the_database(room: TestRoom, worker: Stub) -> None:
    await worker.IssueInvoice(invoice_request())
    proforma = (await worker.IssueProforma(proforma_request())).document
    await worker.SendProforma(send_proforma_request(proforma))
    for statement in (
        "UPDATE documents SET number = 'X1'",
        "DELETE FROM lines",
        "UPDATE customers SET revision = 2",
        "UPDATE proforma_terms SET payable_until = payable_until + interval '1 day'",
    ):
        with pytest.raises(DBAPIError, match="issued document never changes"):
            async with room.core.database.transaction() as conn:
                await conn.exec_driver_sql(statement)
