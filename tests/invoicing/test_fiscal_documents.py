"""What an accountant is told of a period: each invoice and credit note dated in it, by number, with rates and files."""

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from tests.invoicing.builders import (
    company,
    credit_request,
    day,
    invoice_request,
    line,
    proforma_request,
    steering,
    totals,
    untaxed,
)
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.support.room import request_id


async def listed(
    operator: Stub, first: common_pb2.Date, last: common_pb2.Date, size: int = 50
) -> list[pb.FiscalDocument]:
    request = pb.ListFiscalDocumentsRequest(from_date=first, to_date=last, page=common_pb2.PageRequest(page_size=size))
    found: list[pb.FiscalDocument] = []
    while True:
        answer = await operator.ListFiscalDocuments(request)
        found += answer.documents
        if not answer.next_page_token:
            return found
        request.page.page_token = answer.next_page_token


async def test_both_days_of_a_period_belong_to_it_and_no_proforma_does(worker: Stub, operator: Stub) -> None:
    await worker.IssueProforma(proforma_request())
    for dated in (day(2026, 2, 28), day(2026, 2, 26), day(2026, 2, 27), day(2026, 3, 2)):
        await worker.IssueInvoice(invoice_request(date=dated))
    within = await listed(operator, day(2026, 2, 27), day(2026, 2, 28), size=1)
    assert [entry.document.number for entry in within] == ["2026/1", "2026/3"]
    assert not await listed(operator, day(2025, 1, 1), day(2025, 12, 31))


async def test_a_document_is_told_by_rate_and_natura_with_its_stored_totals(worker: Stub, operator: Stub) -> None:
    lines = [line(7, 150), line(3, 333, rate="10.00"), line(1, 1)]
    # 22 % of 10.51 is 2.3122, 10 % of 9.99 is 0.999
    await worker.IssueInvoice(invoice_request(lines=lines, totals=totals(1051 + 999, 231 + 100)))
    (entry,) = await listed(operator, day(2026, 3, 2), day(2026, 3, 2))
    assert [(s.vat_rate, s.nature, s.net.minor, s.vat.minor) for s in entry.shares] == [
        ("22.00", "", 1051, 231), ("10.00", "", 999, 100),
    ]  # fmt: skip
    assert (entry.document.totals.net.minor, entry.document.totals.vat.minor) == (2050, 331)
    assert not entry.document.lines
    assert [file.kind for file in entry.document.files] == [pb.FILE_KIND_PDF, pb.FILE_KIND_XML]


async def test_what_is_not_subject_to_vat_tells_its_stamp_duty(worker: Stub, operator: Stub) -> None:
    invoice = (await worker.IssueInvoice(invoice_request(**untaxed()))).document
    await worker.IssueCreditNote(credit_request(invoice, 1000))
    sold, credited = await listed(operator, day(2026, 3, 2), day(2026, 3, 2))
    assert [(s.nature, s.net.minor, s.vat.minor) for s in sold.shares] == [("N2.1", 10500, 0)]
    assert (sold.document.stamp_duty.minor, sold.party.vat_country) == (200, "DE")
    assert [(s.nature, s.net.minor, s.vat.minor) for s in credited.shares] == [("N2.1", 1000, 0)]
    assert not credited.document.HasField("stamp_duty")
    assert credited.document.credit.invoice_number == sold.document.number


async def test_every_file_for_the_sdi_is_told_with_its_answer_and_the_customer_of_the_accepted_one(
    worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    invoice = (await worker.IssueInvoice(invoice_request())).document
    asked = pb.TransmitInvoiceRequest(invoice_id=invoice.document_id)
    first = (await worker.TransmitInvoice(asked)).transmission.file_name
    sdi.answer("NS", first, "00427")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    corrected = company(company_name="Nuovo Nome S.r.l.", revision=2)
    await worker.PrepareResend(
        pb.PrepareResendRequest(
            request_id=request_id(), invoice_id=invoice.document_id, party=corrected, steering=steering()
        )
    )
    second = (await worker.TransmitInvoice(asked)).transmission.file_name
    sdi.answer("RC", second, number="2")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    (entry,) = await listed(operator, day(2026, 3, 2), day(2026, 3, 2))
    rejected, accepted = entry.attempts
    assert (rejected.file_name, list(rejected.error_codes), rejected.accepted) == (first, ["00427"], False)
    assert rejected.outcome == pb.TRANSMISSION_STATE_REJECTED
    assert (accepted.file_name, accepted.sdi_identifier, accepted.accepted) == (second, "7249991", True)
    assert accepted.outcome == pb.TRANSMISSION_STATE_DELIVERED
    assert accepted.sent_at.seconds
    assert accepted.answered_at.seconds
    assert entry.party.company_name == "Nuovo Nome S.r.l."
    assert sum(file.kind == pb.FILE_KIND_RECEIPT for file in entry.document.files) == 2
