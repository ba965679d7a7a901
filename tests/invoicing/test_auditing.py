"""The auditor finds a gap, a repeated counter, a wrong year, a late sending; and nothing where all is right."""

import pytest
from sqlalchemy.exc import DBAPIError

from casella.invoicing.v1 import invoicing_pb2 as pb
from tests.invoicing.builders import credit_request, day, invoice_request, steering
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import TestRoom, request_id


async def audit(operator: Stub, year: int = 0) -> tuple[int, list[str]]:
    answer = await operator.AuditNumbering(pb.AuditNumberingRequest(year=year))
    assert answer.HasField("audited_at")
    return answer.invoices, list(answer.violations)


async def tamper(room: TestRoom, *statements: str) -> None:
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("ALTER TABLE documents DISABLE TRIGGER documents_stay")
        for statement in statements:
            await conn.exec_driver_sql(statement)


async def test_nothing_is_found_where_all_is_right(worker: Stub, operator: Stub) -> None:
    assert await audit(operator) == (0, [])
    for date in (day(2025, 12, 30), day(2026, 3, 1), day(2026, 2, 28)):
        invoice = (await worker.IssueInvoice(invoice_request(date=date))).document
        if date.year == 2026:
            await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    assert await audit(operator, 2026) == (2, [])
    assert await audit(operator) == (3, ["2025/1 of 2025-12-30 was never sent"])


async def test_a_number_cannot_be_given_to_an_invoice_and_a_credit_note(room: TestRoom, worker: Stub) -> None:
    await worker.IssueCreditNote(credit_request((await worker.IssueInvoice(invoice_request())).document))
    with pytest.raises(DBAPIError, match="documents_numbered_once"):
        await tamper(room, "UPDATE documents SET sequence = 1 WHERE sequence = 2")


async def test_a_credit_note_sent_after_the_twelfth_day_is_late(room: TestRoom, worker: Stub, operator: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    room.clock.advance(days=30)
    await worker.IssueCreditNote(credit_request(invoice))
    room.clock.advance(days=12)
    assert await audit(operator) == (1, [])
    room.clock.advance(days=1)
    assert await audit(operator) == (1, ["2026/2 of 2026-04-01 was never sent"])


async def test_an_invoice_sent_after_the_twelfth_day_is_late(room: TestRoom, worker: Stub, operator: Stub) -> None:
    ids = [(await worker.IssueInvoice(invoice_request())).document.document_id for _ in range(3)]
    room.clock.advance(days=12)
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=ids[0]))
    assert await audit(operator) == (3, [])
    room.clock.advance(days=1)
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=ids[1]))
    assert await audit(operator) == (
        3,
        ["2026/2 of 2026-03-02 was sent late", "2026/3 of 2026-03-02 was never sent"],
    )


async def test_no_credit_note_mends_an_invoice_that_was_sent_late(room: TestRoom, worker: Stub, operator: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    room.clock.advance(days=13)
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=invoice.document_id))
    note = (await worker.IssueCreditNote(credit_request(invoice))).document
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=note.document_id))
    assert await audit(operator) == (1, ["2026/1 of 2026-03-02 was sent late"])


async def test_an_invoice_sent_again_after_the_fifth_day_is_late_and_so_is_one_that_was_not(
    room: TestRoom, worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    sent = []
    for _ in range(3):
        invoice = (await worker.IssueInvoice(invoice_request())).document
        request = pb.TransmitInvoiceRequest(invoice_id=invoice.document_id)
        sent.append((await worker.TransmitInvoice(request)).transmission)
        sdi.answer("NS", sent[-1].file_name, "00305")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    for transmission, days in zip(sent, (5, 1), strict=False):
        room.clock.advance(days=days)
        prepare = pb.PrepareResendRequest(
            request_id=request_id(), invoice_id=transmission.invoice_id, steering=steering()
        )
        await worker.PrepareResend(prepare)
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=transmission.invoice_id))
    assert await audit(operator) == (
        3,
        [
            "2026/2 of 2026-03-02 was rejected on 2026-03-02 and sent again late, on 2026-03-08",
            "2026/3 of 2026-03-02 was rejected on 2026-03-02 and not sent again in time",
        ],
    )
    asked = pb.GetTransmissionRequest(invoice_id=sent[2].invoice_id)
    assert (await worker.GetTransmission(asked)).transmission.overdue


async def test_the_reconciler_is_handed_every_transmission_that_has_not_ended(room: TestRoom, worker: Stub) -> None:
    open_one = (await worker.IssueInvoice(invoice_request())).document.document_id
    (watched,) = room.room.watched
    async with room.core.database.reading() as conn:
        assert [wake.workflow_id for wake in await watched(conn, None)] == [f"einvoice:{open_one}"]
        assert await watched(conn, room.clock.now()) == []
        assert len(await watched(conn, room.clock.advance(seconds=1))) == 1
